// run: --cores 2
// expect: ok
// prints: main 7, threads 107 207, keys 1 2, destroyed 2
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

_Thread_local int own = 7;
pthread_key_t key;
int destroyed;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void destroy(void *value) {
    pthread_mutex_lock(&lock);
    destroyed++;
    pthread_mutex_unlock(&lock);
}

void *worker(void *number) {
    pthread_setspecific(key, number);
    for (int i = 0; i < 100 * (int)(intptr_t)number; i++) {
        own++;
    }
    return (void *)(intptr_t)(own * 10 + (int)(intptr_t)pthread_getspecific(key));
}

int main(void) {
    pthread_t a, b;
    void *ra, *rb;
    pthread_key_create(&key, destroy);
    pthread_create(&a, NULL, worker, (void *)1);
    pthread_create(&b, NULL, worker, (void *)2);
    pthread_join(a, &ra);
    pthread_join(b, &rb);
    int x = (int)(intptr_t)ra, y = (int)(intptr_t)rb;
    printf("main %d, threads %d %d, keys %d %d, destroyed %d\n", own, x / 10, y / 10, x % 10, y % 10, destroyed);
    return 0;
}
