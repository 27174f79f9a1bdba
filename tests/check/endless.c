/* Two threads count for ever and never stop: without a lock they race. LOCKED: they do not. */
#include <pthread.h>

static unsigned char x;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *count(void *unused) {
    (void)unused;
    for (;;) {
#ifdef LOCKED
        pthread_mutex_lock(&mutex);
#endif
        x++;
#ifdef LOCKED
        pthread_mutex_unlock(&mutex);
#endif
    }
    return 0;
}

int main(void) {
    pthread_t one, two;
    (void)&mutex;
    pthread_create(&one, 0, count, 0);
    pthread_create(&two, 0, count, 0);
    pthread_join(one, 0);
    pthread_join(two, 0);
    return 0;
}
