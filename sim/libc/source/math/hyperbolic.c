/* Hyperbolic functions and their inverses. */
#include <math.h>

double sinh(double x)
{
    double a = fabs(x), t, result;
    if (a > 700) {
        t = exp(a / 2);
        result = t / 2 * t;
    } else {
        t = expm1(a);
        result = (t + t / (t + 1)) / 2;
    }
    return copysign(a == 0 ? a : result, x);
}

double cosh(double x)
{
    double t = exp(fabs(x) > 700 ? fabs(x) / 2 : fabs(x));
    return fabs(x) > 700 ? t / 2 * t : (t + 1 / t) / 2;
}

double tanh(double x)
{
    double a = fabs(x), t;
    if (isnan(x))
        return x + x;
    if (a > 22)
        return copysign(1, x);
    t = expm1(2 * a);
    return copysign(t / (t + 2), x);
}

double asinh(double x)
{
    double a = fabs(x);
    if (!isfinite(x) || x == 0)
        return x + x;
    if (a > 1e8)
        return copysign(log(a) + M_LN2, x);
    return copysign(log1p(a + a * a / (1 + sqrt(a * a + 1))), x);
}

double acosh(double x)
{
    if (x < 1)
        return (x - x) / (x - x);
    if (x > 1e8)
        return log(x) + M_LN2;
    return log1p((x - 1) + sqrt((x - 1) * (x + 1)));
}

double atanh(double x)
{
    double a = fabs(x);
    return copysign(log1p(2 * a / (1 - a)) / 2, x);
}
