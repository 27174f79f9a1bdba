/* Threads: create, join, end. The kernel does the work. */
#include <bits/internal.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

void (*__thread_exit_hook)(void);
static _Thread_local struct __cleanup *cleanups;

/* A thread's function returns to here, with its result. */
_Noreturn void __thread_finish(void *result)
{
    while (cleanups)
        __cleanup_pop(cleanups, 1);
    if (__thread_exit_hook)
        __thread_exit_hook();
    for (;;)
        __builtin_syscall(SYS_thread_exit, result);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *argument)
{
    /* The kernel writes *thread before the new thread can run. */
    long tid = __builtin_syscall(SYS_thread_create, start, argument, attr ? attr->__detached : 0, 0,
                                 __thread_finish, thread);
    return tid < 0 ? -tid : 0;
}

void pthread_exit(void *result)
{
    __thread_finish(result);
}

int pthread_join(pthread_t thread, void **result)
{
    return -__builtin_syscall(SYS_thread_join, thread, result);
}

int pthread_detach(pthread_t thread)
{
    return -__builtin_syscall(SYS_thread_detach, thread);
}

pthread_t pthread_self(void)
{
    return gettid();
}

int pthread_equal(pthread_t a, pthread_t b)
{
    return a == b;
}

int pthread_yield(void)
{
    return sched_yield();
}

int pthread_setconcurrency(int level)
{
    (void)level;
    return 0;
}

int pthread_getconcurrency(void)
{
    return 0;
}

/* Handlers around fork are not supported. */
int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
    (void)prepare;
    (void)parent;
    (void)child;
    return ENOSYS;
}

void __cleanup_push(struct __cleanup *entry, void (*function)(void *), void *argument)
{
    entry->function = function;
    entry->argument = argument;
    entry->outer = cleanups;
    cleanups = entry;
}

void __cleanup_pop(struct __cleanup *entry, int execute)
{
    cleanups = entry->outer;
    if (execute)
        entry->function(entry->argument);
}

/* Cancellation is not supported: a thread ends by itself. */
int pthread_cancel(pthread_t thread)
{
    (void)thread;
    return ENOSYS;
}

int pthread_setcancelstate(int state, int *old)
{
    (void)state;
    if (old)
        *old = PTHREAD_CANCEL_ENABLE;
    return 0;
}

int pthread_setcanceltype(int type, int *old)
{
    (void)type;
    if (old)
        *old = PTHREAD_CANCEL_DEFERRED;
    return 0;
}

void pthread_testcancel(void)
{
}
