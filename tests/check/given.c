/* Another thread gives back a lock that it does not hold, before its holder ends, or after. */
#include <pthread.h>

static pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

static void *holder(void *argument) {
    pthread_rwlock_rdlock(&shared);
    pthread_mutex_lock(&own);
    return 0;
}

static void *giver(void *argument) {
    pthread_rwlock_unlock(&shared);
    return 0;
}

int main(void) {
    pthread_t threads[2];
    pthread_create(&threads[0], 0, holder, 0);
    pthread_create(&threads[1], 0, giver, 0);
    pthread_join(threads[0], 0);
    pthread_join(threads[1], 0);
    return 0;
}
