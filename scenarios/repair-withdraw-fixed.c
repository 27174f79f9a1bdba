/* Two people take 70 from an account of 100. The balance is looked at and changed in one piece. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>

int balance = 100;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects balance */

/* Looks and takes in one piece. */
void take_if_there(int amount) {
    pthread_mutex_lock(&lock);
    if (balance >= amount) {
        balance -= amount;
    }
    assert(balance >= 0);
    pthread_mutex_unlock(&lock);
}

void *customer(void *unused) {
    take_if_there(70);
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
