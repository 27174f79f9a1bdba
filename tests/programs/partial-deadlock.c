// Two threads are stuck for ever while main goes on; it is reported when the circle closes, long before main ends.
// expect: deadlock
// finds: 2 threads
// prints: main goes on
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

void *one(void *unused) {
    pthread_mutex_lock(&a);
    usleep(1000);
    pthread_mutex_lock(&b);
    return NULL;
}

void *two(void *unused) {
    pthread_mutex_lock(&b);
    usleep(1000);
    pthread_mutex_lock(&a);
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, one, NULL);
    pthread_create(&t2, NULL, two, NULL);
    usleep(100000);
    printf("main goes on\n");
    return 0;
}
