// Two threads call one function of the library from different lines: two mistakes, not one.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int x;
char *block, copy[4];

#ifdef HEAP
void *first(void *arg) {
    pthread_mutex_lock(&lock);
    memcpy(copy, block, 4);
    pthread_mutex_unlock(&lock);
    return arg;
}

void *second(void *arg) {
    pthread_mutex_lock(&lock);
    memcpy(copy, block, 4);
    pthread_mutex_unlock(&lock);
    return arg;
}
#else
void *first(void *arg) {
    write(1, &x, 4);
    return arg;
}

void *second(void *arg) {
    write(1, &x, 4);
    return arg;
}
#endif

int main(void) {
    pthread_t t1, t2;
    block = calloc(1, 4);
    pthread_create(&t1, NULL, first, NULL);
    pthread_create(&t2, NULL, second, NULL);
    pthread_mutex_lock(&lock);
    x = x + 1;
    free(block);
    pthread_mutex_unlock(&lock);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    return 0;
}
