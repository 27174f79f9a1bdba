/* Two people take 70 from an account of 100. The balance is looked at and changed under the lock: but not in one piece. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>

int balance = 100;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects balance */

int get_balance(void) {
    pthread_mutex_lock(&lock);
    int result = balance;
    pthread_mutex_unlock(&lock);
    return result;
}

void take(int amount) {
    pthread_mutex_lock(&lock);
    balance -= amount;
    assert(balance >= 0);
    pthread_mutex_unlock(&lock);
}

void *customer(void *unused) {
    if (get_balance() >= 70) {
        for (volatile int i = 0; i < 20; i++) {
            /* takes the card out, reads the screen */
        }
        take(70); /* is it still there? */
    }
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, customer, NULL);
    pthread_create(&t2, NULL, customer, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    printf("balance: %d\n", balance);
    return 0;
}
