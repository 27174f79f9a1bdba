/* Objects of <pthread.h>. The kernel knows their words (`sim/abi/layout.rs`): it keeps kind, owner
 * and count here, in the program's memory, so that they work across fork and in shared memory.
 */
#ifndef _BITS_PTHREAD_TYPES_H
#define _BITS_PTHREAD_TYPES_H

#include <bits/types.h>

typedef unsigned long pthread_t; /* the thread's id */
typedef unsigned int pthread_key_t;
typedef int pthread_once_t;
typedef volatile int pthread_spinlock_t;

typedef struct {
    unsigned int __kind;
    unsigned int __owner;
    unsigned int __count;
    unsigned int __reserved[3];
} pthread_mutex_t;

typedef struct {
    unsigned int __flags;
    unsigned int __reserved[3];
} pthread_cond_t;

typedef struct {
    unsigned int __kind;
    unsigned int __writer;
    unsigned int __readers;
    unsigned int __reserved[3];
} pthread_rwlock_t;

typedef struct {
    unsigned int __threads;
    unsigned int __arrived;
    unsigned int __round;
    unsigned int __flags;
} pthread_barrier_t;

typedef struct {
    int __detached;
    size_t __stack_size;
    void *__stack;
    size_t __guard_size;
    int __priority;
    int __policy;
    int __inherit;
    int __scope;
} pthread_attr_t;

/* The bits of the object's first word that the attributes ask for. */
typedef struct {
    unsigned int __kind;
    int __ceiling;
} pthread_mutexattr_t;
typedef struct {
    unsigned int __flags;
} pthread_condattr_t;
typedef struct {
    unsigned int __kind;
} pthread_rwlockattr_t;
typedef struct {
    unsigned int __flags;
} pthread_barrierattr_t;

#endif
