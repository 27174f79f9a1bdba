/* A lock helps only if everybody takes it: t2 forgets. */
#include <pthread.h>
#include <stdio.h>

#define ROUNDS 20

int counter = 0;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects counter */

void *careful(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

void *careless(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        counter++; /* without the lock */
    }
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, careful, NULL);
    pthread_create(&t2, NULL, careless, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    printf("%d\n", counter);
    return 0;
}
