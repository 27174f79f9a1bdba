/* The heap's end and memory mappings. */
#include <bits/internal.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int brk(void *end)
{
    if ((void *)__builtin_syscall(SYS_brk, end, 0) == end)
        return 0;
    errno = ENOMEM;
    return -1;
}

/* The end is moved only if it is where it has just been: no thread gets what another has got. */
void *__more_heap(long size)
{
    char *end = (char *)__builtin_syscall(SYS_brk, 0, 0), *now;
    while ((now = (char *)__builtin_syscall(SYS_brk, end + size, end)) != end + size) {
        if (now == end)
            return NULL;
        end = now ? now : (char *)__builtin_syscall(SYS_brk, 0, 0);
    }
    return end;
}

void *sbrk(intptr_t increment)
{
    void *start = increment ? __more_heap(increment) : (void *)__builtin_syscall(SYS_brk, 0, 0);
    if (start)
        return start;
    errno = ENOMEM;
    return (void *)-1;
}

/* The kernel counts the offset in pages. */
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    if (offset & 4095) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    return (void *)__result(
        __builtin_syscall(SYS_mmap, address, length, protection, flags, fd, (unsigned long)offset / 4096));
}

int munmap(void *address, size_t length)
{
    return __result(__builtin_syscall(SYS_munmap, address, length));
}

int mprotect(void *address, size_t length, int protection)
{
    return __result(__builtin_syscall(SYS_mprotect, address, length, protection));
}

int getpagesize(void)
{
    return 4096;
}

long sysconf(int name)
{
    switch (name) {
    case _SC_PAGESIZE: return 4096;
    case _SC_CLK_TCK: return 100;
    case _SC_OPEN_MAX: return 1024;
    case _SC_NPROCESSORS_CONF:
    case _SC_NPROCESSORS_ONLN: return 1; /* no system call tells how many cores there are */
    }
    errno = EINVAL;
    return -1;
}
