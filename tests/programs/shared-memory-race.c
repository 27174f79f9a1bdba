// Two processes count in memory that they share, without a lock.
// run: --cores 2
// expect: data-race
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int *counter = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    for (int i = 0; i < 1000; i++) {
        ++*counter;
    }
    if (child == 0) {
        _exit(0);
    }
    wait(NULL);
    return 0;
}
