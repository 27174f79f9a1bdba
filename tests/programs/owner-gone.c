// The owner of the lock has ended without giving it back.
// expect: deadlock
// finds: the owner of a lock has ended
#include <pthread.h>
#include <stddef.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *taker(void *unused) {
    pthread_mutex_lock(&lock);
    return NULL;
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, taker, NULL);
    pthread_join(thread, NULL);
    pthread_mutex_lock(&lock);
    return 0;
}
