/* Roots. sqrt is exactly rounded. */
#include <bits/double.h>
#include <math.h>

/* The textbook's square root, one bit of the result at a time, with one more to round. */
double sqrt(double x)
{
    int exponent;
    uint64_t value, root = 0, rest = 0;
    if (x == 0 || isnan(x) || (x > 0 && isinf(x)))
        return isnan(x) ? x + x : x;
    if (x < 0)
        return (x - x) / (x - x);
    value = (uint64_t)(int64_t)ldexp(frexp(x, &exponent), 53);
    /* An even exponent, and 64 of 108 bits, of which the first two are not both 0; the others are 0. */
    value <<= exponent & 1 ? 10 : 11;
    exponent += exponent & 1;
    for (int bit = 0; bit < 54; bit++) {
        uint64_t trial = root << 2 | 1;
        rest = rest << 2 | value >> 62;
        value <<= 2;
        root <<= 1;
        if (rest >= trial) {
            rest -= trial;
            root |= 1;
        }
    }
    /* root has 54 bits: the last one is worth a half. */
    root = (root >> 1) + (root & 1 && (rest || root & 2));
    return ldexp((double)(int64_t)root, exponent / 2 - 53);
}

/* A first guess by logarithms, then one step of Newton's method. */
double cbrt(double x)
{
    double root, a;
    int exponent;
    if (x == 0 || !isfinite(x))
        return x + x;
    a = frexp(fabs(x), &exponent);
    for (; exponent % 3; exponent++)
        a /= 2;
    root = exp(log(a) / 3);
    root -= (root * root * root - a) / (3 * root * root);
    return copysign(ldexp(root, exponent / 3), x);
}

double hypot(double x, double y)
{
    int exponent;
    double root;
    struct __pair a, b, sum;
    x = fabs(x);
    y = fabs(y);
    if (isinf(x) || isinf(y))
        return 1e308 * 10;
    if (isnan(x) || isnan(y))
        return x + y;
    if (x == 0 || y == 0)
        return x + y;
    frexp(x > y ? x : y, &exponent);
    x = ldexp(x, -exponent);
    y = ldexp(y, -exponent);
    a = __exact_product(x, x);
    b = __exact_product(y, y);
    sum = __exact_sum(a.hi, b.hi);
    sum.lo += a.lo + b.lo;
    root = sqrt(sum.hi);
    a = __exact_product(root, root);
    root += ((sum.hi - a.hi) - a.lo + sum.lo) / (2 * root);
    return ldexp(root, exponent);
}
