/* Two threads add one to a counter, ROUNDS times each, without a lock. */
#include <pthread.h>
#include <sim/check.h>
#include <stdio.h>

#ifndef ROUNDS
#define ROUNDS 1
#endif

int counter = 0;

void *worker(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        counter++; /* load, add, store */
    }
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, worker, NULL);
    pthread_create(&t2, NULL, worker, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    sim_outcome("sum %d", counter);
    printf("%d\n", counter);
    return 0;
}
