// What kind of number a float is; integer modes; constant objects in initialisers of static ones.
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef int eight __attribute__((mode(DI)));
typedef unsigned one __attribute__((__mode__(__QI__)));
static unsigned int __attribute__((mode(HI))) two = (unsigned short)70000;

static const int five = 5;
static const double half = five / 10.0;
static double table[] = {five, half, 1 + half, -five};
static const char *const text = "text";
static const char *again = text;
struct pair { int a, b; };

static int counted(void) {
    static int total = five * 2;
    static struct pair start = (struct pair){1, 2};
    return total += start.a++ + start.b;
}

int main(void) {
    volatile float small = FLT_MIN / 4, infinite = INFINITY, nothing = NAN, plain = FLT_MIN;
    volatile double tiny = DBL_MIN / 4, minus = -infinite;
    printf("%d %d %d %d\n", isnormal(small) != 0, isnormal(plain) != 0, isnormal(tiny) != 0, isnormal((double)small) != 0);
    printf("%d %d %d\n", fpclassify(small) == FP_SUBNORMAL, fpclassify(plain) == FP_NORMAL, fpclassify(tiny) == FP_SUBNORMAL);
    printf("%d %d %d %d\n", isinf(infinite), isinf(minus), isinf(nothing), isnan(nothing) != 0);
    printf("%d %d %d\n", __builtin_isinf_sign(minus), __builtin_isnormal(small), __builtin_finite(minus));
    printf("%d %d %d %d\n", (int)sizeof(eight), (int)sizeof(one), (one)300, two);
    printf("%g %g %g %g %s %d %d\n", table[0], table[1], table[2], table[3], again, counted(), counted());
    return 0;
}
