/* Eight threads; each writes one variable of its own and ends. */
#include <pthread.h>

int results[8];

void *work(void *place) {
    *(int *)place = 1;
    return NULL;
}

int main(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        pthread_create(&threads[i], NULL, work, &results[i]);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    return 0;
}
