// Two threads free one block, and the first of them reads it: which of them frees twice depends on the order.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sim/check.h>
int x, y, *heap;
atomic_int v;
pthread_t threads[3];
void *t0(void *arg) {
    y = x;
    return 0; }
void *t1(void *arg) {
    free(heap);
    if (atomic_load(&v) == 2) y = 5;
    x = *heap;
    return 0; }
void *t2(void *arg) {
    free(heap);
    return 0; }
int main(void) {
    heap = malloc(4);
    pthread_create(&threads[0], 0, t0, 0);
    pthread_create(&threads[1], 0, t1, 0);
    pthread_create(&threads[2], 0, t2, 0);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
    sim_outcome("x=%d y=%d v=%d", x, y, v);
    return 0;
}
