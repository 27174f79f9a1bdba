/* Reading clocks and sleeping. */
#include <bits/internal.h>
#include <errno.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Linux on 32-bit RISC-V, where an ELF file may run too, has only the calls with 64-bit times. */
#define SYS_LINUX_CLOCK_GETTIME64 403
#define SYS_LINUX_CLOCK_NANOSLEEP64 407
struct linux_time {
    long long seconds, nanoseconds;
};

int clock_gettime(clockid_t clock, struct timespec *result)
{
    long error = __builtin_syscall(SYS_clock_gettime, clock, result);
    if (error == -ENOSYS) {
        struct linux_time now;
        error = __builtin_syscall(SYS_LINUX_CLOCK_GETTIME64, clock, &now);
        result->tv_sec = now.seconds;
        result->tv_nsec = now.nanoseconds;
    }
    return __result(error);
}

/* One tick is one microsecond. */
int clock_getres(clockid_t clock, struct timespec *result)
{
    (void)clock;
    if (result) {
        result->tv_sec = 0;
        result->tv_nsec = 1000;
    }
    return 0;
}

int timespec_get(struct timespec *result, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, result) == 0 ? base : 0;
}

int gettimeofday(struct timeval *now, void *zone)
{
    long error = __builtin_syscall(SYS_gettimeofday, now, zone);
    if (error == -ENOSYS) {
        struct timespec time;
        error = clock_gettime(CLOCK_REALTIME, &time);
        now->tv_sec = time.tv_sec;
        now->tv_usec = time.tv_nsec / 1000;
    }
    return __result(error);
}

time_t time(time_t *result)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) < 0)
        now.tv_sec = -1;
    if (result)
        *result = now.tv_sec;
    return now.tv_sec;
}

clock_t clock(void)
{
    struct timespec used;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
        return -1;
    return used.tv_sec * CLOCKS_PER_SEC + used.tv_nsec / 1000;
}

double difftime(time_t later, time_t earlier)
{
    return (double)later - (double)earlier;
}

int nanosleep(const struct timespec *request, struct timespec *remaining)
{
    long error = __builtin_syscall(SYS_nanosleep, request, remaining);
    if (error == -ENOSYS) {
        struct linux_time wait = {request->tv_sec, request->tv_nsec};
        error = __builtin_syscall(SYS_LINUX_CLOCK_NANOSLEEP64, CLOCK_MONOTONIC, 0, &wait, 0);
    }
    return __result(error);
}

/* Until an absolute time: sleeps the difference. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *remaining)
{
    struct timespec wait = *request, now;
    if (flags & TIMER_ABSTIME) {
        if (clock_gettime(clock, &now) < 0)
            return EINVAL;
        wait.tv_sec -= now.tv_sec;
        wait.tv_nsec -= now.tv_nsec;
        if (wait.tv_nsec < 0) {
            wait.tv_nsec += 1000000000;
            wait.tv_sec--;
        }
        if (wait.tv_sec < 0)
            return 0;
        remaining = NULL;
    }
    return -__builtin_syscall(SYS_nanosleep, &wait, remaining);
}

/* The seconds not slept, if a signal came. */
unsigned int sleep(unsigned int seconds)
{
    struct timespec request = {seconds, 0}, remaining = {0, 0};
    int before = errno;
    if (nanosleep(&request, &remaining) < 0 && errno == EINTR)
        seconds = remaining.tv_sec + (remaining.tv_nsec > 0);
    else
        seconds = 0;
    errno = before;
    return seconds;
}

int usleep(useconds_t microseconds)
{
    struct timespec request = {microseconds / 1000000, microseconds % 1000000 * 1000};
    return nanosleep(&request, NULL);
}

/* There are no alarms. */
unsigned int alarm(unsigned int seconds)
{
    (void)seconds;
    errno = ENOSYS;
    return 0;
}
