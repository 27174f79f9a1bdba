/* Cure: whoever fails waits for the lock that was missing, and takes it first the next time. */
#include <pthread.h>
#include <stdio.h>

#ifndef ROUNDS
#define ROUNDS 1
#endif

int balance_a = 100;
int balance_b = 100;

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER; /* protects balance_a */
pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER; /* protects balance_b */

/* Takes both: waits for one with nothing in hand, tries the other, and changes roles if that fails. */
void lock_both(pthread_mutex_t *first, pthread_mutex_t *second) {
    for (;;) {
        pthread_mutex_lock(first);
        if (pthread_mutex_trylock(second) == 0) {
            return;
        }
        pthread_mutex_unlock(first);
        pthread_mutex_t *missing = second;
        second = first;
        first = missing;
    }
}

void *a_to_b(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        lock_both(&a, &b);
        balance_a -= 1;
        balance_b += 1;
        pthread_mutex_unlock(&b);
        pthread_mutex_unlock(&a);
    }
    return NULL;
}

void *b_to_a(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        lock_both(&b, &a);
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
