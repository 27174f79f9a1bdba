/* Cure: all locks at once. One more lock makes taking both a single step. */
#include <pthread.h>
#include <stdio.h>

#ifndef ROUNDS
#define ROUNDS 3
#endif

int balance_a = 100;
int balance_b = 100;

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER; /* protects balance_a */
pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER; /* protects balance_b */
pthread_mutex_t both = PTHREAD_MUTEX_INITIALIZER; /* held while a and b are being taken */

void lock_both(void) {
    pthread_mutex_lock(&both);
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&b);
    pthread_mutex_unlock(&both);
}

void *a_to_b(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        lock_both();
        balance_a -= 1;
        balance_b += 1;
        pthread_mutex_unlock(&b);
        pthread_mutex_unlock(&a);
    }
    return NULL;
}

void *b_to_a(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        lock_both();
        balance_b -= 1;
        balance_a += 1;
        pthread_mutex_unlock(&a);
        pthread_mutex_unlock(&b);
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
