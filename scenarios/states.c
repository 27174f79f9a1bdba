/* Computes, waits for a message from its child, computes again: every state of a process once. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void compute(void) {
    for (volatile int i = 0; i < 50; i++) {
    }
}

int main(void) {
    int ends[2];
    char byte;
    pipe(ends);
    pid_t child = fork();
    if (child == 0) {
        compute();
        compute();
        compute();
        write(ends[1], "x", 1);
        _exit(0);
    }
    compute();
    read(ends[0], &byte, 1); /* blocked until the child writes */
    compute();
    waitpid(child, NULL, 0); /* the child was a zombie until now */
    return 0;
}
