/* Two threads hand the turn to each other and never end: by intention, as nothing is said of progress.
   SERVES: each turn is progress. ONCE: only the first is, and from then on they get nowhere. */
#include <pthread.h>
#include <sim/check.h>
#include <stdatomic.h>

atomic_int turn;

static void *serve(void *mine) {
    for (int first = 1;; first = 0) {
        while (atomic_load(&turn) != (int)mine)
            ;
#ifdef ONCE
        if (first)
            sim_progress();
#endif
#ifdef SERVES
        sim_progress();
#endif
        atomic_store(&turn, !(int)mine);
    }
    return 0;
}

int main(void) {
    pthread_t one, two;
    pthread_create(&one, 0, serve, (void *)0);
    pthread_create(&two, 0, serve, (void *)1);
    pthread_join(one, 0);
    pthread_join(two, 0);
    return 0;
}
