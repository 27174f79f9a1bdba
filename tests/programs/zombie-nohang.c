// A child that has ended stays a zombie until it is waited for; WNOHANG does not wait.
// expect: ok
// prints: still running: 1
// prints: exists: 0, waited: 1, then gone: 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int gate[2];
    char byte;
    pipe(gate);
    pid_t child = fork();
    if (child == 0) {
        close(gate[1]);
        read(gate[0], &byte, 1);
        _exit(0);
    }
    printf("still running: %d\n", waitpid(child, NULL, WNOHANG) == 0);
    close(gate[0]);
    close(gate[1]);
    usleep(50000);
    int exists = kill(child, 0);
    int waited = waitpid(child, NULL, WNOHANG) == child;
    int gone = kill(child, 0) == -1 && errno == ESRCH;
    printf("exists: %d, waited: %d, then gone: %d\n", exists, waited, gone);
    return 0;
}
