/* The basic types that several headers define: one place, so that they agree. */
#ifndef _BITS_TYPES_H
#define _BITS_TYPES_H

typedef unsigned int size_t;
typedef int ssize_t;
typedef long off_t;
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int mode_t;
typedef unsigned int dev_t;
typedef unsigned int ino_t;
typedef unsigned int nlink_t;
typedef int blksize_t;
typedef int blkcnt_t;
typedef unsigned int id_t;
typedef long time_t;
typedef long suseconds_t;
typedef unsigned int useconds_t;
typedef long clock_t;
typedef int clockid_t;

/* A time or a duration, as two words: this is also what the kernel reads and writes. */
struct timespec {
    time_t tv_sec;
    long tv_nsec;
};

struct timeval {
    time_t tv_sec;
    suseconds_t tv_usec;
};

/* A set of signals: signal s is bit (s - 1) % 32 of word (s - 1) / 32. */
typedef struct {
    unsigned long __bits[2];
} sigset_t;

#define __NULL ((void *)0)

#endif
