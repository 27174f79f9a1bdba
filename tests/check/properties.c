/* What a program says of itself. The sum is 10 but for the moment between the two writes.
   CONSTANT: an invariant that forgets that moment. NEVER: a condition that no interleaving reaches.
   FALSE: one that is looked at and never true. */
#include <pthread.h>
#include <sim/check.h>

int a = 5, b = 5;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int nearly_constant(void) { return a + b == 10 || a + b == 9; }

#ifdef CONSTANT
static int constant(void) { return a + b == 10; }
#endif

static void *move(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    a--;
    b++;
    sim_sometimes(a == 3, "both have moved");
#ifdef FALSE
    sim_sometimes(a == 2, "a third has moved");
#endif
    pthread_mutex_unlock(&mutex);
    return 0;
}

int main(void) {
    pthread_t threads[2];
    sim_invariant(nearly_constant);
#ifdef CONSTANT
    sim_invariant(constant);
#endif
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], 0, move, 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], 0);
#ifdef NEVER
    if (a + b != 10)
        sim_sometimes(1, "money is lost");
#endif
    return 0;
}
