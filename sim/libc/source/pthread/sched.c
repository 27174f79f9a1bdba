/* Scheduling: yield; sets of processors are accepted and have no effect yet. */
#include <bits/internal.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

int sched_yield(void)
{
    return __result(__builtin_syscall(SYS_sched_yield, 0));
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
    (void)pid;
    (void)size;
    (void)set;
    return 0;
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
    (void)pid;
    memset(set, 0xff, size);
    return 0;
}

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
    return sched_setaffinity(thread, size, set);
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
    return sched_getaffinity(thread, size, set);
}

int __cpu_count(const cpu_set_t *set)
{
    int count = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        count += CPU_ISSET(cpu, set);
    return count;
}

/* A program cannot know on which core it runs: the first is as good as any. */
int sched_getcpu(void)
{
    return 0;
}

int sched_get_priority_max(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR ? 99 : 0;
}

int sched_get_priority_min(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR ? 1 : 0;
}
