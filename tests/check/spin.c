/* One waits in a loop for the other: round in a circle, but no fair scheduler does so for ever.
   TWO: both give way in the same steps, for ever if they are unlucky: a livelock. STUBBORN: neither does, and
   whoever comes too late is caught. */
#include <pthread.h>
#include <stdatomic.h>

atomic_int a, b;

static void *one(void *unused) {
    (void)unused;
#ifdef TWO
    atomic_store(&a, 1);
    while (atomic_load(&b)) {
#ifndef STUBBORN
        atomic_store(&a, 0);
        atomic_store(&a, 1);
#endif
    }
    atomic_store(&a, 0);
#else
    while (!atomic_load(&b))
        ;
#endif
    return 0;
}

static void *two(void *unused) {
    (void)unused;
    atomic_store(&b, 1);
#ifdef TWO
    while (atomic_load(&a)) {
#ifndef STUBBORN
        atomic_store(&b, 0);
        atomic_store(&b, 1);
#endif
    }
    atomic_store(&b, 0);
#endif
    return 0;
}

int main(void) {
    pthread_t x, y;
    pthread_create(&x, 0, one, 0);
    pthread_create(&y, 0, two, 0);
    pthread_join(x, 0);
    pthread_join(y, 0);
    return 0;
}
