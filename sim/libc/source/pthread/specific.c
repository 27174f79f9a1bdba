/* Data of one thread, by keys that are made at run time. */
#include <bits/internal.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>

struct key {
    int used;
    unsigned int generation; /* how often it was made: a value of an earlier key is gone */
    void (*destructor)(void *);
};

struct value {
    unsigned int generation;
    const void *value;
};

static int lock;
static struct key keys[PTHREAD_KEYS_MAX];
static _Thread_local struct value values[PTHREAD_KEYS_MAX];

/* A thread ends: destructors may set values again, so there are a few rounds. */
static void run_destructors(void)
{
    for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        int again = 0;
        for (int i = 0; i < PTHREAD_KEYS_MAX; i++) {
            const void *value = pthread_getspecific(i);
            void (*destructor)(void *) = keys[i].destructor;
            if (value && destructor) {
                pthread_setspecific(i, NULL);
                destructor((void *)value);
                again = 1;
            }
        }
        if (!again)
            return;
    }
}

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    int result = EAGAIN;
    __lock(&lock);
    __thread_exit_hook = run_destructors;
    for (int i = 0; i < PTHREAD_KEYS_MAX && result; i++)
        if (!keys[i].used) {
            keys[i].used = 1;
            keys[i].generation++;
            keys[i].destructor = destructor;
            *key = i;
            result = 0;
        }
    __unlock(&lock);
    return result;
}

int pthread_key_delete(pthread_key_t key)
{
    if (key >= PTHREAD_KEYS_MAX || !keys[key].used)
        return EINVAL;
    keys[key].used = 0;
    keys[key].destructor = NULL;
    return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
    if (key >= PTHREAD_KEYS_MAX || !keys[key].used || values[key].generation != keys[key].generation)
        return NULL;
    return (void *)values[key].value;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
    if (key >= PTHREAD_KEYS_MAX || !keys[key].used)
        return EINVAL;
    values[key].generation = keys[key].generation;
    values[key].value = value;
    return 0;
}
