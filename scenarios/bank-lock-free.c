/* Cure: no lock. Both balances are in one word, and one compare-and-swap changes both. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#ifndef ROUNDS
#define ROUNDS 3
#endif

/* Account a in the upper 16 bits, account b in the lower. */
atomic_uint balances = (100u << 16) | 100u;

void move(unsigned int change) {
    unsigned int old = atomic_load(&balances);
    while (!atomic_compare_exchange_strong(&balances, &old, old + change)) {
        /* another thread was faster: old is the new value now, try again */
    }
}

void *a_to_b(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        move(1u - (1u << 16));
    }
    return NULL;
}

void *b_to_a(void *unused) {
    for (int i = 0; i < ROUNDS; i++) {
        move((1u << 16) - 1u);
    }
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, a_to_b, NULL);
    pthread_create(&t2, NULL, b_to_a, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    printf("a: %d, b: %d\n", (int)(atomic_load(&balances) >> 16), (int)(atomic_load(&balances) & 0xffff));
    return 0;
}
