/* Not a cure: the critical section is as short as it can be, but the two locks are still nested. */
#include <pthread.h>
#include <stdio.h>

#ifndef ROUNDS
#define ROUNDS 3
#endif

int balance_a = 100;
int balance_b = 100;

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER; /* protects balance_a */
pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER; /* protects balance_b */

void *a_to_b(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&a);
        pthread_mutex_lock(&b); /* the only place where both are held */
        balance_a -= 1;
        balance_b += 1;
        pthread_mutex_unlock(&b);
        pthread_mutex_unlock(&a);
        for (volatile int work = 0; work < 3; work++) {
            /* the long part is done without a lock */
        }
    }
    return NULL;
}

void *b_to_a(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&b);
        pthread_mutex_lock(&a);
        balance_b -= 1;
        balance_a += 1;
        pthread_mutex_unlock(&a);
        pthread_mutex_unlock(&b);
        for (volatile int work = 0; work < 3; work++) {
        }
    }
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, a_to_b, NULL);
    pthread_create(&t2, NULL, b_to_a, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    printf("a: %d, b: %d\n", balance_a, balance_b);
    return 0;
}
