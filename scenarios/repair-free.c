/* main gives a block to a thread and frees it at once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

void *worker(void *argument) {
    int *numbers = argument;
    for (volatile int i = 0; i < 20; i++) {
        /* something else first */
    }
    numbers[0] = numbers[1] + 1;
    return NULL;
}

int main(void) {
    int *numbers = calloc(2, sizeof(int));
    pthread_t t1;
    pthread_create(&t1, NULL, worker, numbers);
    free(numbers);
    pthread_join(t1, NULL);
    printf("done\n");
    return 0;
}
