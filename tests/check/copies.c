/* The kernel reads a buffer for one thread while another writes it. LOCKED: not at once.
   PIPE: into a pipe instead of the output. */
#include <pthread.h>
#include <unistd.h>

static char shared[4];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int fds[2];

static void enter(void) {
#ifdef LOCKED
    pthread_mutex_lock(&mutex);
#endif
}

static void leave(void) {
#ifdef LOCKED
    pthread_mutex_unlock(&mutex);
#endif
}

static void *teller(void *unused) {
    (void)unused;
    enter();
#ifdef PIPE
    write(fds[1], shared, 1);
#else
    write(1, shared, 1);
#endif
    leave();
    return 0;
}

static void *changer(void *unused) {
    (void)unused;
    enter();
    shared[0] = 'x';
    leave();
    return 0;
}

int main(void) {
    pthread_t one, two;
    (void)&mutex;
    pipe(fds);
    pthread_create(&one, 0, teller, 0);
    pthread_create(&two, 0, changer, 0);
    pthread_join(one, 0);
    pthread_join(two, 0);
    return 0;
}
