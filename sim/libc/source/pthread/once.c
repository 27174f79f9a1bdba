/* A function that runs once. */
#include <bits/internal.h>
#include <pthread.h>

int pthread_once(pthread_once_t *once, void (*function)(void))
{
    long begin = __builtin_syscall(SYS_once_begin, once);
    if (begin == 1) {
        function();
        __builtin_syscall(SYS_once_done, once);
        return 0;
    }
    return -begin;
}
