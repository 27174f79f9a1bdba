/* A function that locks calls another that locks the same mutex: the thread waits for itself. */
#include <pthread.h>
#include <stdio.h>

int balance = 100;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects balance */

int read_balance(void) {
    pthread_mutex_lock(&lock);
    int result = balance;
    pthread_mutex_unlock(&lock);
    return result;
}

void withdraw(int amount) {
    pthread_mutex_lock(&lock);
    if (read_balance() >= amount) { /* locks again */
        balance -= amount;
    }
    pthread_mutex_unlock(&lock);
}

int main(void) {
    withdraw(30);
    printf("%d\n", read_balance());
    return 0;
}
