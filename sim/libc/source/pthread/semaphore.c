/* Semaphores. Unlike pthread functions they return -1 and set errno. */
#include <bits/internal.h>
#include <errno.h>
#include <semaphore.h>
#include <stddef.h>

int sem_init(sem_t *semaphore, int shared, unsigned int value)
{
    if (value > SEM_VALUE_MAX) {
        errno = EINVAL;
        return -1;
    }
    return __result(__builtin_syscall(SYS_sem_init, semaphore, shared, value));
}

int sem_destroy(sem_t *semaphore)
{
    return __result(__builtin_syscall(SYS_sem_destroy, semaphore));
}

int sem_wait(sem_t *semaphore)
{
    return __result(__builtin_syscall(SYS_sem_wait, semaphore));
}

int sem_trywait(sem_t *semaphore)
{
    return __result(__builtin_syscall(SYS_sem_trywait, semaphore));
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    return __result(__builtin_syscall(SYS_sem_timedwait, semaphore, until));
}

int sem_post(sem_t *semaphore)
{
    return __result(__builtin_syscall(SYS_sem_post, semaphore));
}

int sem_getvalue(sem_t *restrict semaphore, int *restrict value)
{
    return __result(__builtin_syscall(SYS_sem_getvalue, semaphore, value));
}

sem_t *sem_open(const char *name, int flags, ...)
{
    (void)name;
    (void)flags;
    errno = ENOSYS;
    return SEM_FAILED;
}

int sem_close(sem_t *semaphore)
{
    (void)semaphore;
    errno = ENOSYS;
    return -1;
}

int sem_unlink(const char *name)
{
    (void)name;
    errno = ENOSYS;
    return -1;
}
