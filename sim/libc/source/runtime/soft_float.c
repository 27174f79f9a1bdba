/* float in software: 1 sign bit, 8 exponent bits, 23 fraction bits. Parameters are bit patterns. */
#include <stdint.h>

#define NUMBER uint32_t
#define WIDTH 32
#define FRACTION_BITS 23
#define BIAS 127
#define NAME3(operation) __##operation##sf3
#define NAME2(operation) __##operation##sf2

static uint32_t multiply_high(uint32_t a, uint32_t b)
{
    uint64_t product = (uint64_t)a * b;
    return (uint32_t)(product >> 32) | ((uint32_t)product != 0);
}

#include <bits/soft_arithmetic.h>

/* Any unsigned 64-bit integer to float, directly: through double it would be rounded twice. */
uint32_t __floatundisf(uint64_t value)
{
    int exponent = 127 + 30;
    uint32_t upper = value >> 32;
    if (value == 0)
        return 0;
    while (upper) {
        value = value >> 1 | (value & 1);
        upper = value >> 32;
        exponent++;
    }
    if (value >> 31) {
        value = value >> 1 | (value & 1);
        exponent++;
    }
    upper = normalise(value, &exponent);
    return pack(0, exponent, upper);
}

uint32_t __floatdisf(int64_t value)
{
    return value < 0 ? SIGN | __floatundisf(-(uint64_t)value) : __floatundisf(value);
}

uint32_t __floatunsisf(uint32_t value)
{
    return __floatundisf(value);
}

uint32_t __floatsisf(int32_t value)
{
    return __floatdisf(value);
}

/* float ↔ double. */
uint64_t __extendsfdf2(uint32_t a)
{
    uint64_t sign = (uint64_t)(a & SIGN) << 32;
    int exponent;
    uint32_t significand;
    if (is_nan(a))
        return sign | 0x7ff8000000000000ULL | (uint64_t)(a & FRACTION) << 29;
    a &= ~SIGN;
    if (a == INFINITE)
        return sign | 0x7ff0000000000000ULL;
    if (a == 0)
        return sign;
    significand = unpack(a, &exponent);
    return sign | (uint64_t)(exponent - 127 + 1023) << 52 | (uint64_t)(significand & ~TOP) << 22;
}

uint32_t __truncdfsf2(uint64_t a)
{
    uint32_t sign = (uint32_t)(a >> 32) & SIGN;
    int exponent = a >> 52 & 0x7ff;
    uint64_t fraction = a & 0x000fffffffffffffULL;
    if (exponent == 0x7ff)
        return sign | INFINITE | (fraction ? QUIET | (uint32_t)(fraction >> 29) : 0);
    if (exponent == 0) /* a subnormal double is far below half of the least float */
        return sign;
    return pack(sign, exponent - 1023 + 127, TOP | (uint32_t)(fraction >> 22) | ((fraction & 0x3fffff) != 0));
}

/* Conversions to integers go through double, which is exact. */
int32_t __fixdfsi(uint64_t a);
int64_t __fixdfdi(uint64_t a);
uint32_t __fixunsdfsi(uint64_t a);
uint64_t __fixunsdfdi(uint64_t a);

int32_t __fixsfsi(uint32_t a)
{
    return __fixdfsi(__extendsfdf2(a));
}

int64_t __fixsfdi(uint32_t a)
{
    return __fixdfdi(__extendsfdf2(a));
}

uint32_t __fixunssfsi(uint32_t a)
{
    return __fixunsdfsi(__extendsfdf2(a));
}

uint64_t __fixunssfdi(uint32_t a)
{
    return __fixunsdfdi(__extendsfdf2(a));
}
