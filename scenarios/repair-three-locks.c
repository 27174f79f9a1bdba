/* Three threads, three locks, each thread takes two of them. */
#include <pthread.h>
#include <stdio.h>

pthread_mutex_t paper = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t ink = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t press = PTHREAD_MUTEX_INITIALIZER;

void work(void) {
    for (volatile int i = 0; i < 20; i++) {
    }
}

void use(pthread_mutex_t *first, pthread_mutex_t *second) {
    pthread_mutex_lock(first);
    work();
    pthread_mutex_lock(second);
    work();
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
}

void *writer(void *unused) {
    use(&paper, &ink);
    return NULL;
}

void *cleaner(void *unused) {
    use(&ink, &press);
    return NULL;
}

void *printer(void *unused) {
    use(&press, &paper);
    return NULL;
}

int main(void) {
    pthread_t t1, t2, t3;
    pthread_create(&t1, NULL, writer, NULL);
    pthread_create(&t2, NULL, cleaner, NULL);
    pthread_create(&t3, NULL, printer, NULL);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    pthread_join(t3, NULL);
    printf("done\n");
    return 0;
}
