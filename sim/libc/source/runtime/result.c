/* errno, and the way from the kernel's -errno to it. */
#include <bits/internal.h>
#include <errno.h>

_Thread_local int errno;

/* The kernel gives -errno for an error; addresses and counts are never in that range. */
long __result(long value)
{
    if (value < 0 && value > -4096) {
        errno = -value;
        return -1;
    }
    return value;
}
