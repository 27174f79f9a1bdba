// The twin of barrier-one-missing: three come, in four rounds; one of them is told that it was the last.
// run: --cores 2
// expect: ok
// prints: 4 serial, 12 in order
#include <pthread.h>
#include <stdio.h>

pthread_barrier_t barrier;
int serial, arrived[4], wrong;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *worker(void *unused) {
    for (int round = 0; round < 4; round++) {
        pthread_mutex_lock(&lock);
        arrived[round]++;
        pthread_mutex_unlock(&lock);
        int result = pthread_barrier_wait(&barrier);
        pthread_mutex_lock(&lock);
        serial += result == PTHREAD_BARRIER_SERIAL_THREAD;
        wrong += arrived[round] != 3;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    pthread_barrier_init(&barrier, NULL, 3);
    for (int i = 0; i < 3; i++) {
        pthread_create(&threads[i], NULL, worker, NULL);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_barrier_destroy(&barrier);
    printf("%d serial, %d in order\n", serial, arrived[0] + arrived[1] + arrived[2] + arrived[3] - wrong);
    return 0;
}
