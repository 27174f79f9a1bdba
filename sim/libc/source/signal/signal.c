/* Signals: handlers, masks, sending. */
#include <bits/internal.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* A handler returns to here. */
void __sigreturn(void)
{
    __builtin_syscall(SYS_sigreturn);
}

typedef void info_handler(int, siginfo_t *, void *);

/* Handlers with SA_SIGINFO, by signal number. */
static info_handler *info_handlers[_NSIG];

/* The kernel calls a handler with the number only. */
static void call_with_info(int number)
{
    siginfo_t info = {.si_signo = number};
    info_handlers[number](number, &info, NULL);
}

int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction changed;
    info_handler *before = number > 0 && number < _NSIG ? info_handlers[number] : NULL;
    int result;
    if (action) {
        changed = *action;
        changed.sa_flags |= SA_RESTORER;
        changed.sa_restorer = __sigreturn;
        if (action->sa_flags & SA_SIGINFO && number > 0 && number < _NSIG) {
            info_handlers[number] = action->sa_sigaction;
            changed.sa_handler = call_with_info;
        }
        action = &changed;
    }
    result = __result(__builtin_syscall(SYS_sigaction, number, action, old, sizeof(sigset_t)));
    if (old && result == 0 && old->sa_handler == call_with_info)
        old->sa_sigaction = before;
    return result;
}

/* As in BSD and glibc: the handler stays, interrupted calls go on. */
sighandler_t signal(int number, sighandler_t handler)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct sigaction old;
    return sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int kill(pid_t pid, int number)
{
    return __result(__builtin_syscall(SYS_kill, pid, number));
}

int tgkill(pid_t pid, pid_t tid, int number)
{
    (void)pid;
    return __result(__builtin_syscall(SYS_tkill, tid, number));
}

int raise(int number)
{
    return tgkill(getpid(), gettid(), number);
}

int pthread_kill(pthread_t thread, int number)
{
    return -__builtin_syscall(SYS_tkill, thread, number);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    return -__builtin_syscall(SYS_sigprocmask, how, set, old, sizeof(sigset_t));
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return __result(__builtin_syscall(SYS_sigprocmask, how, set, old, sizeof(sigset_t)));
}

int sigsuspend(const sigset_t *mask)
{
    return __result(__builtin_syscall(SYS_sigsuspend, mask, sizeof(sigset_t)));
}

/* Until a signal comes, whichever are blocked. */
int pause(void)
{
    return __result(__builtin_syscall(SYS_sigsuspend, 0, sizeof(sigset_t)));
}

int sigemptyset(sigset_t *set)
{
    set->__bits[0] = set->__bits[1] = 0;
    return 0;
}

int sigfillset(sigset_t *set)
{
    set->__bits[0] = set->__bits[1] = ~0UL;
    return 0;
}

static int valid(int number)
{
    if (number >= 1 && number < NSIG)
        return 1;
    errno = EINVAL;
    return 0;
}

int sigaddset(sigset_t *set, int number)
{
    if (!valid(number))
        return -1;
    set->__bits[(number - 1) / 32] |= 1UL << (number - 1) % 32;
    return 0;
}

int sigdelset(sigset_t *set, int number)
{
    if (!valid(number))
        return -1;
    set->__bits[(number - 1) / 32] &= ~(1UL << (number - 1) % 32);
    return 0;
}

int sigismember(const sigset_t *set, int number)
{
    return valid(number) ? (int)(set->__bits[(number - 1) / 32] >> (number - 1) % 32 & 1) : -1;
}
