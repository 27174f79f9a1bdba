/* Pseudo-random numbers. rand and random are glibc's additive feedback generator (degree 31,
 * separation 3), so that the same program prints the same numbers here and there.
 */
#include <bits/internal.h>
#include <stdint.h>
#include <stdlib.h>

#define DEGREE 31
#define SEPARATION 3

static int lock;
static int seeded;
static int position;
static uint32_t state[DEGREE];

/* r[i] = r[i-3] + r[i-31]; the result is without the lowest bit. */
static uint32_t step(void)
{
    uint32_t value = state[position] += state[(position + DEGREE - SEPARATION) % DEGREE];
    position = (position + 1) % DEGREE;
    return value >> 1;
}

/* The state is filled by a linear congruential generator (Park and Miller's), the first 310 numbers are dropped. */
static void seed_state(unsigned int seed)
{
    int32_t word = seed ? seed : 1;
    for (int i = 0; i < DEGREE; i++) {
        state[i] = word;
        word = 16807 * (word % 127773) - 2836 * (word / 127773);
        if (word < 0)
            word += 2147483647;
    }
    position = SEPARATION;
    seeded = 1;
    for (int i = 0; i < 10 * DEGREE; i++)
        step();
}

void srandom(unsigned int seed)
{
    __ordered(&lock);
    __lock(&lock);
    seed_state(seed);
    __unlock(&lock);
}

long random(void)
{
    long value;
    __ordered(&lock);
    __lock(&lock);
    if (!seeded)
        seed_state(1);
    value = step();
    __unlock(&lock);
    return value;
}

void srand(unsigned int seed)
{
    srandom(seed);
}

int rand(void)
{
    return random();
}

/* Three steps of a linear congruential generator for one number. */
int rand_r(unsigned int *seed)
{
    static const unsigned int masks[3] = {2047, 1023, 1023};
    unsigned int next = *seed, result = 0;
    for (int i = 0; i < 3; i++) {
        next = next * 1103515245 + 12345;
        result = (i ? result << 10 : 0) ^ ((next >> 16) & masks[i]);
    }
    *seed = next;
    return result;
}

/* The 48-bit linear congruential generator of POSIX. */
static unsigned short state48[3];

static uint64_t step48(unsigned short x[3])
{
    uint64_t value = (uint64_t)x[2] << 32 | (uint32_t)x[1] << 16 | x[0];
    value = (value * 0x5deece66dULL + 11) & 0xffffffffffffULL;
    x[0] = value;
    x[1] = value >> 16;
    x[2] = value >> 32;
    return value;
}

void srand48(long seed)
{
    __ordered(&lock);
    __lock(&lock);
    state48[0] = 0x330e;
    state48[1] = seed;
    state48[2] = (unsigned long)seed >> 16;
    __unlock(&lock);
}

static uint64_t shared48(void)
{
    uint64_t value;
    __ordered(&lock);
    __lock(&lock);
    value = step48(state48);
    __unlock(&lock);
    return value;
}

double drand48(void)
{
    return (double)(int64_t)shared48() / 281474976710656.0;
}

double erand48(unsigned short x[3])
{
    return (double)(int64_t)step48(x) / 281474976710656.0;
}

long lrand48(void)
{
    return shared48() >> 17;
}

long nrand48(unsigned short x[3])
{
    return step48(x) >> 17;
}

long mrand48(void)
{
    return shared48() >> 16;
}

long jrand48(unsigned short x[3])
{
    return step48(x) >> 16;
}
