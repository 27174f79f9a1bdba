/* The functions for float: those for double, rounded once more. */
#include <math.h>

float fabsf(float x)
{
    return fabs(x);
}

float sqrtf(float x)
{
    return sqrt(x);
}

float cbrtf(float x)
{
    return cbrt(x);
}

float floorf(float x)
{
    return floor(x);
}

float ceilf(float x)
{
    return ceil(x);
}

float truncf(float x)
{
    return trunc(x);
}

float roundf(float x)
{
    return round(x);
}

float rintf(float x)
{
    return rint(x);
}

float nearbyintf(float x)
{
    return nearbyint(x);
}

float expf(float x)
{
    return exp(x);
}

float exp2f(float x)
{
    return exp2(x);
}

float expm1f(float x)
{
    return expm1(x);
}

float logf(float x)
{
    return log(x);
}

float log2f(float x)
{
    return log2(x);
}

float log10f(float x)
{
    return log10(x);
}

float log1pf(float x)
{
    return log1p(x);
}

float sinf(float x)
{
    return sin(x);
}

float cosf(float x)
{
    return cos(x);
}

float tanf(float x)
{
    return tan(x);
}

float asinf(float x)
{
    return asin(x);
}

float acosf(float x)
{
    return acos(x);
}

float atanf(float x)
{
    return atan(x);
}

float sinhf(float x)
{
    return sinh(x);
}

float coshf(float x)
{
    return cosh(x);
}

float tanhf(float x)
{
    return tanh(x);
}

float asinhf(float x)
{
    return asinh(x);
}

float acoshf(float x)
{
    return acosh(x);
}

float atanhf(float x)
{
    return atanh(x);
}

float fmodf(float x, float y)
{
    return fmod(x, y);
}

float remainderf(float x, float y)
{
    return remainder(x, y);
}

float powf(float x, float y)
{
    return pow(x, y);
}

float hypotf(float x, float y)
{
    return hypot(x, y);
}

float atan2f(float x, float y)
{
    return atan2(x, y);
}

float fmaxf(float x, float y)
{
    return fmax(x, y);
}

float fminf(float x, float y)
{
    return fmin(x, y);
}

float fdimf(float x, float y)
{
    return fdim(x, y);
}

float copysignf(float x, float y)
{
    return copysign(x, y);
}

/* The next float, not the next double. */
float nextafterf(float x, float y)
{
    union {
        float value;
        unsigned int bits;
    } pattern = {x};
    if (x != x || y != y)
        return x + y;
    if (x == y)
        return y;
    if (x == 0)
        pattern.bits = y < 0 ? 0x80000001 : 1;
    else if ((x < y) == (x > 0))
        pattern.bits++;
    else
        pattern.bits--;
    return pattern.value;
}
