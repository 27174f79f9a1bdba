/* Two accounts, two threads, two locks: each thread takes "its" lock first. */
#include <pthread.h>
#include <stdio.h>

int balance_a = 100;
int balance_b = 100;

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER; /* protects balance_a */
pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER; /* protects balance_b */

/* Moves money from account a to account b: locks a, then b. */
void *a_to_b(void *unused) {
    for (int i = 0; i < 10; i++) {
        pthread_mutex_lock(&a);
        pthread_mutex_lock(&b);
        balance_a -= 1;
        balance_b += 1;
        pthread_mutex_unlock(&b);
        pthread_mutex_unlock(&a);
    }
    return NULL;
}

/* Moves money from account b to account a: locks b, then a. */
void *b_to_a(void *unused) {
    for (int i = 0; i < 10; i++) {
        pthread_mutex_lock(&b);
        pthread_mutex_lock(&a);
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
