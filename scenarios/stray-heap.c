/* Two heap blocks side by side. The thread writes past the end of the first. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define OWN 3

void *writer(void *place) {
    int *numbers = place;
    for (int i = 0; i <= OWN; i++) { /* should be: i < OWN */
        numbers[i] = -1;
    }
    return NULL;
}

int main(void) {
    int *first = malloc(OWN * sizeof(int));
    int *second = malloc(OWN * sizeof(int));
    pthread_t t1;
    pthread_create(&t1, NULL, writer, first);
    pthread_join(t1, NULL);
    printf("written: %d\n", first[0]);
    free(second);
    free(first);
    return 0;
}
