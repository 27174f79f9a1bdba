// Two threads join each other.
// expect: deadlock
// finds: 2 threads
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

pthread_t main_thread, other;

void *joins(void *unused) {
    pthread_join(main_thread, NULL);
    return NULL;
}

int main(void) {
    main_thread = pthread_self();
    pthread_create(&other, NULL, joins, NULL);
    pthread_join(other, NULL);
    return 0;
}
