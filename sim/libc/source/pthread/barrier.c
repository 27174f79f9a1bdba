/* Barriers. */
#include <bits/internal.h>
#include <errno.h>
#include <pthread.h>

#define SHARED 16U

int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attr, unsigned int threads)
{
    (void)attr; /* all barriers work between processes */
    return threads ? -__builtin_syscall(SYS_barrier_init, barrier, threads) : EINVAL;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    return -__builtin_syscall(SYS_barrier_destroy, barrier);
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    long result = __builtin_syscall(SYS_barrier_wait, barrier);
    return result == 1 ? PTHREAD_BARRIER_SERIAL_THREAD : -result;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attr)
{
    attr->__flags = 0;
    return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_barrierattr_setpshared(pthread_barrierattr_t *attr, int shared)
{
    attr->__flags = shared ? SHARED : 0;
    return 0;
}

int pthread_barrierattr_getpshared(const pthread_barrierattr_t *attr, int *shared)
{
    *shared = (attr->__flags & SHARED) != 0;
    return 0;
}
