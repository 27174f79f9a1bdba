/* Two processes, one page of memory that both see, and no lock. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef ROUNDS
#define ROUNDS 20
#endif

struct shared {
    int counter;
};

int main(void) {
    struct shared *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    for (int i = 0; i < ROUNDS; i++) {
        page->counter++; /* both processes are here */
    }
    if (child == 0) {
        _exit(0);
    }
    wait(NULL);
    printf("%d\n", page->counter);
    return 0;
}
