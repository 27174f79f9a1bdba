/* As readers.c, but readers keep other readers out as well: safe, and good for nothing. */
#include <pthread.h>
#include <sim/check.h>
#include <stdio.h>

int readers = 0;
int writers = 0;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* protects both numbers */
pthread_cond_t change = PTHREAD_COND_INITIALIZER;

/* True in every state: nobody writes beside somebody else. */
int writers_are_alone(void) {
    return writers == 0 || (writers == 1 && readers == 0);
}

void *reader(void *unused) {
    pthread_mutex_lock(&mutex);
    while (writers > 0 || readers > 0) {
        pthread_cond_wait(&change, &mutex);
    }
    readers++;
    sim_sometimes(readers == 2, "two read at once");
    pthread_mutex_unlock(&mutex);

    /* Here it reads. */

    pthread_mutex_lock(&mutex);
    readers--;
    pthread_cond_broadcast(&change);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

void *writer(void *unused) {
    pthread_mutex_lock(&mutex);
    while (writers > 0 || readers > 0) {
        pthread_cond_wait(&change, &mutex);
    }
    writers++;
    pthread_mutex_unlock(&mutex);

    /* Here it writes. */

    pthread_mutex_lock(&mutex);
    writers--;
    pthread_cond_broadcast(&change);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(void) {
    pthread_t r1, r2, w;
    sim_invariant(writers_are_alone);
    pthread_create(&r1, NULL, reader, NULL);
    pthread_create(&r2, NULL, reader, NULL);
    pthread_create(&w, NULL, writer, NULL);
    pthread_join(r1, NULL);
    pthread_join(r2, NULL);
    pthread_join(w, NULL);
    printf("all done\n");
    return 0;
}
