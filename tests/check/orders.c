// Two locks in both orders: a deadlock, or only a warning where something else keeps the two threads apart; with
// EITHER no interleaving has both orders.
#include <pthread.h>
#include <stdlib.h>
#include <sim/check.h>

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

int only; /* which of the two does anything, if not both */

void *first(void *arg) {
    if (only == 2)
        return arg;
#ifdef GATE
    pthread_mutex_lock(&gate);
#endif
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&b);
    pthread_mutex_unlock(&b);
    pthread_mutex_unlock(&a);
#ifdef GATE
    pthread_mutex_unlock(&gate);
#endif
    return arg;
}

void *second(void *arg) {
    if (only == 1)
        return arg;
#ifdef GATE
    pthread_mutex_lock(&gate);
#endif
    pthread_mutex_lock(&b);
#ifdef TRIES
    if (!pthread_mutex_trylock(&a))
        pthread_mutex_unlock(&a);
#else
    pthread_mutex_lock(&a);
    pthread_mutex_unlock(&a);
#endif
    pthread_mutex_unlock(&b);
#ifdef GATE
    pthread_mutex_unlock(&gate);
#endif
    return arg;
}

int main(void) {
    pthread_t t1, t2;
#ifdef EITHER
    only = 1 + sim_choose(2);
#endif
    pthread_create(&t1, NULL, first, NULL);
#ifdef AFTER
    pthread_join(t1, NULL);
    second(NULL);
#else
    pthread_create(&t2, NULL, second, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
#endif
    return 0;
}
