// run: --cores 4
// expect: ok
// prints: made 1 time, seen 42 4 times
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

pthread_once_t once = PTHREAD_ONCE_INIT;
int made, value;

void make(void) {
    usleep(200);
    made++;
    value = 42;
}

void *user(void *seen) {
    pthread_once(&once, make);
    *(int *)seen = value;
    return NULL;
}

int main(void) {
    pthread_t threads[4];
    int seen[4], right = 0;
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, user, &seen[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        right += seen[i] == 42;
    }
    printf("made %d time, seen 42 %d times\n", made, right);
    return 0;
}
