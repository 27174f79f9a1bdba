// expect: ok
// prints: handler 10 ran 3 times, old handler was default: 1
// prints: blocked 0, then 1
// prints: EINTR 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

volatile sig_atomic_t count, last;

void handler(int number) {
    count++;
    last = number;
}

int main(void) {
    struct sigaction action = {0}, old;
    sigset_t set;
    action.sa_handler = handler;
    sigaction(SIGUSR1, &action, &old);
    for (int i = 0; i < 3; i++) {
        raise(SIGUSR1);
    }
    printf("handler %d ran %d times, old handler was default: %d\n", (int)last, (int)count, old.sa_handler == SIG_DFL);

    count = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    int blocked = count;
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("blocked %d, then %d\n", blocked, (int)count);

    int gate[2];
    char byte;
    pipe(gate);
    pid_t parent = getpid();
    if (fork() == 0) {
        usleep(20000);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    int interrupted = read(gate[0], &byte, 1) == -1 && errno == EINTR;
    wait(NULL);
    printf("EINTR %d\n", interrupted);
    return 0;
}
