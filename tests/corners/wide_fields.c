// Bit-fields of more than 32 bits: in gcc each width is an integer type of its own.
#include <stdio.h>

struct fields {
    unsigned long long u33 : 33, u40 : 40;
    long long s40 : 40, s50 : 50;
    unsigned u3 : 3;
} f = {0x1ffffffffULL, 0xffffffffffULL, -5, 0x1ffffffffffffLL, 7};

static void show(const char *what, unsigned long long value) { printf("%s %llx\n", what, value); }
#define SHOW(x) show(#x, x)

int main(void) {
    volatile int minus = -1, two = 2;
    volatile long long big = 1LL << 45;
    SHOW(f.u33 + 1);
    SHOW(f.u33 + f.u40);
    SHOW(f.u40 + 1u);
    SHOW(f.u40 * f.u40);
    SHOW(f.u40 - big);
    SHOW(f.u33 << two);
    SHOW(f.u40 >> 36 << 40 >> 1);
    SHOW(-f.u33);
    SHOW(~f.u40);
    SHOW(+f.u40 + 1);
    SHOW(f.s40 + f.u40);
    SHOW(f.s50 + 1);
    SHOW(f.s50 * two);
    SHOW(f.u40 / 3 * 7 % 1000);
    SHOW(f.u33 + minus);
    SHOW((unsigned long long)f.u40 + 1);
    SHOW((two ? f.u40 : minus) + 1);
    SHOW((two ? minus : f.u40));
    SHOW(f.u40 += 3);
    SHOW(f.u40++);
    SHOW(--f.u33);
    SHOW((f.u33 = minus) + 1);
    printf("%d %d %d %d\n", f.u33 > minus, f.s40 < f.u40, f.u40 == minus, f.s40 == -5);
    printf("%d %d %d\n", (1 ? f.u3 : 1) - 8 < 0, (two ? f.u3 : f.u3) - 8 < 0, f.u3 - 8 < 0);
    printf("%g %lld\n", (f.u40 + 0.5) * 2, (long long)(f.s50 << 1));
    switch (f.u33 + 1) {
    case 0: puts("wraps"); break;
    default: puts("does not wrap");
    }
    return 0;
}
