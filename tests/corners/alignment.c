// Objects on the stack that ask for more alignment than their types, and for more than the stack's.
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct line {
    int value;
} __attribute__((aligned(64)));

static int off(const void *p, unsigned align) { return (int)((unsigned)p % align); }

static int deeper(int depth, int seed)
{
    alignas(32) char low = (char)seed, high = (char)(seed + 1);
    char between[3] = {1, 2, 3};
    alignas(256) int words[5] = {seed, seed + 1, [4] = seed + 4};
    struct line lines[2] = {{seed}, {seed * 2}};
    alignas(16) short narrow = (short)seed;
    char last __attribute__((aligned(128))) = 'x';
    volatile alignas(64) long long wide = 1LL << 40 | seed;
    printf("%d %d %d %d %d %d %d\n", off(&low, 32), off(&high, 32), off(words, 256), off(lines, 64),
           off(&narrow, 16), off(&last, 128), off((void *)&wide, 64));
    low += high, words[3] = between[2], lines[1].value += narrow, last++, wide++;
    int sum = depth > 0 ? deeper(depth - 1, seed + 3) : 0;
    printf("%d %d %d %d %d %d %c %lld\n", low, high, words[0] + words[1] + words[2], words[3], lines[0].value,
           lines[1].value, last, wide);
    return sum + low + words[4];
}

static int by_value(struct line line, int n)
{
    alignas(64) int copy = line.value + n;
    int *where = &copy;
    return *where + off(where, 64);
}

static int variable_length(int n)
{
    alignas(64) int fixed = n;
    int many[n];
    for (int i = 0; i < n; i++)
        many[i] = fixed + i;
    int *p = &fixed;
    *p += many[n - 1];
    return fixed + off(p, 64);
}

struct wide {
    double a, b;
} __attribute__((aligned(32)));

// Over-aligned results and arguments, named and not.
static struct wide result(int n, struct wide from, ...)
{
    struct wide mine;
    va_list list;
    va_start(list, from);
    for (int i = 0; i < n; i++)
        from.a += va_arg(list, double);
    mine = va_arg(list, struct wide);
    va_end(list);
    mine.a += off(&from, 32) + off(&mine, 32);
    mine.b += from.a;
    return mine;
}

int main(void)
{
    struct wide w = {1, 2}, got = result(2, w, 0.5, 0.25, result(0, w, w));
    printf("%g %g %d\n", got.a, got.b, off(&got, 32));
    printf("%d\n", deeper(3, 5));
    printf("%d %d\n", by_value((struct line){7}, 3), variable_length(9));
    return 0;
}
