// Nobody writes the block in some interleavings, and its bytes are 0 all the same: a read of what was never
// written, in a state that another way leads to without a mistake.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sim/check.h>

atomic_int late;
int *block;

void *hurry(void *arg) {
    atomic_store(&late, 1);
    return arg;
}

int main(void) {
    pthread_t t;
#ifdef CLEARED
    block = calloc(1, sizeof *block);
#else
    block = malloc(sizeof *block);
#endif
    pthread_create(&t, NULL, hurry, NULL);
    if (!atomic_load(&late))
        *block = 0;
    pthread_join(t, NULL);
    sim_choose(2);
    sim_outcome("%d", *block);
    free(block);
    return 0;
}
