// Nobody signals, posts or unlocks: every timed wait runs out after its time, and no deadlock is seen.
// run: --cores 2
// expect: ok
// prints: condition 1 1, semaphore 1 1, mutex 1 1
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, held = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t never = PTHREAD_COND_INITIALIZER;
sem_t empty;

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (long)(now.tv_sec % 100000) * 1000 + now.tv_nsec / 1000000;
}

static struct timespec in_20ms(void) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_nsec += 20000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

void *waits_for_lock(void *result) {
    struct timespec at = in_20ms();
    *(int *)result = pthread_mutex_timedlock(&held, &at) == ETIMEDOUT;
    return NULL;
}

int main(void) {
    long start = now_ms();
    struct timespec at = in_20ms();
    pthread_mutex_lock(&lock);
    int condition = pthread_cond_timedwait(&never, &lock, &at) == ETIMEDOUT;
    pthread_mutex_unlock(&lock);
    int condition_time = now_ms() - start >= 19;

    start = now_ms();
    sem_init(&empty, 0, 0);
    at = in_20ms();
    int semaphore = sem_timedwait(&empty, &at) == -1 && errno == ETIMEDOUT;
    int semaphore_time = now_ms() - start >= 19;

    start = now_ms();
    int mutex;
    pthread_t thread;
    pthread_mutex_lock(&held);
    pthread_create(&thread, NULL, waits_for_lock, &mutex);
    pthread_join(thread, NULL);
    pthread_mutex_unlock(&held);
    int mutex_time = now_ms() - start >= 19;
    printf("condition %d %d, semaphore %d %d, mutex %d %d\n", condition, condition_time, semaphore, semaphore_time,
           mutex, mutex_time);
    return 0;
}
