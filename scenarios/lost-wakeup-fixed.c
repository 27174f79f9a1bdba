/* One thread waits for another's signal, and asks first whether it has been sent. */
#include <pthread.h>
#include <stdio.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t done = PTHREAD_COND_INITIALIZER;
int finished = 0; /* what the condition is about; protected by lock */

void *worker(void *unused) {
    pthread_mutex_lock(&lock);
    finished = 1; /* a variable remembers, a signal does not */
    pthread_cond_signal(&done);
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, worker, NULL);

    /* Something else to do first: by then the worker is done. */
    volatile int work = 0;
    for (int i = 0; i < 500; i++) {
        work += i;
    }

    pthread_mutex_lock(&lock);
    while (!finished) {
        pthread_cond_wait(&done, &lock);
    }
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    printf("done\n");
    return 0;
}
