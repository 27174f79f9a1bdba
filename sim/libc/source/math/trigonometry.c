/* sin, cos, tan: x = n * pi/2 + r with |r| <= pi/4, then Taylor's series. */
#include <bits/double.h>
#include <math.h>

/* Bits of 2/pi after the point: enough for the largest double (Payne and Hanek 1983). */
static const uint32_t two_over_pi[] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x6492eea, 0x9d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20,
};

/* The words of 2/pi are numbered from the first one after the point; before it there are zeros. */
static uint32_t word(int i)
{
    return i < 0 ? 0 : two_over_pi[i];
}

/* For |x| >= 2^20. x * 2/pi / 4 = m * 2^exponent * 2/pi, of which the fraction is wanted: what is above the
 * point are whole turns. So the bits of 2/pi before number `exponent` are not needed.
 */
static int reduce_large(double x, struct __pair *r)
{
    struct __pair half_pi = {1.5707963267948966, 6.123233995736766e-17};
    int exponent, n, shift, negative = 0;
    uint64_t m = (uint64_t)(int64_t)ldexp(frexp(fabs(x), &exponent), 53), high, low;
    uint32_t m0 = m, m1 = m >> 32;
    uint32_t product[7] = {0}; /* highest first; the point is after word 0 */
    double value;
    exponent -= 53 + 2;
    n = (exponent + 1024) / 32 - 32;
    shift = (exponent + 1024) % 32;
    for (int i = 5; i >= 0; i--) {
        uint32_t part = shift ? word(n + i) << shift | word(n + i + 1) >> (32 - shift) : word(n + i);
        uint64_t p = (uint64_t)part * m0 + product[i + 1];
        product[i + 1] = p;
        p = (uint64_t)part * m1 + product[i] + (p >> 32);
        product[i] = p;
        if (i > 0)
            product[i - 1] += p >> 32;
    }
    high = (uint64_t)product[1] << 32 | product[2];
    low = (uint64_t)product[3] << 32 | product[4];
    n = high >> 62;
    high = high << 2 | low >> 62;
    low <<= 2;
    if (high >> 63) { /* more than half: the next quarter, from the other side */
        n++;
        negative = 1;
        low = -low;
        high = ~high + (low == 0);
    }
    value = (double)high;
    r->hi = value * 5.421010862427522e-20;
    r->lo = ((double)(int64_t)(high - (uint64_t)value) + (double)low * 5.421010862427522e-20) * 5.421010862427522e-20;
    *r = __pair_product(*r, half_pi);
    if (negative != (x < 0)) {
        r->hi = -r->hi;
        r->lo = -r->lo;
    }
    return x < 0 ? -n : n;
}

/* n mod 4 is the quarter; r is what is left, in two doubles. */
static int reduce(double x, struct __pair *r)
{
    double n, rest;
    if (fabs(x) <= M_PI_4) {
        r->hi = x;
        r->lo = 0;
        return 0;
    }
    if (fabs(x) >= 1048576)
        return reduce_large(x, r);
    n = rint(x * M_2_PI);
    /* pi/2 in pieces of 33 bits: products with n are exact. */
    rest = x - n * 1.5707963267341256;
    *r = __exact_sum(rest, -n * 6.077100506303966e-11);
    rest = r->lo;
    *r = __exact_sum(r->hi, rest - n * 2.0222662487959506e-21);
    return (int)n;
}

/* r^3/3!, r^5/5!, ... and r^4/4!, r^6/6!, ...; the small part r.lo enters with its derivative. */
static double sine(struct __pair r)
{
    static const double factors[] = {-1.0 / 121645100408832000, 1.0 / 355687428096000, -1.0 / 1307674368000,
                                     1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120,
                                     -1.0 / 6};
    double z = r.hi * r.hi, sum = 0;
    for (int i = 0; i < 9; i++)
        sum = sum * z + factors[i];
    return r.hi + (sum * z * r.hi + r.lo * (1 - 0.5 * z));
}

static double cosine(struct __pair r)
{
    static const double factors[] = {1.0 / 2432902008176640000, -1.0 / 6402373705728000, 1.0 / 20922789888000,
                                     -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720,
                                     1.0 / 24};
    double z = r.hi * r.hi, half = 0.5 * z, near = 1 - half, sum = 0;
    for (int i = 0; i < 9; i++)
        sum = sum * z + factors[i];
    return near + (((1 - near) - half) + (sum * z * z - r.hi * r.lo));
}

double sin(double x)
{
    struct __pair r;
    if (!isfinite(x))
        return x - x;
    if (x == 0)
        return x;
    switch (reduce(x, &r) & 3) {
    case 0: return sine(r);
    case 1: return cosine(r);
    case 2: return -sine(r);
    default: return -cosine(r);
    }
}

double cos(double x)
{
    struct __pair r;
    if (!isfinite(x))
        return x - x;
    switch (reduce(x, &r) & 3) {
    case 0: return cosine(r);
    case 1: return -sine(r);
    case 2: return -cosine(r);
    default: return sine(r);
    }
}

double tan(double x)
{
    struct __pair r;
    if (!isfinite(x))
        return x - x;
    if (x == 0)
        return x;
    return reduce(x, &r) & 1 ? -cosine(r) / sine(r) : sine(r) / cosine(r);
}
