/* A function with two ways out. One of them forgets something. */
#include <pthread.h>
#include <stdio.h>

int stock = 1;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects stock */

int buy(void) {
    pthread_mutex_lock(&lock);
    if (stock == 0) {
        return 0; /* sold out */
    }
    stock--;
    pthread_mutex_unlock(&lock);
    return 1;
}

void *customer(void *unused) {
    buy();
    return NULL;
}

int main(void) {
    pthread_t t1, t2, t3;
    pthread_create(&t1, NULL, customer, NULL);
    pthread_create(&t2, NULL, customer, NULL);
    pthread_create(&t3, NULL, customer, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    pthread_join(t3, NULL);
    printf("stock: %d\n", stock);
    return 0;
}
