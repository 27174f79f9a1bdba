/* One thread writes to a variable on another's stack, which may have gone. WAITS: its owner waits for it. */
#include <pthread.h>
#include <semaphore.h>

static sem_t there, done;
static int *place;

static void *owner(void *unused) {
    int local = 0;
    (void)unused;
    place = &local;
    sem_post(&there);
#ifdef WAITS
    sem_wait(&done);
#endif
    return 0;
}

static void *guest(void *unused) {
    (void)unused;
    sem_wait(&there);
    *place = 3;
    sem_post(&done);
    return 0;
}

int main(void) {
    pthread_t one, two;
    sem_init(&there, 0, 0);
    sem_init(&done, 0, 0);
    pthread_create(&one, 0, owner, 0);
    pthread_create(&two, 0, guest, 0);
    pthread_join(one, 0);
    pthread_join(two, 0);
    return 0;
}
