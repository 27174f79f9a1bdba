// Two threads make the same mistake in the same function of the library: each is told of, whoever was first.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

int one, two, *heap;

void *frees(void *unused) {
    free(heap);
    memcpy(&one, heap, sizeof one);
    return NULL;
}

void *copies(void *unused) {
    memcpy(&two, heap, sizeof two);
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    heap = malloc(sizeof *heap);
    *heap = 1;
    pthread_create(&threads[0], NULL, frees, NULL);
    pthread_create(&threads[1], NULL, copies, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
