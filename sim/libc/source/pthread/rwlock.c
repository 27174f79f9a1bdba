/* Read-write locks. */
#include <bits/internal.h>
#include <pthread.h>

#define SHARED 16U

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attr)
{
    return -__builtin_syscall(SYS_rwlock_init, lock, attr ? attr->__kind : 0);
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    return -__builtin_syscall(SYS_rwlock_destroy, lock);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return -__builtin_syscall(SYS_rwlock_rdlock, lock);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    return -__builtin_syscall(SYS_rwlock_tryrdlock, lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return -__builtin_syscall(SYS_rwlock_wrlock, lock);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    return -__builtin_syscall(SYS_rwlock_trywrlock, lock);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    return -__builtin_syscall(SYS_rwlock_unlock, lock);
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attr)
{
    attr->__kind = 0;
    return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attr, int shared)
{
    attr->__kind = shared ? SHARED : 0;
    return 0;
}

int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *attr, int *shared)
{
    *shared = (attr->__kind & SHARED) != 0;
    return 0;
}
