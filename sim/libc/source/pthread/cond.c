/* Condition variables. */
#include <bits/internal.h>
#include <errno.h>
#include <pthread.h>

#define MONOTONIC 1U
#define SHARED 16U

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    return -__builtin_syscall(SYS_cond_init, cond, attr ? attr->__flags : 0);
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
    return -__builtin_syscall(SYS_cond_destroy, cond);
}

int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
    return -__builtin_syscall(SYS_cond_wait, cond, mutex);
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    return -__builtin_syscall(SYS_cond_timedwait, cond, mutex, until);
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    return -__builtin_syscall(SYS_cond_signal, cond);
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
    return -__builtin_syscall(SYS_cond_broadcast, cond);
}

int pthread_condattr_init(pthread_condattr_t *attr)
{
    attr->__flags = 0;
    return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    attr->__flags = (attr->__flags & ~MONOTONIC) | (clock == CLOCK_MONOTONIC ? MONOTONIC : 0);
    return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock)
{
    *clock = attr->__flags & MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
    return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared)
{
    attr->__flags = (attr->__flags & ~SHARED) | (shared ? SHARED : 0);
    return 0;
}

int pthread_condattr_getpshared(const pthread_condattr_t *attr, int *shared)
{
    *shared = (attr->__flags & SHARED) != 0;
    return 0;
}
