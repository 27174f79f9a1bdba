/* Another thread has a block for a moment; main ends, and with it the process, when it likes. */
#include <pthread.h>
#include <stdlib.h>

static void *work(void *argument) {
    char *block = malloc(10);
    block[0] = 1;
    free(block);
    return 0;
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
#ifdef JOINS
    pthread_join(thread, 0);
#endif
    return 0;
}
