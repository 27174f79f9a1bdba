/* An update is lost in some interleavings only; the lock (LOCKED) mends it. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

atomic_int x;
#ifdef LOCKED
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void *increment(void *unused) {
    (void)unused;
#ifdef LOCKED
    pthread_mutex_lock(&mutex);
#endif
    atomic_store(&x, atomic_load(&x) + 1);
#ifdef LOCKED
    pthread_mutex_unlock(&mutex);
#endif
    return 0;
}

int main(void) {
    pthread_t a, b;
    pthread_create(&a, 0, increment, 0);
    pthread_create(&b, 0, increment, 0);
    pthread_join(a, 0);
    pthread_join(b, 0);
    assert(atomic_load(&x) == 2);
    return 0;
}
