/* One function needs the lock held, another takes it: each caller uses the right one. */
#include <pthread.h>
#include <stdio.h>

int balance = 100;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects balance */

/* The caller holds lock. */
int balance_held(void) {
    return balance;
}

int read_balance(void) {
    pthread_mutex_lock(&lock);
    int result = balance_held();
    pthread_mutex_unlock(&lock);
    return result;
}

void withdraw(int amount) {
    pthread_mutex_lock(&lock);
    if (balance_held() >= amount) {
        balance -= amount;
    }
    pthread_mutex_unlock(&lock);
}

int main(void) {
    withdraw(30);
    printf("%d\n", read_balance());
    return 0;
}
