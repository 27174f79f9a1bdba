// The bug beside rwlock.c: a writer that only takes the lock for reading.
// run: --cores 2
// expect: data-race
// finds: left
#include <pthread.h>
#include <stdio.h>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
int left;

void *writer(void *unused) {
    for (int i = 0; i < 20; i++) {
        pthread_rwlock_rdlock(&lock);
        left++;
        pthread_rwlock_unlock(&lock);
    }
    return NULL;
}

int main(void) {
    pthread_t a, b;
    pthread_create(&a, NULL, writer, NULL);
    pthread_create(&b, NULL, writer, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return 0;
}
