/* A bounded buffer between one producer and two consumers: `if` where it should be `while`. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>

#define SLOTS 2
#define ITEMS 6

int buffer[SLOTS];
int count = 0;     /* how many slots are full */
int in = 0, out = 0;
int sum = 0;

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects all of the above */
pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;

void put(int item) {
    pthread_mutex_lock(&lock);
    while (count == SLOTS) {
        pthread_cond_wait(&not_full, &lock);
    }
    buffer[in] = item;
    in = (in + 1) % SLOTS;
    count++;
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&lock);
}

void get(void) {
    pthread_mutex_lock(&lock);
    if (count == 0) { /* when it wakes up, another consumer may have been faster */
        pthread_cond_wait(&not_empty, &lock);
    }
    assert(count > 0);
    sum += buffer[out];
    out = (out + 1) % SLOTS;
    count--;
    pthread_cond_signal(&not_full);
    pthread_mutex_unlock(&lock);
}

void *producer(void *unused) {
    for (int item = 1; item <= ITEMS; item++) {
        put(item);
    }
    return NULL;
}

void *consumer(void *unused) {
    for (int i = 0; i < ITEMS / 2; i++) {
        get();
    }
    return NULL;
}

int main(void) {
    pthread_t p, c1, c2;
    pthread_create(&c1, NULL, consumer, NULL);
    pthread_create(&c2, NULL, consumer, NULL);
    pthread_create(&p, NULL, producer, NULL);
    pthread_join(p, NULL);
    pthread_join(c1, NULL);
    pthread_join(c2, NULL);
    printf("sum: %d\n", sum);
    return 0;
}
