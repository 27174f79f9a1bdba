/* fmod and remainder: exact, by long division of the significands. */
#include <bits/double.h>
#include <math.h>

double fmod(double x, double y)
{
    double a = fabs(x), b = fabs(y);
    int exponent_a, exponent_b, exponent;
    int64_t rest, divisor;
    if (isnan(x) || isnan(y) || isinf(x) || b == 0)
        return (x * y) / (x * y);
    if (a < b)
        return x;
    rest = ldexp(frexp(a, &exponent_a), 53);
    divisor = ldexp(frexp(b, &exponent_b), 53);
    for (exponent = exponent_a; exponent > exponent_b; exponent--) {
        if (rest >= divisor)
            rest -= divisor;
        rest *= 2;
    }
    if (rest >= divisor)
        rest -= divisor;
    return copysign(ldexp((double)rest, exponent - 53), x);
}

/* The quotient is rounded to nearest, ties to even, instead of towards zero. */
double remainder(double x, double y)
{
    double b = fabs(y), rest;
    if (isnan(x) || isnan(y) || isinf(x) || b == 0)
        return (x * y) / (x * y);
    if (isinf(y))
        return x;
    rest = b < 8e307 ? fabs(fmod(x, b + b)) : fabs(x);
    if (b < 1e-300) {
        if (rest + rest > b) {
            rest -= b;
            if (rest + rest >= b)
                rest -= b;
        }
    } else if (rest > b / 2) {
        rest -= b;
        if (rest >= b / 2)
            rest -= b;
    }
    return __signbit(x) ? -rest : rest;
}
