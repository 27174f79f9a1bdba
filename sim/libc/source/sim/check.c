/* <sim/check.h>: words to the checker. Elsewhere the system calls fail and nothing happens. */
#include <bits/internal.h>
#include <sim/check.h>
#include <stdio.h>

int sim_choose(int n)
{
    long choice = __builtin_syscall(SYS_choose, n);
    return choice < 0 ? 0 : choice;
}

void sim_outcome(const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    __builtin_syscall(SYS_outcome, text);
}

void sim_progress(void)
{
    __builtin_syscall(SYS_progress);
}

void sim_sometimes(int condition, const char *name)
{
    __builtin_syscall(SYS_sometimes, condition != 0, name);
}

void sim_invariant(int (*holds)(void))
{
    __builtin_syscall(SYS_invariant, holds);
}
