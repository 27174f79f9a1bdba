/* `last` waits for a lock that `first` never gives back, if `first` takes it first. What `last` does behind it must
   be seen in both orders with what `other` does, which is ordered with `last` in another way as well. */
#include <pthread.h>
#include <sim/check.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, order = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int x;

static void *first(void *argument) {
    pthread_mutex_lock(&lock);
    return 0;
}

static void *other(void *argument) {
    x = 0;
    pthread_mutex_trylock(&order);
    return 0;
}

static void *last(void *argument) {
    pthread_mutex_trylock(&order);
    pthread_mutex_lock(&lock);
    x = x + 1;
    pthread_mutex_unlock(&lock);
    return 0;
}

int main(void) {
    pthread_t threads[3];
    pthread_create(&threads[0], 0, first, 0);
    pthread_create(&threads[1], 0, other, 0);
    pthread_create(&threads[2], 0, last, 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], 0);
    sim_outcome("x=%d", x);
    return 0;
}
