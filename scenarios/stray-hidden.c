/* The same stray write, but after a join: it is ordered, so no race, and inside an array, so no memory error. */
#include <pthread.h>
#include <stdio.h>

#define OWN 4

int numbers[OWN + 1]; /* the last one is the neighbour's */

void *writer(void *unused) {
    for (int i = 0; i <= OWN; i++) { /* should be: i < OWN */
        numbers[i] = -1;
    }
    return NULL;
}

void *neighbour(void *unused) {
    numbers[OWN] = 7;
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, neighbour, NULL);
    pthread_join(t1, NULL);
    pthread_create(&t2, NULL, writer, NULL);
    pthread_join(t2, NULL);
    printf("the neighbour's number is %d\n", numbers[OWN]);
    return 0;
}
