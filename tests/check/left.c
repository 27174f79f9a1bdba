/* The process ends while another thread holds one lock, or two: each is a finding. */
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, two = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void *work(void *argument) {
    pthread_mutex_lock(&one);
    pthread_mutex_lock(&two);
    pthread_cond_wait(&never, &two);
    return 0;
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    exit(0);
}
