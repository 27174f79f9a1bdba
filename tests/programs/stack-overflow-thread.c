// expect: crashed
// finds: overflows its stack
#include <pthread.h>
#include <stddef.h>

int deep(int n) {
    volatile int room[100];
    room[0] = n;
    return deep(n + 1) + room[0];
}

void *thread(void *unused) {
    deep(0);
    return NULL;
}

int main(void) {
    pthread_t other;
    pthread_create(&other, NULL, thread, NULL);
    pthread_join(other, NULL);
    return 0;
}
