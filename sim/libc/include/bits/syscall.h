/* System call numbers: the same as in the kernel's table (`sim/abi/syscall.rs`; a test compares them).
 *
 * A call is made with the compiler's builtin `long __builtin_syscall(long number, ...)`. Numbers
 * below 0x1000 are Linux's for RISC-V; the others are this computer's own.
 */
#ifndef _BITS_SYSCALL_H
#define _BITS_SYSCALL_H

#define SYS_getcwd 17
#define SYS_dup 23
#define SYS_dup3 24
#define SYS_fcntl 25
#define SYS_mkdirat 34
#define SYS_unlinkat 35
#define SYS_openat 56
#define SYS_close 57
#define SYS_pipe2 59
#define SYS_lseek 62
#define SYS_read 63
#define SYS_write 64
#define SYS_fstat 80
#define SYS_fstatat 79
#define SYS_fsync 82
#define SYS_thread_exit_linux 93
#define SYS_exit_group 94
#define SYS_nanosleep 101
#define SYS_clock_gettime 113
#define SYS_sched_yield 124
#define SYS_kill 129
#define SYS_tkill 130
#define SYS_sigsuspend 133
#define SYS_sigaction 134
#define SYS_sigprocmask 135
#define SYS_sigreturn 139
#define SYS_gettimeofday 169
#define SYS_getpid 172
#define SYS_getppid 173
#define SYS_gettid 178
#define SYS_brk 214
#define SYS_munmap 215
#define SYS_execve 221
#define SYS_mmap 222
#define SYS_mprotect 226
#define SYS_wait4 260

#define SYS_fork 0x1000
#define SYS_thread_create 0x1001
#define SYS_thread_exit 0x1002
#define SYS_thread_join 0x1003
#define SYS_thread_detach 0x1004
#define SYS_thread_set_name 0x1005
#define SYS_mutex_init 0x1010
#define SYS_mutex_destroy 0x1011
#define SYS_mutex_lock 0x1012
#define SYS_mutex_trylock 0x1013
#define SYS_mutex_timedlock 0x1014
#define SYS_mutex_unlock 0x1015
#define SYS_cond_init 0x1018
#define SYS_cond_destroy 0x1019
#define SYS_cond_wait 0x101a
#define SYS_cond_timedwait 0x101b
#define SYS_cond_signal 0x101c
#define SYS_cond_broadcast 0x101d
#define SYS_sem_init 0x1020
#define SYS_sem_destroy 0x1021
#define SYS_sem_wait 0x1022
#define SYS_sem_trywait 0x1023
#define SYS_sem_timedwait 0x1024
#define SYS_sem_post 0x1025
#define SYS_sem_getvalue 0x1026
#define SYS_rwlock_init 0x1030
#define SYS_rwlock_destroy 0x1031
#define SYS_rwlock_rdlock 0x1032
#define SYS_rwlock_tryrdlock 0x1033
#define SYS_rwlock_wrlock 0x1034
#define SYS_rwlock_trywrlock 0x1035
#define SYS_rwlock_unlock 0x1036
#define SYS_barrier_init 0x1040
#define SYS_barrier_destroy 0x1041
#define SYS_barrier_wait 0x1042
#define SYS_once_begin 0x1048
#define SYS_once_done 0x1049
#define SYS_heap_allocated 0x1050
#define SYS_heap_freed 0x1051
#define SYS_heap_of_thread 0x1052
#define SYS_ordered 0x1053
#define SYS_assert_failed 0x1054
#define SYS_choose 0x1060
#define SYS_outcome 0x1061
#define SYS_progress 0x1062
#define SYS_sometimes 0x1063
#define SYS_invariant 0x1064

#endif
