/* A signal for a process goes to any thread that does not block it. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>
#include <sim/check.h>

static pthread_t other;
static volatile sig_atomic_t interrupted;

static void handler(int number) {
    interrupted = pthread_equal(pthread_self(), other) ? 2 : 1;
}

static void *work(void *argument) {
#ifdef BLOCKS
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, 0);
#endif
    sched_yield();
    return 0;
}

int main(void) {
    signal(SIGUSR1, handler);
    pthread_create(&other, 0, work, 0);
    kill(getpid(), SIGUSR1);
    pthread_join(other, 0);
    sim_outcome("%d", (int)interrupted);
    return 0;
}
