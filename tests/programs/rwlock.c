// Readers share, writers do not: the two halves of the pair are always equal.
// run: --cores 4
// expect: ok
// prints: torn 0, pair 40 40, busy 1
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
int left, right;

void *writer(void *unused) {
    for (int i = 0; i < 20; i++) {
        pthread_rwlock_wrlock(&lock);
        left++;
        right++;
        pthread_rwlock_unlock(&lock);
    }
    return NULL;
}

void *reader(void *torn) {
    for (int i = 0; i < 20; i++) {
        pthread_rwlock_rdlock(&lock);
        *(int *)torn += left != right;
        pthread_rwlock_unlock(&lock);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[4];
    int torn[2] = {0, 0};
    pthread_create(&threads[0], NULL, writer, NULL);
    pthread_create(&threads[1], NULL, reader, &torn[0]);
    pthread_create(&threads[2], NULL, writer, NULL);
    pthread_create(&threads[3], NULL, reader, &torn[1]);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_rwlock_rdlock(&lock);
    int busy = pthread_rwlock_trywrlock(&lock) == EBUSY;
    pthread_rwlock_unlock(&lock);
    printf("torn %d, pair %d %d, busy %d\n", torn[0] + torn[1], left, right, busy);
    return 0;
}
