/* Attributes of threads. The kernel uses the detach state; the others are kept and given back. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#define STACK_SIZE 0x20000
#define GUARD_SIZE 4096

int pthread_attr_init(pthread_attr_t *attr)
{
    pthread_attr_t defaults = {.__stack_size = STACK_SIZE, .__guard_size = GUARD_SIZE};
    *attr = defaults;
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
    if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
        return EINVAL;
    attr->__detached = state;
    return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
    *state = attr->__detached;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    if (size < PTHREAD_STACK_MIN)
        return EINVAL;
    attr->__stack_size = size;
    return 0;
}

int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size)
{
    attr->__stack = stack;
    return pthread_attr_setstacksize(attr, size);
}

int pthread_attr_getstack(const pthread_attr_t *attr, void **stack, size_t *size)
{
    *stack = attr->__stack;
    *size = attr->__stack_size;
    return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *attr, const struct sched_param *parameters)
{
    attr->__priority = parameters->sched_priority;
    return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *attr, struct sched_param *parameters)
{
    parameters->sched_priority = attr->__priority;
    return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size)
{
    *size = attr->__stack_size;
    return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size)
{
    attr->__guard_size = size;
    return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *attr, size_t *size)
{
    *size = attr->__guard_size;
    return 0;
}

int pthread_attr_setschedpolicy(pthread_attr_t *attr, int policy)
{
    attr->__policy = policy;
    return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *attr, int *policy)
{
    *policy = attr->__policy;
    return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attr, int inherit)
{
    attr->__inherit = inherit;
    return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *attr, int *inherit)
{
    *inherit = attr->__inherit;
    return 0;
}

int pthread_attr_setscope(pthread_attr_t *attr, int scope)
{
    attr->__scope = scope;
    return 0;
}

int pthread_attr_getscope(const pthread_attr_t *attr, int *scope)
{
    *scope = attr->__scope;
    return 0;
}
