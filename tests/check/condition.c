// Two threads look at one condition; the assertion that fails at the end shows both in its trace.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sim/check.h>

atomic_int there;

void *come(void *arg) {
    atomic_fetch_add(&there, 1);
    sim_sometimes(there == 2, "both are there");
    return arg;
}

int main(void) {
    pthread_t one, two;
    pthread_create(&one, NULL, come, NULL);
    pthread_create(&two, NULL, come, NULL);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    assert(there == 3);
    return 0;
}
