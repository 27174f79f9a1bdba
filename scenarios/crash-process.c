/* The same, with two child processes. The crash takes only its own process. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

void clumsy(void) {
    int *nowhere = NULL;
    *nowhere = 42;
}

void steady(void) {
    usleep(1000);
    printf("steady: done\n");
}

int main(void) {
    if (fork() == 0) {
        steady();
        return 0;
    }
    if (fork() == 0) {
        clumsy();
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        int status;
        wait(&status);
        if (WIFSIGNALED(status)) {
            printf("main: a child was killed by signal %d\n", WTERMSIG(status));
        }
    }
    printf("main: done\n");
    return 0;
}
