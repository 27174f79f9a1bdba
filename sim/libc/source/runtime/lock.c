/* A lock for the library's own data: spin, and let others run meanwhile. Not for programs. */
#include <bits/internal.h>

void __lock(int *lock)
{
    while (__atomic_exchange_n(lock, 1, 5))
        __builtin_syscall(SYS_sched_yield, 1, lock); /* 1: not the program's own yield. */
}

void __unlock(int *lock)
{
    __atomic_store_n(lock, 0, 5);
}
