// run: --cores 2
// expect: ok
// prints: 5 woken
#include <pthread.h>
#include <stdio.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t open = PTHREAD_COND_INITIALIZER;
int is_open, woken;

void *waiter(void *unused) {
    pthread_mutex_lock(&lock);
    while (!is_open) {
        pthread_cond_wait(&open, &lock);
    }
    woken++;
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void) {
    pthread_t threads[5];
    for (int i = 0; i < 5; i++) {
        pthread_create(&threads[i], NULL, waiter, NULL);
    }
    pthread_mutex_lock(&lock);
    is_open = 1;
    pthread_cond_broadcast(&open);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < 5; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%d woken\n", woken);
    return 0;
}
