// What two threads are given depends on who asks first: each order of the two is an outcome.
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sim/check.h>

static void *start(void *arg) { return arg; }

#define MAP(size) (long)mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)

/* Takes one of what is given out. */
static long take(void) {
#ifdef SBRK
    return (long)sbrk(4096);
#endif
#ifdef MMAP
    return MAP(4096);
#endif
#ifdef FD
    return dup(1);
#endif
#ifdef PIPE
    int ends[2];
    pipe(ends);
    return ends[0];
#endif
#ifdef FORK
    int pid = fork();
    if (pid == 0)
        _exit(0);
    return pid;
#endif
#ifdef CREATE
    pthread_t t;
    pthread_create(&t, NULL, start, NULL);
    pthread_join(t, NULL);
    return t;
#endif
#ifdef RAND
    return rand();
#endif
#ifdef MALLOC
    return (long)malloc(MALLOC);
#endif
    return 0;
}

#ifndef OTHER
static void *ask(void *arg) { return (void *)take(); }

int main(void) {
    pthread_t t1, t2;
    void *one, *two;
    pthread_create(&t1, NULL, ask, NULL);
    pthread_create(&t2, NULL, ask, NULL);
    pthread_join(t1, &one);
    pthread_join(t2, &two);
#ifdef MALLOC
    free(one);
    free(two);
#endif
    sim_outcome(one < two ? "less" : "more");
    return 0;
}
#endif

#ifdef UNMAP
/* Where the second mapping lies depends on whether the first has gone. */
static void *unmap(void *first) {
    munmap(first, 4096);
    return NULL;
}

int main(void) {
    pthread_t t;
    long first = MAP(4096);
    pthread_create(&t, NULL, unmap, (void *)first);
    sim_outcome(MAP(4096) == first ? "same" : "other");
    pthread_join(t, NULL);
    return 0;
}
#endif

#ifdef STACK
/* A stack is given to the next thread when its own has been joined. */
static void *where(void *arg) {
    int local;
    return &local;
}

static void *create(void *arg) {
    pthread_t t;
    void *stack;
    pthread_create(&t, NULL, where, NULL);
    pthread_join(t, &stack);
    return stack;
}

int main(void) {
    pthread_t first, t;
    void *before, *stack;
    pthread_create(&first, NULL, where, NULL);
    pthread_create(&t, NULL, create, NULL);
    pthread_join(first, &before);
    pthread_join(t, &stack);
    sim_outcome(before == stack ? "same" : "other");
    return 0;
}
#endif

#ifdef DETACHED
/* It is given back at once by a thread that nobody joins. */
static void *end(void *arg) { return arg; }

static void *where(void *arg) {
    int local;
    return &local;
}

int main(void) {
    pthread_t t1, t2, t3;
    void *stack2, *stack3;
    pthread_create(&t1, NULL, end, NULL);
    pthread_detach(t1);
    pthread_create(&t2, NULL, where, NULL);
    pthread_create(&t3, NULL, where, NULL);
    pthread_join(t2, &stack2);
    pthread_join(t3, &stack3);
    sim_outcome(stack2 < stack3 ? "up" : "down");
    return 0;
}
#endif

#ifdef TWICE
/* Only one of the two can be done. */
static void *detach(void *t) {
    pthread_detach(*(pthread_t *)t);
    return NULL;
}

int main(void) {
    static pthread_t t;
    pthread_t other;
    pthread_create(&t, NULL, start, NULL);
    pthread_create(&other, NULL, detach, &t);
    sim_outcome(pthread_join(t, NULL) ? "detached" : "joined");
    pthread_join(other, NULL);
    return 0;
}
#endif

#ifdef CLOSE
static void *print(void *arg) { return (void *)(long)write(1, "x", 1); }

int main(void) {
    pthread_t t;
    void *written;
    pthread_create(&t, NULL, print, NULL);
    close(1);
    pthread_join(t, &written);
    sim_outcome(written == (void *)1 ? "written" : "lost");
    return 0;
}
#endif
