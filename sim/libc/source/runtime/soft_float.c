/* float in software: IEEE 754 binary32. See soft_double.c, whose structure this file repeats with
 * 1 sign bit, 8 exponent bits (biased by 127), 23 fraction bits.
 *
 * Working form: the leading 1 in bit 30 of 32, the value being significand * 2^(exponent - 30 - 127);
 * `pack` rounds away its low 7 bits.
 */
#include <stdint.h>

#define SIGN 0x80000000U
#define INFINITE 0x7f800000U
#define QUIET 0x00400000U
#define FRACTION 0x007fffffU
#define DEFAULT_NAN 0xffc00000U
#define TOP (1U << 30)

static int is_nan(uint32_t x)
{
    return (x & ~SIGN) > INFINITE;
}

static uint32_t propagate(uint32_t a, uint32_t b)
{
    return (is_nan(a) ? a : b) | QUIET;
}

static uint32_t shift_sticky(uint32_t value, int count)
{
    if (count == 0)
        return value;
    if (count > 31)
        return value != 0;
    return value >> count | (value << (32 - count) != 0);
}

static uint32_t normalise(uint32_t value, int *exponent)
{
    while (value < TOP) {
        value <<= 1;
        *exponent -= 1;
    }
    return value;
}

static uint32_t unpack(uint32_t x, int *exponent)
{
    int biased = x >> 23 & 0xff;
    if (biased) {
        *exponent = biased;
        return TOP | (x & FRACTION) << 7;
    }
    *exponent = 1;
    return normalise((x & FRACTION) << 7, exponent);
}

static uint32_t pack(uint32_t sign, int exponent, uint32_t significand)
{
    uint32_t rest;
    if (exponent >= 0xff)
        return sign | INFINITE;
    if (exponent <= 0) {
        significand = shift_sticky(significand, 1 - exponent);
        exponent = 0;
    }
    rest = significand & 0x7f;
    significand >>= 7;
    if (rest > 0x40 || (rest == 0x40 && significand & 1))
        significand++;
    if (exponent)
        exponent--;
    return sign | (((uint32_t)exponent << 23) + significand);
}

uint32_t __addsf3(uint32_t a, uint32_t b)
{
    int exponent_a, exponent_b;
    uint32_t x, y, sign;
    if (is_nan(a) || is_nan(b))
        return propagate(a, b);
    if ((a & ~SIGN) == INFINITE)
        return b == (a ^ SIGN) ? DEFAULT_NAN : a;
    if ((b & ~SIGN) == INFINITE)
        return b;
    if ((b & ~SIGN) == 0)
        return (a & ~SIGN) == 0 ? a & b : a;
    if ((a & ~SIGN) == 0)
        return b;
    if ((a & ~SIGN) < (b & ~SIGN)) {
        uint32_t larger = b;
        b = a;
        a = larger;
    }
    sign = a & SIGN;
    x = unpack(a, &exponent_a);
    y = unpack(b, &exponent_b);
    y = shift_sticky(y, exponent_a - exponent_b);
    if ((a ^ b) & SIGN) {
        x -= y;
        if (x == 0)
            return 0;
        x = normalise(x, &exponent_a);
    } else {
        x += y;
        if (x >> 31) {
            x = shift_sticky(x, 1);
            exponent_a++;
        }
    }
    return pack(sign, exponent_a, x);
}

uint32_t __subsf3(uint32_t a, uint32_t b)
{
    if (is_nan(a) || is_nan(b))
        return propagate(a, b);
    return __addsf3(a, b ^ SIGN);
}

uint32_t __mulsf3(uint32_t a, uint32_t b)
{
    int exponent_a, exponent_b;
    uint64_t product;
    uint32_t x, y, sign = (a ^ b) & SIGN;
    if (is_nan(a) || is_nan(b))
        return propagate(a, b);
    a &= ~SIGN;
    b &= ~SIGN;
    if (a == INFINITE || b == INFINITE)
        return a == 0 || b == 0 ? DEFAULT_NAN : sign | INFINITE;
    if (a == 0 || b == 0)
        return sign;
    x = unpack(a, &exponent_a);
    y = unpack(b, &exponent_b);
    product = (uint64_t)x * (y << 1);
    x = (uint32_t)(product >> 32) | ((uint32_t)product != 0);
    exponent_a += exponent_b - 126;
    if (x < TOP) {
        x <<= 1;
        exponent_a--;
    }
    return pack(sign, exponent_a, x);
}

uint32_t __divsf3(uint32_t a, uint32_t b)
{
    int exponent_a, exponent_b;
    uint32_t x, y, quotient = 0, sign = (a ^ b) & SIGN;
    if (is_nan(a) || is_nan(b))
        return propagate(a, b);
    a &= ~SIGN;
    b &= ~SIGN;
    if (a == INFINITE)
        return b == INFINITE ? DEFAULT_NAN : sign | INFINITE;
    if (b == INFINITE)
        return sign;
    if (b == 0)
        return a == 0 ? DEFAULT_NAN : sign | INFINITE;
    if (a == 0)
        return sign;
    x = unpack(a, &exponent_a);
    y = unpack(b, &exponent_b);
    exponent_a += 127 - exponent_b;
    if (x < y) {
        x <<= 1;
        exponent_a--;
    }
    for (int i = 0; i < 26; i++) {
        quotient <<= 1;
        if (x >= y) {
            x -= y;
            quotient |= 1;
        }
        x <<= 1;
    }
    return pack(sign, exponent_a, quotient << 5 | (x != 0));
}

static int compare(uint32_t a, uint32_t b)
{
    if (((a | b) & ~SIGN) == 0 || a == b)
        return 0;
    if ((a ^ b) & SIGN)
        return a & SIGN ? -1 : 1;
    return (a < b) == !(a & SIGN) ? -1 : 1;
}

int __unordsf2(uint32_t a, uint32_t b)
{
    return is_nan(a) || is_nan(b);
}

int __eqsf2(uint32_t a, uint32_t b)
{
    return __unordsf2(a, b) ? 1 : compare(a, b);
}

int __nesf2(uint32_t a, uint32_t b)
{
    return __eqsf2(a, b);
}

int __ltsf2(uint32_t a, uint32_t b)
{
    return __eqsf2(a, b);
}

int __lesf2(uint32_t a, uint32_t b)
{
    return __eqsf2(a, b);
}

int __gtsf2(uint32_t a, uint32_t b)
{
    return __unordsf2(a, b) ? -1 : compare(a, b);
}

int __gesf2(uint32_t a, uint32_t b)
{
    return __gtsf2(a, b);
}

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
