// run: --cores 4
// expect: ok
// prints: at most 2: 1, done 8, EAGAIN 1, value 2
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

sem_t slots;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int inside, most, done;

void *guest(void *unused) {
    sem_wait(&slots);
    pthread_mutex_lock(&lock);
    if (++inside > most) {
        most = inside;
    }
    pthread_mutex_unlock(&lock);
    usleep(500);
    pthread_mutex_lock(&lock);
    inside--;
    done++;
    pthread_mutex_unlock(&lock);
    sem_post(&slots);
    return NULL;
}

int main(void) {
    pthread_t guests[8];
    int value;
    sem_init(&slots, 0, 2);
    for (int i = 0; i < 8; i++) {
        pthread_create(&guests[i], NULL, guest, NULL);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(guests[i], NULL);
    }
    sem_wait(&slots);
    sem_wait(&slots);
    int again = sem_trywait(&slots) == -1 && errno == EAGAIN;
    sem_post(&slots);
    sem_post(&slots);
    sem_getvalue(&slots, &value);
    sem_destroy(&slots);
    printf("at most 2: %d, done %d, EAGAIN %d, value %d\n", most <= 2 && most > 0, done, again, value);
    return 0;
}
