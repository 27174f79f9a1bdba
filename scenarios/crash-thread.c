/* One of two threads follows a null pointer. The kernel kills the process, and so the other thread too. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

void *clumsy(void *unused) {
    int *nowhere = NULL;
    *nowhere = 42;
    return NULL;
}

void *steady(void *unused) {
    usleep(1000);
    printf("steady: done\n"); /* never reached: the process is gone */
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, steady, NULL);
    pthread_create(&t2, NULL, clumsy, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    printf("main: done\n");
    return 0;
}
