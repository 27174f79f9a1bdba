/* Four threads count to 100000 each, together, without a lock. */
#include <pthread.h>
#include <stdio.h>

#define THREADS 4
#define ROUNDS 100000

int counter = 0;

void *worker(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        counter++; /* load, add, store: another thread can come in between */
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, worker, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%d\n", counter); /* 400000? */
    return 0;
}
