// expect: ok
// prints: 2 3
/* Threads have heaps of their own, above the mappings: a mapping is not taken for a heap. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

char *mapping;

void *work(void *slot) {
    char *small = malloc(20), *large = malloc(100000);
    small[19] = 2;
    large[99999] = small[19];
    mapping[(int)slot] = large[99999];
    free(large);
    free(small);
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mapping = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *own = malloc(10);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    mapping[4000] = 1;
    shared[10] = 3;
    printf("%d %d\n", mapping[1], shared[10]);
    free(own);
    return 0;
}
