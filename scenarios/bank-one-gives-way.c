/* Cure: only one of the two gives way. The other one insists. */
#include <pthread.h>
#include <stdio.h>

#ifndef ROUNDS
#define ROUNDS 1
#endif

int balance_a = 100;
int balance_b = 100;

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER; /* protects balance_a */
pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER; /* protects balance_b */

/* Insists: waits for b with a in hand. */
void *a_to_b(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&a);
        pthread_mutex_lock(&b);
        balance_a -= 1;
        balance_b += 1;
        pthread_mutex_unlock(&b);
        pthread_mutex_unlock(&a);
    }
    return NULL;
}

/* Gives way: never waits with b in hand. */
void *b_to_a(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        for (;;) {
            pthread_mutex_lock(&b);
            if (pthread_mutex_trylock(&a) == 0) {
                break;
            }
            pthread_mutex_unlock(&b);
        }
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
