/* The functions for float: those for double, rounded once more. */
#include <math.h>

#define OF_ONE(name) \
    float name##f(float x) \
    { \
        return name(x); \
    }
#define OF_TWO(name) \
    float name##f(float x, float y) \
    { \
        return name(x, y); \
    }

OF_ONE(fabs)
OF_ONE(sqrt)
OF_ONE(cbrt)
OF_ONE(floor)
OF_ONE(ceil)
OF_ONE(trunc)
OF_ONE(round)
OF_ONE(rint)
OF_ONE(nearbyint)
OF_ONE(exp)
OF_ONE(exp2)
OF_ONE(expm1)
OF_ONE(log)
OF_ONE(log2)
OF_ONE(log10)
OF_ONE(log1p)
OF_ONE(sin)
OF_ONE(cos)
OF_ONE(tan)
OF_ONE(asin)
OF_ONE(acos)
OF_ONE(atan)
OF_ONE(sinh)
OF_ONE(cosh)
OF_ONE(tanh)
OF_ONE(asinh)
OF_ONE(acosh)
OF_ONE(atanh)

OF_TWO(fmod)
OF_TWO(remainder)
OF_TWO(pow)
OF_TWO(hypot)
OF_TWO(atan2)
OF_TWO(fmax)
OF_TWO(fmin)
OF_TWO(fdim)
OF_TWO(copysign)

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
