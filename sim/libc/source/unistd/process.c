/* Processes: fork, exec, wait, who am I. */
#include <bits/internal.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* The lock of what is to be printed is taken, so that the child finds it free and the data whole. */
pid_t fork(void)
{
    long pid;
    __ordered(&stdout);
    flockfile(stdout);
    pid = __builtin_syscall(SYS_fork);
    if (pid == 0)
        __heap_forked();
    funlockfile(stdout);
    return __result(pid);
}

pid_t vfork(void)
{
    return fork();
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    return __result(__builtin_syscall(SYS_execve, path, argv, envp));
}

int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

/* There is one directory of programs: no search. */
int execvpe(const char *file, char *const argv[], char *const envp[])
{
    return execve(file, argv, envp);
}

int execvp(const char *file, char *const argv[])
{
    return execve(file, argv, environ);
}

#define ARGUMENTS 64

/* The arguments up to NULL into an array; 0 if there are too many. */
static int collect(char **argv, const char *first, va_list *rest)
{
    int count = 0;
    argv[0] = (char *)first;
    while (argv[count]) {
        if (++count == ARGUMENTS) {
            errno = E2BIG;
            return 0;
        }
        argv[count] = va_arg(*rest, char *);
    }
    return 1;
}

int execl(const char *path, const char *argument, ...)
{
    char *argv[ARGUMENTS];
    va_list rest;
    va_start(rest, argument);
    return collect(argv, argument, &rest) ? execv(path, argv) : -1;
}

int execlp(const char *file, const char *argument, ...)
{
    char *argv[ARGUMENTS];
    va_list rest;
    va_start(rest, argument);
    return collect(argv, argument, &rest) ? execvp(file, argv) : -1;
}

int execle(const char *path, const char *argument, ...)
{
    char *argv[ARGUMENTS];
    va_list rest;
    va_start(rest, argument);
    return collect(argv, argument, &rest) ? execve(path, argv, va_arg(rest, char **)) : -1;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    return __result(__builtin_syscall(SYS_wait4, pid, status, options, NULL));
}

pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

pid_t getpid(void)
{
    return __builtin_syscall(SYS_getpid);
}

pid_t getppid(void)
{
    return __builtin_syscall(SYS_getppid);
}

pid_t gettid(void)
{
    return __builtin_syscall(SYS_gettid);
}

/* There is one user. */
uid_t getuid(void)
{
    return 0;
}

uid_t geteuid(void)
{
    return 0;
}

gid_t getgid(void)
{
    return 0;
}

gid_t getegid(void)
{
    return 0;
}

long syscall(long number, ...)
{
    va_list list;
    long a[6];
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    return __result(__builtin_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}
