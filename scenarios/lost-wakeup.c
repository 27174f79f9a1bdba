/* One thread waits for another's signal, but does not ask whether it has already been sent. */
#include <pthread.h>
#include <stdio.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t done = PTHREAD_COND_INITIALIZER;

void *worker(void *unused) {
    pthread_mutex_lock(&lock);
    pthread_cond_signal(&done); /* if nobody waits yet, nobody ever hears it */
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
    pthread_cond_wait(&done, &lock);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    printf("done\n");
    return 0;
}
