/* Mutexes. Each operation is one system call: the trace and the checker see "locks a". */
#include <bits/internal.h>
#include <errno.h>
#include <pthread.h>

/* Bits of the kind word, see `sim/abi/layout.rs`. */
#define TYPE 3U
#define SHARED 16U
#define ROBUST 32U
#define PROTOCOL 192U

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
    return -__builtin_syscall(SYS_mutex_init, mutex, attr ? attr->__kind : 0);
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    return -__builtin_syscall(SYS_mutex_destroy, mutex);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return -__builtin_syscall(SYS_mutex_lock, mutex);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    return -__builtin_syscall(SYS_mutex_trylock, mutex);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
    return -__builtin_syscall(SYS_mutex_timedlock, mutex, until);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    return -__builtin_syscall(SYS_mutex_unlock, mutex);
}

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    attr->__kind = 0;
    attr->__ceiling = 0;
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
    if (type < 0 || type > PTHREAD_MUTEX_ERRORCHECK)
        return EINVAL;
    attr->__kind = (attr->__kind & ~TYPE) | type;
    return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type)
{
    *type = attr->__kind & TYPE;
    return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
    attr->__kind = (attr->__kind & ~SHARED) | (shared ? SHARED : 0);
    return 0;
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *attr, int *shared)
{
    *shared = (attr->__kind & SHARED) != 0;
    return 0;
}

int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robust)
{
    attr->__kind = (attr->__kind & ~ROBUST) | (robust ? ROBUST : 0);
    return 0;
}

/* Nothing to repair: the kernel hands a robust mutex on in a state that works. */
int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    return mutex->__kind & ROBUST ? 0 : EINVAL;
}

int pthread_mutexattr_getrobust(const pthread_mutexattr_t *attr, int *robust)
{
    *robust = (attr->__kind & ROBUST) != 0;
    return 0;
}

int pthread_mutexattr_setprotocol(pthread_mutexattr_t *attr, int protocol)
{
    if (protocol < 0 || protocol > PTHREAD_PRIO_PROTECT)
        return EINVAL;
    attr->__kind = (attr->__kind & ~PROTOCOL) | (unsigned int)protocol << 6;
    return 0;
}

int pthread_mutexattr_getprotocol(const pthread_mutexattr_t *attr, int *protocol)
{
    *protocol = (attr->__kind & PROTOCOL) >> 6;
    return 0;
}

int pthread_mutexattr_setprioceiling(pthread_mutexattr_t *attr, int ceiling)
{
    attr->__ceiling = ceiling;
    return 0;
}

int pthread_mutexattr_getprioceiling(const pthread_mutexattr_t *attr, int *ceiling)
{
    *ceiling = attr->__ceiling;
    return 0;
}
