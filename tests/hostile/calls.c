/* Random system calls with random arguments, from several processes and threads. Define SEED and THREADS. */
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned state;
static int friendly;
static char area[8192];
static const int linux_calls[] = {17,  23,  24,  25,  34,  35,  56,  57,  59,  62,  63,
                                  64,  80,  79,  82,  101, 113, 124, 129, 130, 134, 135,
                                  139, 169, 172, 173, 178, 214, 215, 221, 222, 226, 260};

static unsigned chance(void)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) ^ (state << 13);
}

static unsigned argument(void)
{
    if (friendly && chance() % 8)
        switch (chance() % 4) {
        case 0: return chance() % 8;
        case 1: return (unsigned)(area + chance() % 16 * 32);
        case 2: return chance() % 200;
        default: return (unsigned)(area + chance() % 128 * 4);
        }
    switch (chance() % 12) {
    case 0: return 0;
    case 1: return chance() % 64;
    case 2: return 0xffffffffu - chance() % 16;
    case 3: return (unsigned)(area + chance() % sizeof area);
    case 4: return chance();
    case 5: return (unsigned)&state + 4096 * (chance() % 16);
    case 6: return 0x40000000u + 4096 * (chance() % 32);
    case 7: return 0x60000000u + 4096 * (chance() % 128);
    case 8: return 0xeffff000u - 4096 * (chance() % 16) + chance() % 4096;
    case 9: return 1u << chance() % 32;
    case 10: return chance() % 8;
    default: return 0x10000 + 4096 * (chance() % 16);
    }
}

static void *call(void *unused)
{
    for (int i = 0; i < 200; i++) {
        unsigned number = chance() % 3 ? 0x1000 + chance() % 104
                                       : linux_calls[chance() % (sizeof linux_calls / sizeof *linux_calls)];
        unsigned a = argument(), b = argument(), c = argument(), d = argument(), e = argument(), f = argument();
        if (number == 0x1000 && chance() % 4)
            continue;
        if (chance() % 10 == 0)
            for (int k = 0; k < 64; k++)
                area[chance() % sizeof area] = chance() % 5 ? 0 : chance();
        __builtin_syscall(number, a, b, c, d, e, f);
    }
    return unused;
}

int main(void)
{
    state = SEED * 2654435761u + 1;
    for (int k = 0; k < 40; k++) {
        chance();
        if (fork() == 0) {
            pthread_t thread;
            state ^= k * 0x9e3779b9u;
            friendly = chance() % 4;
            for (int i = 0; i < THREADS; i++)
                pthread_create(&thread, 0, call, 0);
            call(0);
            return 0;
        }
        if (chance() % 2)
            waitpid(-1, 0, WNOHANG);
        else
            sched_yield();
    }
    return 0;
}
