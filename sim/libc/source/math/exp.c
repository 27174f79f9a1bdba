/* Exponentials: x = k * ln 2 + r with |r| <= ln 2 / 2, then Taylor's series for e^r. */
#include <bits/double.h>
#include <math.h>

#define LN2_HIGH 0.6931471805592082 /* 40 bits: products with k are exact */
#define LN2_LOW 7.371002565167799e-13

/* e^r - 1 - r for |r| <= 0.5: r^2/2! + r^3/3! + ... + r^15/15! */
static double tail(double r)
{
    static const double factors[] = {
        1.0 / 1307674368000, 1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800,
        1.0 / 3628800,       1.0 / 362880,      1.0 / 40320,      1.0 / 5040,      1.0 / 720,
        1.0 / 120,           1.0 / 24,          1.0 / 6,          0.5,
    };
    double sum = 0;
    for (int i = 0; i < 14; i++)
        sum = sum * r + factors[i];
    return sum * r * r;
}

double __exp_pair(struct __pair x)
{
    double k, high, low, r;
    if (x.hi != x.hi)
        return x.hi + x.hi;
    if (x.hi > 710)
        return 1e308 * (x.hi > 0 ? 1e308 : 0);
    if (x.hi < -746)
        return 0;
    k = rint(x.hi * M_LOG2E);
    high = x.hi - k * LN2_HIGH;
    low = k * LN2_LOW - x.lo;
    r = high - low;
    return ldexp(1 + (high + (tail(r) - low)), (int)k);
}

double exp(double x)
{
    struct __pair pair = {x, 0};
    return __exp_pair(pair);
}

double exp2(double x)
{
    struct __pair ln2 = {0.6931471805599453, 2.3190468138462996e-17}, pair = {x, 0};
    if (!(fabs(x) < 1100))
        return exp(x);
    if (x == rint(x))
        return ldexp(1, (int)x);
    return __exp_pair(__pair_product(pair, ln2));
}

/* e^x - 1 without losing the small result beside the 1. */
double expm1(double x)
{
    if (fabs(x) < 0.5)
        return x + tail(x);
    return exp(x) - 1;
}
