/* A parent that learns of its children's ends by SIGCHLD. LOST: it may come between the look and the pause. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void reaper(int number) {
    while (waitpid(-1, 0, WNOHANG) > 0)
        ended++;
}

int main(void) {
    sigset_t child, before;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    signal(SIGCHLD, reaper);
#ifndef LOST
    sigprocmask(SIG_BLOCK, &child, &before);
#endif
    for (int i = 0; i < 2; i++)
        if (fork() == 0)
            _exit(0);
    while (ended < 2)
#ifdef LOST
        pause();
#else
        sigsuspend(&before);
#endif
    return 0;
}
