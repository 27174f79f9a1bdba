// expect: ok
// prints: child 3
// prints: exited 3, killed by 9, ended by 15, no more: 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int status, exited, killed, ended;
    pid_t child = fork();
    if (child == 0) {
        printf("child 3\n");
        exit(3);
    }
    waitpid(child, &status, 0);
    exited = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

    child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    killed = WIFSIGNALED(status) ? WTERMSIG(status) : -1;

    child = fork();
    if (child == 0) {
        raise(SIGTERM);
        _exit(0);
    }
    wait(&status);
    ended = WIFSIGNALED(status) ? WTERMSIG(status) : -1;
    int nobody = wait(NULL) == -1 && errno == ECHILD;
    printf("exited %d, killed by %d, ended by %d, no more: %d\n", exited, killed, ended, nobody);
    return 0;
}
