// Detached threads, results by pthread_exit, and a main that leaves by pthread_exit.
// expect: ok
// prints: result 5
// prints: detached is done
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

void *exits(void *unused) {
    pthread_exit((void *)5);
}

void *detached(void *unused) {
    usleep(10000);
    printf("detached is done\n");
    return NULL;
}

int main(void) {
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, exits, NULL);
    pthread_join(thread, &result);
    pthread_create(&thread, NULL, detached, NULL);
    pthread_detach(thread);
    printf("result %d\n", (int)(intptr_t)result);
    fflush(stdout);
    pthread_exit(NULL);
}
