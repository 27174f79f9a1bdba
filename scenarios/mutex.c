/* Two threads, one counter, one mutex: only one of them at a time is between lock and unlock. */
#include <pthread.h>
#include <stdio.h>

#ifndef ROUNDS
#define ROUNDS 20
#endif

int counter = 0;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects counter */

void *worker(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, worker, NULL);
    pthread_create(&t2, NULL, worker, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    printf("%d\n", counter);
    return 0;
}
