// run: --cores 4 --quantum 7
// expect: ok
// prints: 4000 4000, spinlock 400
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

atomic_int added;
_Atomic int exchanged;
atomic_flag spin = ATOMIC_FLAG_INIT;
int guarded;

void *worker(void *unused) {
    for (int i = 0; i < 1000; i++) {
        atomic_fetch_add(&added, 1);
        int old = atomic_load(&exchanged);
        while (!atomic_compare_exchange_weak(&exchanged, &old, old + 1)) {
        }
    }
    for (int i = 0; i < 100; i++) {
        while (atomic_flag_test_and_set(&spin)) {
        }
        guarded++;
        atomic_flag_clear(&spin);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, worker, NULL);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%d %d, spinlock %d\n", added, exchanged, guarded);
    return 0;
}
