/* N philosophers, each once: the fork with the lower number first. LEFT: all take the left one first. */
#include <pthread.h>

#ifndef N
#define N 3
#endif

pthread_mutex_t forks[N];

static void *philosopher(void *argument) {
    int left = (int)argument, right = (left + 1) % N;
    int first = left, second = right;
#ifndef LEFT
    if (right < left) {
        first = right;
        second = left;
    }
#endif
    pthread_mutex_lock(&forks[first]);
    pthread_mutex_lock(&forks[second]);
    pthread_mutex_unlock(&forks[second]);
    pthread_mutex_unlock(&forks[first]);
    return 0;
}

int main(void) {
    pthread_t threads[N];
    for (int i = 0; i < N; i++)
        pthread_mutex_init(&forks[i], 0);
    for (int i = 0; i < N; i++)
        pthread_create(&threads[i], 0, philosopher, (void *)i);
    for (int i = 0; i < N; i++)
        pthread_join(threads[i], 0);
    return 0;
}
