// Two threads read from one input, by the system call or through the library: who is first gets the first byte.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#include <sim/check.h>

static int by_library;

static void *get(void *to) {
    if (by_library)
        *(char *)to = getchar();
    else
        read(0, to, 1);
    return NULL;
}

int main(void) {
    pthread_t t1, t2;
    static char one[4], two[4];
    by_library = sim_choose(2);
    pthread_create(&t1, NULL, get, one);
    pthread_create(&t2, NULL, get, two);
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    sim_outcome("%s: %s %s", by_library ? "library" : "call", one, two);
    return 0;
}
