/* Four processes count to 10000 each, in one shared variable under a lock. */
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4
#define ROUNDS 10000

struct shared {
    pthread_mutex_t lock; /* protects counter */
    int counter;
};

int main(void) {
    struct shared *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&page->lock, &kind);
    for (int p = 0; p < PROCESSES; p++) {
        if (fork() == 0) {
            for (int i = 0; i < ROUNDS; i++) {
                pthread_mutex_lock(&page->lock);
                page->counter++;
                pthread_mutex_unlock(&page->lock);
            }
            _exit(0);
        }
    }
    for (int p = 0; p < PROCESSES; p++) {
        wait(NULL);
    }
    printf("%d\n", page->counter);
    return 0;
}
