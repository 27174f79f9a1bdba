/* The same program without _Thread_local: one variable for all threads. */
#include <pthread.h>
#include <stdio.h>

int count = 0;

void *worker(void *argument) {
    int rounds = *(int *)argument;
    for (int i = 0; i < rounds; i++) {
        count++; /* one variable for all: a race */
    }
    printf("%d rounds: count is %d\n", rounds, count);
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    int three = 3, five = 5;
    pthread_create(&t1, NULL, worker, &three);
    pthread_create(&t2, NULL, worker, &five);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    printf("main: count is %d\n", count);
    return 0;
}
