// One line makes two mistakes, each in other interleavings: it copies bytes that nobody has written, which main
// then uses, or it reads what the other thread has freed.
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sim/check.h>

int copy, other, *heap;

void *frees(void *unused) {
    free(heap);
    return NULL;
}

void *copies(void *unused) {
    memcpy(&copy, heap, sizeof copy);
    return NULL;
}

void *yields(void *unused) {
    sched_yield();
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    heap = malloc(sizeof *heap);
    pthread_create(&threads[0], NULL, frees, NULL);
    pthread_create(&threads[1], NULL, copies, NULL);
    pthread_create(&threads[2], NULL, yields, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    sim_outcome("%d %d", copy, other);
    return 0;
}
