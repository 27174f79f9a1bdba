/* setjmp and longjmp: variables have their last values after the jump. */
#include <setjmp.h>
#include <stdio.h>

static jmp_buf back;
static sigjmp_buf with_mask;

static void descend(int depth)
{
    if (depth == 0)
        longjmp(back, 3);
    descend(depth - 1);
}

static int attempts(int most)
{
    int tries = 0;
    double half = 1.5;
    long long product = 1;
    if (setjmp(back)) {
        half += 0.5;
        product *= 3;
    }
    if (tries++ < most)
        descend(tries);
    printf("%d %.1f %lld\n", tries, half, product);
    return tries;
}

// Ranges of cases as wide as the type.
static int digits(long long n)
{
    switch (n) {
    case 0: return 0;
    case 1 ... 9: return 1;
    case 10 ... 99: return 2;
    case 100 ... 9999999999LL: return 10;
    case 10000000000LL ... 0x7fffffffffffffffLL: return 19;
    case -0x7fffffffffffffffLL - 1 ... -1: return -1;
    }
    return 99;
}

static int magnitude(unsigned n)
{
    switch (n) {
    case 0 ... 0xff: return 1;
    case 0x100 ... 0xffff: return 2;
    case 0x10000 ... 0xfffffe: return 3;
    case 0xffffff: return 30;
    case 0x1000000 ... 0x7fffffff: return 4;
    case 0x80000000 ... 0xfffffffe: return 5;
    default: return 6;
    }
}

static int sign(int n)
{
    switch (n) {
    case -2147483647 - 1 ... -1: return -1;
    case 1 ... 2147483647: return 1;
    }
    return 0;
}

enum { in = 0 };

// `if`, `switch` and loops are blocks, and so are their parts.
static int scopes(void)
{
    int seen = 0;
    if (sizeof(enum { in = 1 }))
        seen = seen * 2 + in;
    seen = seen * 2 + in;
    switch (sizeof(enum { in = 1 })) {
    default:
        seen = seen * 2 + in;
    }
    seen = seen * 2 + in;
    while (sizeof(enum { in = 1 })) {
        seen = seen * 2 + in;
        break;
    }
    seen = seen * 2 + in;
    do
        seen = seen * 2 + in;
    while (0 * sizeof(enum { in = 1 }));
    seen = seen * 2 + in;
    if (seen)
        seen += sizeof(enum { in = 1 }) * in;
    else
        seen += in;
    return seen * 2 + in;
}

int main(void)
{
    for (long long n = 1, i = 0; i < 20; i++, n *= 10)
        printf("%d %d ", digits(n), digits(-n));
    for (unsigned n = 1, i = 0; i <= 32; i++, n *= 2)
        printf("%d %d %d ", magnitude(n), magnitude(n - 1), sign((int)n));
    printf("%d\n", scopes());
    volatile int count = 0;
    switch (setjmp(back)) {
    case 0: descend(5);
    case 3: puts("three"); break;
    default: puts("another");
    }
    printf("%d\n", attempts(4));
    if (setjmp(back) == 0)
        longjmp(back, 0);
    else
        puts("0 becomes 1");
    sigsetjmp(with_mask, 1);
    if (count++ < 3)
        siglongjmp(with_mask, count);
    return count;
}
