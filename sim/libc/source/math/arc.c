/* Inverse trigonometric functions, all by the arc tangent. */
#include <bits/double.h>
#include <math.h>

/* t - atan t = t^3/3 - t^5/5 + ... for |t| < 0.45 */
static double series(double t)
{
    static const double factors[] = {
        -1.0 / 49, 1.0 / 47, -1.0 / 45, 1.0 / 43, -1.0 / 41, 1.0 / 39, -1.0 / 37,
        1.0 / 35, -1.0 / 33, 1.0 / 31, -1.0 / 29, 1.0 / 27, -1.0 / 25, 1.0 / 23,
        -1.0 / 21, 1.0 / 19, -1.0 / 17, 1.0 / 15, -1.0 / 13, 1.0 / 11, -1.0 / 9,
        1.0 / 7, -1.0 / 5, 1.0 / 3,
    };
    double z = t * t, sum = 0;
    for (int i = 0; i < 24; i++)
        sum = sum * z + factors[i];
    return sum * z * t;
}

/* atan x = atan c + atan ((x - c) / (1 + x c)), c the nearest of a few. */
double atan(double x)
{
    static const struct __pair arcs[] = {
        {0, 0},
        {0.4636476090008061, 2.2698777452961687e-17},
        {0.7853981633974483, 3.061616997868383e-17},
        {0.982793723247329, 1.3903311031230998e-17},
        {1.5707963267948966, 6.123233995736766e-17},
    };
    double a = fabs(x), t, result;
    int arc;
    if (isnan(x))
        return x + x;
    if (a < 0.25) {
        arc = 0;
        t = a;
    } else if (a < 0.75) {
        arc = 1;
        t = (2 * a - 1) / (2 + a);
    } else if (a < 1.25) {
        arc = 2;
        t = (a - 1) / (a + 1);
    } else if (a < 2.25) {
        arc = 3;
        t = (a - 1.5) / (1 + 1.5 * a);
    } else {
        arc = 4;
        t = -1 / a;
    }
    result = arc ? arcs[arc].hi - ((series(t) - arcs[arc].lo) - t) : t - series(t);
    return copysign(result, x);
}

double atan2(double y, double x)
{
    double angle;
    if (isnan(x) || isnan(y))
        return x + y;
    if (y == 0)
        return __signbit(x) ? copysign(M_PI, y) : y;
    if (isinf(x) && isinf(y))
        return copysign(x > 0 ? M_PI_4 : 3 * M_PI_4, y);
    if (x == 0 || isinf(y))
        return copysign(M_PI_2, y);
    if (isinf(x))
        return copysign(x > 0 ? 0 : M_PI, y);
    angle = atan(fabs(y / x));
    if (x < 0)
        angle = M_PI - (angle - 1.2246467991473532e-16);
    return copysign(angle, y);
}

double asin(double x)
{
    if (!(fabs(x) <= 1))
        return (x - x) / (x - x);
    if (fabs(x) < 1e-8)
        return x;
    return atan2(x, sqrt((1 - x) * (1 + x)));
}

double acos(double x)
{
    if (!(fabs(x) <= 1))
        return (x - x) / (x - x);
    return 2 * atan2(sqrt(1 - x), sqrt(1 + x));
}
