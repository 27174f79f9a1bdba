/* N threads, each K times: read x; write x + 1. */
#include <pthread.h>
#include <sim/check.h>

#ifndef N
#define N 2
#endif
#ifndef K
#define K 2
#endif

int x;

static void *increment(void *unused) {
    (void)unused;
    for (int i = 0; i < K; i++)
        x = x + 1;
    return 0;
}

int main(void) {
    pthread_t threads[N];
    for (int i = 0; i < N; i++)
        pthread_create(&threads[i], 0, increment, 0);
    for (int i = 0; i < N; i++)
        pthread_join(threads[i], 0);
    sim_outcome("x=%d", x);
    return 0;
}
