/* Threads i = 1 … N: a[i] = a[i - 1] + 1; one more reads from the top down until it finds 0. */
#include <pthread.h>

#ifndef N
#define N 4
#endif

int a[N + 1];

static void *writer(void *argument) {
    int i = (int)argument;
    a[i] = a[i - 1] + 1;
    return 0;
}

static void *reader(void *unused) {
    (void)unused;
    int i = N;
    while (a[i] != 0)
        i--;
    return 0;
}

int main(void) {
    pthread_t threads[N + 1];
    pthread_create(&threads[0], 0, reader, 0);
    for (int i = 1; i <= N; i++)
        pthread_create(&threads[i], 0, writer, (void *)i);
    for (int i = 0; i <= N; i++)
        pthread_join(threads[i], 0);
    return 0;
}
