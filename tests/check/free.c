/* One thread frees what the other still writes, if it comes first; ORDERED: it waits for its end. */
#include <pthread.h>
#include <stdlib.h>

static int *block;

static void *user(void *unused) {
    (void)unused;
    *block = 1;
    return 0;
}

int main(void) {
    pthread_t thread;
    block = malloc(sizeof *block);
    pthread_create(&thread, 0, user, 0);
#ifdef ORDERED
    pthread_join(thread, 0);
    free(block);
#else
    free(block);
    pthread_join(thread, 0);
#endif
    return 0;
}
