/* One thread writes x, N threads read it. */
#include <pthread.h>

#ifndef N
#define N 4
#endif

int x;

static void *writer(void *unused) {
    (void)unused;
    x = 1;
    return 0;
}

static void *reader(void *unused) {
    (void)unused;
    int seen = x;
    return (void *)seen;
}

int main(void) {
    pthread_t threads[N + 1];
    pthread_create(&threads[0], 0, writer, 0);
    for (int i = 1; i <= N; i++)
        pthread_create(&threads[i], 0, reader, 0);
    for (int i = 0; i <= N; i++)
        pthread_join(threads[i], 0);
    return 0;
}
