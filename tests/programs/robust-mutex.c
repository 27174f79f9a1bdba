// The owner dies; the next one is told, and the lock goes on working.
// expect: ok
// finds: exit holding a lock
// prints: EOWNERDEAD 1, then 0
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

pthread_mutex_t lock;

void *dies(void *unused) {
    pthread_mutex_lock(&lock);
    return NULL;
}

int main(void) {
    pthread_mutexattr_t kind;
    pthread_t thread;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&lock, &kind);
    pthread_create(&thread, NULL, dies, NULL);
    pthread_join(thread, NULL);
    int dead = pthread_mutex_lock(&lock) == EOWNERDEAD;
    pthread_mutex_consistent(&lock);
    pthread_mutex_unlock(&lock);
    int next = pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    printf("EOWNERDEAD %d, then %d\n", dead, next);
    return 0;
}
