// expect: ok
// prints: recursive 0 0, other EBUSY 1, after one unlock 1, after two 0
// prints: errorcheck EDEADLK 1
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

pthread_mutex_t recursive, checked;

void *tries(void *unused) {
    int result = pthread_mutex_trylock(&recursive);
    if (result == 0) {
        pthread_mutex_unlock(&recursive);
    }
    return (void *)(intptr_t)result;
}

static int other_thread_tries(void) {
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, tries, NULL);
    pthread_join(thread, &result);
    return (int)(intptr_t)result;
}

int main(void) {
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&recursive, &kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checked, &kind);

    int first = pthread_mutex_lock(&recursive), second = pthread_mutex_lock(&recursive);
    int busy = other_thread_tries() == EBUSY;
    pthread_mutex_unlock(&recursive);
    int still = other_thread_tries() == EBUSY;
    pthread_mutex_unlock(&recursive);
    int free = other_thread_tries();
    printf("recursive %d %d, other EBUSY %d, after one unlock %d, after two %d\n", first, second, busy, still, free);

    pthread_mutex_lock(&checked);
    int again = pthread_mutex_lock(&checked) == EDEADLK;
    pthread_mutex_unlock(&checked);
    printf("errorcheck EDEADLK %d\n", again);
    return 0;
}
