/* Taking doubles apart: sign, class, exponent, and rounding to integers. All exact, on the bits. */
#include <bits/double.h>
#include <limits.h>
#include <math.h>

int __fpclassify(double x)
{
    uint64_t bits = __double_bits(x) & ~__SIGN_BIT;
    if (bits >= __INFINITE_BITS)
        return bits == __INFINITE_BITS ? FP_INFINITE : FP_NAN;
    if (bits >> 52)
        return FP_NORMAL;
    return bits ? FP_SUBNORMAL : FP_ZERO;
}

/* The smallest normal float is 0x1p-126, whose exponent as a double is 897. */
int __fpclassifyf(float x)
{
    int class = __fpclassify(x);
    int exponent = __double_bits(x) >> 52 & 0x7ff;
    return class == FP_NORMAL && exponent < 897 ? FP_SUBNORMAL : class;
}

int __isinf_sign(double x)
{
    uint64_t bits = __double_bits(x);
    return (bits & ~__SIGN_BIT) != __INFINITE_BITS ? 0 : bits >> 63 ? -1 : 1;
}

int __signbit(double x)
{
    return __double_bits(x) >> 63;
}

int __isunordered(double x, double y)
{
    return isnan(x) || isnan(y);
}

int __islessgreater(double x, double y)
{
    return x < y || x > y;
}

double fabs(double x)
{
    return __double_from(__double_bits(x) & ~__SIGN_BIT);
}

double copysign(double x, double y)
{
    return __double_from((__double_bits(x) & ~__SIGN_BIT) | (__double_bits(y) & __SIGN_BIT));
}

double nan(const char *tag)
{
    (void)tag;
    return __double_from(0x7ff8ULL << 48);
}

double trunc(double x)
{
    uint64_t bits = __double_bits(x);
    int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
    if (exponent >= 52)
        return exponent == 1024 ? x + x : x;
    if (exponent < 0)
        return __double_from(bits & __SIGN_BIT);
    return __double_from(bits & ~(0xfffffffffffffULL >> exponent));
}

double floor(double x)
{
    double whole = trunc(x);
    return whole > x ? whole - 1 : whole;
}

double ceil(double x)
{
    double whole = trunc(x);
    return whole < x ? copysign(whole + 1, x) : whole;
}

/* Halves away from zero. */
double round(double x)
{
    double whole = trunc(x);
    return fabs(x - whole) >= 0.5 ? whole + copysign(1, x) : whole;
}

/* Halves to even: adding 2^52 leaves no bits for a fraction. */
double rint(double x)
{
    double big = copysign(4503599627370496.0, x);
    if (!(fabs(x) < 4503599627370496.0))
        return x + 0;
    return copysign((x + big) - big, x);
}

double nearbyint(double x)
{
    return rint(x);
}

long lround(double x)
{
    return round(x);
}

long long llround(double x)
{
    return round(x);
}

long lrint(double x)
{
    return rint(x);
}

long long llrint(double x)
{
    return rint(x);
}

double modf(double x, double *whole)
{
    *whole = trunc(x);
    return copysign(isinf(x) ? 0 : x - *whole, x);
}

double frexp(double x, int *exponent)
{
    uint64_t bits = __double_bits(x);
    int biased = bits >> 52 & 0x7ff;
    *exponent = 0;
    if (biased == 0x7ff || x == 0)
        return x + x;
    if (biased == 0) {
        x = frexp(x * 18014398509481984.0, exponent);
        *exponent -= 54;
        return x;
    }
    *exponent = biased - 1022;
    return __double_from((bits & ~__INFINITE_BITS) | 1022ULL << 52);
}

static double power_of_two(int exponent)
{
    return __double_from((uint64_t)(exponent + 1023) << 52);
}

/* In up to three steps, of which only the last one rounds. */
double ldexp(double x, int exponent)
{
    for (int i = 0; i < 2 && exponent > 1023; i++) {
        x *= power_of_two(1023);
        exponent -= 1023;
    }
    for (int i = 0; i < 2 && exponent < -969; i++) {
        x *= power_of_two(-969);
        exponent += 969;
    }
    if (exponent > 1023)
        exponent = 1023;
    if (exponent < -1022)
        exponent = -1022;
    return x * power_of_two(exponent);
}

double scalbn(double x, int exponent)
{
    return ldexp(x, exponent);
}

int ilogb(double x)
{
    int exponent;
    if (x == 0 || isnan(x))
        return INT_MIN;
    if (isinf(x))
        return INT_MAX;
    frexp(x, &exponent);
    return exponent - 1;
}

double logb(double x)
{
    if (x == 0)
        return -1 / fabs(x);
    return isfinite(x) ? ilogb(x) : x * x;
}

double nextafter(double x, double y)
{
    uint64_t bits = __double_bits(x);
    if (isnan(x) || isnan(y))
        return x + y;
    if (x == y)
        return y;
    if (x == 0)
        return copysign(__double_from(1), y);
    return __double_from((x < y) == (x > 0) ? bits + 1 : bits - 1);
}

double fmax(double x, double y)
{
    if (isnan(x) || isnan(y))
        return isnan(x) ? y : x;
    return x < y ? y : x;
}

double fmin(double x, double y)
{
    if (isnan(x) || isnan(y))
        return isnan(x) ? y : x;
    return y < x ? y : x;
}

double fdim(double x, double y)
{
    if (isnan(x) || isnan(y))
        return x + y;
    return x > y ? x - y : 0;
}
