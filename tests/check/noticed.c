// Calls that another thread of the process notices: each order of the two is an outcome.
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sim/check.h>

#if defined UNMAP || defined PROTECT
static char *page;

static void *touch(void *arg) {
    *page = 1;
    return arg;
}

/* In a child: its parent sees whether it lives. */
int main(void) {
    pthread_t t;
    int status;
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        pthread_create(&t, NULL, touch, NULL);
#ifdef UNMAP
        munmap(page, 4096);
#else
        mprotect(page, 4096, PROT_READ);
#endif
        pthread_join(t, NULL);
        _exit(0);
    }
    wait(&status);
    sim_outcome(WIFSIGNALED(status) ? "killed" : "lives");
    return 0;
}
#endif

#ifdef HANDLER
static void one(int signal) { sim_outcome("one"); }
static void two(int signal) { sim_outcome("two"); }

static void *set(void *arg) {
    signal(SIGUSR1, arg ? one : two);
    return arg;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, set, &t1);
    pthread_create(&t2, NULL, set, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    raise(SIGUSR1);
    return 0;
}
#endif

#ifdef LATE
/* A semaphore that is made after the thread that posts it. */
static sem_t ready;

static void *post(void *arg) {
    sem_post(&ready);
    return arg;
}

int main(void) {
    pthread_t t;
    pthread_create(&t, NULL, post, NULL);
    sem_init(&ready, 0, 0);
    sim_outcome(sem_trywait(&ready) ? "lost" : "there");
    pthread_join(t, NULL);
    return 0;
}
#endif

#ifdef PARENT
int main(void) {
    int parent = getpid();
    if (fork() == 0)
        sim_outcome(getppid() == parent ? "parent" : "orphan");
    return 0;
}
#endif
