// Whoever comes first keeps a read lock. The lock's bytes say that somebody reads, not who.
#include <pthread.h>
#include <stdatomic.h>
#include <sim/check.h>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
atomic_int taken;

void *first(void *arg) {
    if (atomic_exchange(&taken, 1) == 0)
        pthread_rwlock_rdlock(&lock);
    sim_choose(2);
    return arg;
}

void *second(void *arg) {
    if (atomic_exchange(&taken, 1) == 0)
        pthread_rwlock_rdlock(&lock);
    sim_choose(2);
    return arg;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, first, NULL);
    pthread_create(&t2, NULL, second, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    return 0;
}
