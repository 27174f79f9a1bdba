/* Two processes, one page of memory that both see, and a lock in it. */
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef ROUNDS
#define ROUNDS 20
#endif

struct shared {
    pthread_mutex_t lock; /* protects counter; PTHREAD_PROCESS_SHARED */
    int counter;
};

int main(void) {
    struct shared *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&page->lock, &kind);
    pid_t child = fork();
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&page->lock);
        page->counter++;
        pthread_mutex_unlock(&page->lock);
    }
    if (child == 0) {
        _exit(0);
    }
    wait(NULL);
    printf("%d\n", page->counter);
    return 0;
}
