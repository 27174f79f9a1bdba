/* double in software: 1 sign bit, 11 exponent bits, 52 fraction bits. Parameters are bit patterns. */
#include <stdint.h>

#define NUMBER uint64_t
#define WIDTH 64
#define FRACTION_BITS 52
#define BIAS 1023
#define NAME3(operation) __##operation##df3
#define NAME2(operation) __##operation##df2

/* The upper 64 bits of a product of 128, what is below them collected in the last bit. */
static uint64_t multiply_high(uint64_t a, uint64_t b)
{
    uint32_t a0 = a, a1 = a >> 32, b0 = b, b1 = b >> 32;
    uint64_t low = (uint64_t)a0 * b0;
    uint64_t middle = (uint64_t)a1 * b0 + (low >> 32);
    uint64_t middle2 = (uint64_t)a0 * b1 + (uint32_t)middle;
    uint64_t high = (uint64_t)a1 * b1 + (middle >> 32) + (middle2 >> 32);
    return high | ((uint32_t)low != 0 || (uint32_t)middle2 != 0);
}

#include <bits/soft_arithmetic.h>

/* The magnitude of a as an integer, rounded towards zero; the caller has checked that it fits. */
static uint64_t truncate(uint64_t a)
{
    int exponent = (int)(a >> 52 & 0x7ff) - 1023;
    uint64_t significand = (a & FRACTION) | QUIET << 1;
    if (exponent < 0)
        return 0;
    return exponent <= 52 ? significand >> (52 - exponent) : significand << (exponent - 52);
}

/* Conversions to integers: out of range gives what x86 gives, the most negative number. */
int32_t __fixdfsi(uint64_t a)
{
    int exponent = (int)(a >> 52 & 0x7ff) - 1023;
    if (exponent >= 31)
        return INT32_MIN;
    return a & SIGN ? -(uint32_t)truncate(a) : (uint32_t)truncate(a);
}

int64_t __fixdfdi(uint64_t a)
{
    int exponent = (int)(a >> 52 & 0x7ff) - 1023;
    if (exponent >= 63)
        return INT64_MIN;
    return a & SIGN ? -truncate(a) : truncate(a);
}

/* x86-64 converts through 64 bits: a small negative number wraps. */
uint32_t __fixunsdfsi(uint64_t a)
{
    return __fixdfdi(a);
}

/* As compiled for x86-64: from 2^63 on, 2^63 is subtracted before the conversion and added after it. */
uint64_t __fixunsdfdi(uint64_t a)
{
    int exponent = (int)(a >> 52 & 0x7ff) - 1023;
    if (is_nan(a))
        return SIGN;
    if (a & SIGN || exponent < 63)
        return __fixdfdi(a);
    return exponent == 63 ? truncate(a) : 0;
}

uint64_t __floatundidf(uint64_t value)
{
    int exponent = 1023 + 62;
    if (value == 0)
        return 0;
    if (value >> 63)
        return pack(0, exponent + 1, shift_sticky(value, 1));
    value = normalise(value, &exponent);
    return pack(0, exponent, value);
}

uint64_t __floatdidf(int64_t value)
{
    return value < 0 ? SIGN | __floatundidf(-(uint64_t)value) : __floatundidf(value);
}

uint64_t __floatunsidf(uint32_t value)
{
    return __floatundidf(value);
}

uint64_t __floatsidf(int32_t value)
{
    return __floatdidf(value);
}
