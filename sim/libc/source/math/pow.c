/* x^y = e^(y ln x), with the logarithm in more than double precision. */
#include <bits/double.h>
#include <math.h>

/* 0: y is no integer, 1: odd, 2: even */
static int parity(double y)
{
    if (!isfinite(y) || y != trunc(y))
        return 0;
    if (fabs(y) >= 9007199254740992.0)
        return 2;
    return (int64_t)y & 1 ? 1 : 2;
}

double pow(double x, double y)
{
    int integer = parity(y);
    double a = fabs(x), result;
    if (y == 0 || x == 1)
        return 1;
    if (isnan(x) || isnan(y))
        return x + y;
    if (isinf(y)) {
        if (a == 1)
            return 1;
        return (a > 1) == (y > 0) ? fabs(y) : 0;
    }
    if (x < 0 && !isinf(x) && !integer)
        return (x - x) / (x - x);
    if (a == 0 || isinf(x)) {
        result = (a == 0) == (y > 0) ? 0 : 1 / 0.0;
    } else if (a == 1) {
        result = 1;
    } else if (fabs(y) > 1e300 || fabs(y * log(a)) > 800) {
        result = (a > 1) == (y > 0) ? 1 / 0.0 : 0;
    } else {
        struct __pair logarithm = __log_pair(a), power = {y, 0};
        result = __exp_pair(__pair_product(logarithm, power));
    }
    return x < 0 || (x == 0 && __signbit(x)) ? (integer == 1 ? -result : result) : result;
}
