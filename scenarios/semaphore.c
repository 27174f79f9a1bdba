/* Five cars, a car park with two places: the semaphore counts the free ones. */
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

#ifndef PLACES
#define PLACES 2
#endif
#ifndef CARS
#define CARS 5
#endif

sem_t places;                                     /* free places */
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects the next two */
int inside = 0;
int most = 0;

void *car(void *unused) {
    sem_wait(&places); /* waits while there is no free place */
    pthread_mutex_lock(&lock);
    inside++;
    if (inside > most) {
        most = inside;
    }
    assert(inside <= 2);
    pthread_mutex_unlock(&lock);

    for (volatile int i = 0; i < 20; i++) {
        /* parked */
    }

    pthread_mutex_lock(&lock);
    inside--;
    pthread_mutex_unlock(&lock);
    sem_post(&places); /* one more free place */
    return NULL;
}

int main(void) {
    pthread_t cars[CARS];
    sem_init(&places, 0, PLACES);
    for (int i = 0; i < CARS; i++) {
        pthread_create(&cars[i], NULL, car, NULL);
    }
    for (int i = 0; i < CARS; i++) {
        pthread_join(cars[i], NULL);
    }
    printf("most cars inside: %d\n", most);
    sem_destroy(&places);
    return 0;
}
