// A thread whose handle is no variable is called by its function; so are those in an array of variable length.
// expect: data-race
// finds: by handle-on-heap/deposits and
// finds: handle-on-heap/withdraws#2
#include <pthread.h>
#include <stdlib.h>

int balance;

void *deposits(void *unused) {
    balance += 10;
    return unused;
}

void *withdraws(void *unused) {
    balance -= 10;
    return unused;
}

int main(int argc, char *argv[]) {
    (void)argv;
    pthread_t *first = malloc(sizeof *first);
    pthread_t others[argc + 1];
    pthread_create(first, 0, deposits, 0);
    for (int i = 0; i <= argc; i++) pthread_create(&others[i], 0, withdraws, 0);
    pthread_join(*first, 0);
    for (int i = 0; i <= argc; i++) pthread_join(others[i], 0);
    free(first);
    return 0;
}
