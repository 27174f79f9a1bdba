/* Logarithms: x = 2^k * m with m near 1; ln m = 2 (s + s^3/3 + s^5/5 + ...) with s = (m - 1) / (m + 1). */
#include <bits/double.h>
#include <math.h>

#define LN2_HIGH 0.6931471805592082 /* 40 bits: products with k are exact */
#define LN2_LOW 7.371002565167799e-13

/* 0: x is finite and positive; otherwise *result is the logarithm. */
static int special(double x, double *result)
{
    if (x > 0 && !isinf(x))
        return 0;
    if (x == 0)
        *result = -1 / fabs(x);
    else
        *result = x < 0 ? (x - x) / (x - x) : x + x;
    return 1;
}

/* m in [sqrt(1/2), sqrt(2)) */
static double split(double x, int *k)
{
    double m = frexp(x, k);
    if (m < M_SQRT1_2) {
        m *= 2;
        --*k;
    }
    return m;
}

/* 2/5 z^2 + 2/7 z^3 + ..., z = s^2 < 0.03 */
static double tail(double z)
{
    double sum = 0;
    static const double factors[] = {2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15,
                                     2.0 / 13, 2.0 / 11, 2.0 / 9,  2.0 / 7,  2.0 / 5};
    for (int i = 0; i < 11; i++)
        sum = sum * z + factors[i];
    return sum * z * z;
}

double log(double x)
{
    int k;
    double f, s, z, half, rest, result;
    if (special(x, &result))
        return result;
    f = split(x, &k) - 1;
    s = f / (2 + f);
    z = s * s;
    /* ln (1 + f) = f - f^2/2 + s (f^2/2 + series): the large parts are exact. */
    half = 0.5 * f * f;
    rest = s * (half + (2.0 / 3 * z + tail(z)));
    return k * LN2_HIGH - ((half - (rest + k * LN2_LOW)) - f);
}

/* With about 64 bits. x is finite and positive. */
struct __pair __log_pair(double x)
{
    int k;
    double f = split(x, &k) - 1;
    struct __pair divisor = __exact_sum(2, f), s, z, check, factor, sum, part;
    s.hi = f / divisor.hi;
    check = __exact_product(s.hi, divisor.hi);
    s.lo = ((f - check.hi) - check.lo - s.hi * divisor.lo) / divisor.hi;
    z = __pair_product(s, s);
    /* 2 s + s z (2/3 + tail / z) */
    factor = __exact_sum(2.0 / 3, z.hi == 0 ? 0 : tail(z.hi) / z.hi);
    factor.lo += 3.700743415417188e-17;
    part = __pair_product(__pair_product(s, z), factor);
    sum = __exact_sum(k * LN2_HIGH, 2 * s.hi);
    check = __exact_sum(sum.hi, part.hi);
    check.lo += sum.lo + (k * LN2_LOW + (2 * s.lo + part.lo));
    return __exact_sum(check.hi, check.lo);
}

double log2(double x)
{
    struct __pair factor = {1.4426950408889634, 2.0355273740931033e-17};
    double result;
    int k;
    if (special(x, &result))
        return result;
    if (split(x, &k) == 1)
        return k;
    return __pair_product(__log_pair(x), factor).hi;
}

double log10(double x)
{
    struct __pair factor = {0.4342944819032518, 1.098319650216765e-17};
    double result;
    return special(x, &result) ? result : __pair_product(__log_pair(x), factor).hi;
}

/* ln (1 + x), also where 1 + x is rounded. */
double log1p(double x)
{
    double u = 1 + x;
    if (u == 1 || !(u > 0) || isinf(u))
        return u == 1 ? x : log(u);
    return log(u) - ((u - 1) - x) / u;
}
