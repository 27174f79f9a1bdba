/* The bits of a double; exact sums and products (Dekker 1971, Knuth). */
#include <bits/double.h>

uint64_t __double_bits(double x)
{
    union {
        double value;
        uint64_t bits;
    } pattern = {x};
    return pattern.bits;
}

double __double_from(uint64_t bits)
{
    union {
        uint64_t bits;
        double value;
    } pattern = {bits};
    return pattern.value;
}

struct __pair __exact_sum(double a, double b)
{
    struct __pair sum;
    double other;
    sum.hi = a + b;
    other = sum.hi - a;
    sum.lo = (a - (sum.hi - other)) + (b - other);
    return sum;
}

/* The upper 26 bits: products of halves are exact. */
static double upper_half(double x)
{
    return __double_from(__double_bits(x) & ~0x7ffffffULL);
}

struct __pair __exact_product(double a, double b)
{
    struct __pair product;
    double a1 = upper_half(a), a2 = a - a1, b1 = upper_half(b), b2 = b - b1;
    product.hi = a * b;
    product.lo = ((a1 * b1 - product.hi) + a1 * b2 + a2 * b1) + a2 * b2;
    return product;
}

struct __pair __pair_product(struct __pair a, struct __pair b)
{
    struct __pair product = __exact_product(a.hi, b.hi);
    return __exact_sum(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}
