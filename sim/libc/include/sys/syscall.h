/* System call numbers, for syscall(). */
#ifndef _SYS_SYSCALL_H
#define _SYS_SYSCALL_H

#include <bits/syscall.h>

#define SYS_exit SYS_thread_exit_linux

#endif
