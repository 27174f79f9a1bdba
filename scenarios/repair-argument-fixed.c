/* Each of three threads should mark its own number. Each gets a variable of its own. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

atomic_int seen[3];

void *worker(void *argument) {
    int number = *(int *)argument;
    if (number >= 0 && number < 3) {
        atomic_fetch_add(&seen[number], 1);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    int numbers[3];
    for (int i = 0; i < 3; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, worker, &numbers[i]);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%d %d %d\n", seen[0], seen[1], seen[2]);
    return 0;
}
