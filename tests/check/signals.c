/* A signal that comes at any moment. LOST: between the look and the pause. LOCKS: into a thread that holds the
   lock which the handler wants. READS: before, into or after a call that waits. BLOCKS: while it is blocked or not. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sim/check.h>

static volatile sig_atomic_t got;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sigset_t usr, before;

static void handler(int number) {
    got++;
#ifdef LOCKS
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
#endif
}

static void *work(void *argument) {
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    return 0;
}

static void child(int end) {
#if defined(LOST)
    while (!got)
        pause();
#elif defined(READS)
    char byte;
    int early = got, read_bytes = read(end, &byte, 1);
    sim_outcome("%s %d", early ? "early" : "later", read_bytes);
#elif defined(BLOCKS)
    sigprocmask(SIG_BLOCK, &usr, 0);
    int blocked = got;
    sigprocmask(SIG_UNBLOCK, &usr, 0);
    sim_outcome("%d %d", blocked, (int)got);
#else
    while (!got)
        sigsuspend(&before);
#endif
}

int main(void) {
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGUSR1, &action, 0);
    sigemptyset(&usr);
    sigaddset(&usr, SIGUSR1);
#ifdef LOCKS
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, 0);
#else
    int ends[2];
    pipe(ends);
#ifdef WAITS
    sigprocmask(SIG_BLOCK, &usr, &before);
#endif
    pid_t pid = fork();
    if (pid == 0) {
        child(ends[0]);
        _exit(0);
    }
    kill(pid, SIGUSR1);
    write(ends[1], "x", 1);
    wait(0);
#endif
    return 0;
}
