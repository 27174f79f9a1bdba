// A barrier for three, and only two threads there are.
// expect: deadlock
// finds: 2 threads
#include <pthread.h>
#include <stddef.h>

pthread_barrier_t barrier;

void *worker(void *unused) {
    pthread_barrier_wait(&barrier);
    return NULL;
}

int main(void) {
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 3);
    pthread_create(&thread, NULL, worker, NULL);
    pthread_barrier_wait(&barrier);
    return 0;
}
