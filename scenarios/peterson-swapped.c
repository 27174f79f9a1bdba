/* Peterson's algorithm with two lines swapped: first the turn, then the wish. Both can be inside. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#ifndef ROUNDS
#define ROUNDS 4
#endif

atomic_int wants[2]; /* who wants to go in */
atomic_int turn;     /* who goes first if both want */
int counter = 0;     /* what is protected */

void *worker(void *argument) {
    int me = *(int *)argument;
    int other = 1 - me;
    for (int i = 0; i < ROUNDS; i++) {
        atomic_store(&turn, other); /* too early */
        atomic_store(&wants[me], 1);
        while (atomic_load(&wants[other]) && atomic_load(&turn) == other) {
            /* busy waiting */
        }
        counter++; /* critical section */
        atomic_store(&wants[me], 0);
    }
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    int zero = 0, one = 1;
    pthread_create(&t1, NULL, worker, &zero);
    pthread_create(&t2, NULL, worker, &one);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    assert(counter == 2 * ROUNDS);
    printf("%d\n", counter);
    return 0;
}
