/* Half a cure: wait for the second lock at most a while, then give the first one back and try again. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#ifndef TIMEOUT
#define TIMEOUT 1000000 /* nanoseconds: one millisecond */
#endif

int balance_a = 100;
int balance_b = 100;

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER; /* protects balance_a */
pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER; /* protects balance_b */

/* Takes both locks; gives up the first one if the second does not come in time. */
void lock_both(pthread_mutex_t *first, pthread_mutex_t *second) {
    for (;;) {
        struct timespec until;
        pthread_mutex_lock(first);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TIMEOUT;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        if (pthread_mutex_timedlock(second, &until) == 0) {
            return;
        }
        pthread_mutex_unlock(first);
    }
}

void *a_to_b(void *unused) {
    for (int i = 0; i < 10; i++) {
        lock_both(&a, &b);
        balance_a -= 1;
        balance_b += 1;
        pthread_mutex_unlock(&b);
        pthread_mutex_unlock(&a);
    }
    return NULL;
}

void *b_to_a(void *unused) {
    for (int i = 0; i < 10; i++) {
        lock_both(&b, &a);
        balance_b -= 1;
        balance_a += 1;
        pthread_mutex_unlock(&a);
        pthread_mutex_unlock(&b);
    }
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, NULL, a_to_b, NULL);
    pthread_create(&t2, NULL, b_to_a, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    printf("a: %d, b: %d\n", balance_a, balance_b);
    return 0;
}
