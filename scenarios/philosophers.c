/* Five philosophers, five forks. Everybody takes the left fork first (Dijkstra 1965). */
#include <pthread.h>
#include <stdio.h>

#define PHILOSOPHERS 5
#define MEALS 3

pthread_mutex_t forks[PHILOSOPHERS];
int meals[PHILOSOPHERS]; /* each counts its own */

void *philosopher(void *number) {
    int me = *(int *)number;
    int left = me;
    int right = (me + 1) % PHILOSOPHERS;
    for (int i = 0; i < MEALS; i++) {
        pthread_mutex_lock(&forks[left]);
        pthread_mutex_lock(&forks[right]);
        meals[me]++;
        pthread_mutex_unlock(&forks[right]);
        pthread_mutex_unlock(&forks[left]);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[PHILOSOPHERS];
    int numbers[PHILOSOPHERS];
    for (int i = 0; i < PHILOSOPHERS; i++) {
        pthread_mutex_init(&forks[i], NULL);
    }
    for (int i = 0; i < PHILOSOPHERS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, philosopher, &numbers[i]);
    }
    int total = 0;
    for (int i = 0; i < PHILOSOPHERS; i++) {
        pthread_join(threads[i], NULL);
        total += meals[i];
    }
    printf("%d meals\n", total);
    return 0;
}
