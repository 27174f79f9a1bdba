/* A buffer with one slot, `while` in the right places, but one condition for two kinds of waiters. */
#include <pthread.h>
#include <stdio.h>

int full = 0;                                      /* is something in the slot? */
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  /* protects full */
pthread_cond_t changed = PTHREAD_COND_INITIALIZER; /* there is room, or there is something */

void *producer(void *unused) {
    pthread_mutex_lock(&lock);
    while (full) {
        pthread_cond_wait(&changed, &lock);
    }
    for (volatile int work = 0; work < 10; work++) {
        /* fills the slot */
    }
    full = 1;
    pthread_cond_signal(&changed); /* meant for a consumer: a producer may get it */
    pthread_mutex_unlock(&lock);
    return NULL;
}

void *consumer(void *unused) {
    pthread_mutex_lock(&lock);
    while (!full) {
        pthread_cond_wait(&changed, &lock);
    }
    full = 0;
    pthread_cond_signal(&changed); /* meant for a producer: a consumer may get it */
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void) {
    pthread_t c1, c2, p1, p2;
    pthread_create(&c1, NULL, consumer, NULL);
    pthread_create(&c2, NULL, consumer, NULL);
    pthread_create(&p1, NULL, producer, NULL);
    pthread_create(&p2, NULL, producer, NULL);
    pthread_join(c1, NULL);
    pthread_join(c2, NULL);
    pthread_join(p1, NULL);
    pthread_join(p2, NULL);
    printf("done\n");
    return 0;
}
