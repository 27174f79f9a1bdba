/* double in software: IEEE 754 binary64, round to nearest, ties to even. The compiler calls these.
 *
 * A number is 1 sign bit, 11 exponent bits (biased by 1023), 52 fraction bits. Parameters are bit
 * patterns. NaNs are x86's, so that a program prints the same here and there: an operation without a
 * result gives the default NaN (sign set); a NaN operand is passed on, quieted, the first one first.
 *
 * Working form: a significand of 64 bits with the leading 1 in bit 62, the value being
 * significand * 2^(exponent - 62 - 1023); `pack` rounds away its low 10 bits.
 */
#include <stdint.h>

#define SIGN 0x8000000000000000ULL
#define INFINITE 0x7ff0000000000000ULL
#define QUIET 0x0008000000000000ULL
#define FRACTION 0x000fffffffffffffULL
#define DEFAULT_NAN 0xfff8000000000000ULL
#define TOP (1ULL << 62)

static int is_nan(uint64_t x)
{
    return (x & ~SIGN) > INFINITE;
}

/* At least one of them is a NaN. */
static uint64_t propagate(uint64_t a, uint64_t b)
{
    return (is_nan(a) ? a : b) | QUIET;
}

/* Shifts right; what falls out stays visible in the last bit. */
static uint64_t shift_sticky(uint64_t value, int count)
{
    if (count == 0)
        return value;
    if (count > 63)
        return value != 0;
    return value >> count | (value << (64 - count) != 0);
}

/* Shifts left until bit 62 is the leading one; value is not 0 and below 2^63. */
static uint64_t normalise(uint64_t value, int *exponent)
{
    while (value < TOP >> 15) {
        value <<= 16;
        *exponent -= 16;
    }
    while (value < TOP) {
        value <<= 1;
        *exponent -= 1;
    }
    return value;
}

/* A finite number other than 0 in working form. */
static uint64_t unpack(uint64_t x, int *exponent)
{
    int biased = x >> 52 & 0x7ff;
    if (biased) {
        *exponent = biased;
        return TOP | (x & FRACTION) << 10;
    }
    *exponent = 1;
    return normalise((x & FRACTION) << 10, exponent);
}

/* Rounds a normalised significand and puts the number together. */
static uint64_t pack(uint64_t sign, int exponent, uint64_t significand)
{
    uint64_t rest;
    if (exponent >= 0x7ff)
        return sign | INFINITE;
    if (exponent <= 0) {
        significand = shift_sticky(significand, 1 - exponent);
        exponent = 0;
    }
    rest = significand & 0x3ff;
    significand >>= 10;
    if (rest > 0x200 || (rest == 0x200 && significand & 1))
        significand++;
    /* The leading one, or a carry out of the fraction, adds 1 to the exponent field. */
    if (exponent)
        exponent--;
    return sign | (((uint64_t)exponent << 52) + significand);
}

uint64_t __adddf3(uint64_t a, uint64_t b)
{
    int exponent_a, exponent_b;
    uint64_t x, y, sign;
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
        uint64_t larger = b;
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
        if (x >> 63) {
            x = shift_sticky(x, 1);
            exponent_a++;
        }
    }
    return pack(sign, exponent_a, x);
}

uint64_t __subdf3(uint64_t a, uint64_t b)
{
    if (is_nan(a) || is_nan(b))
        return propagate(a, b);
    return __adddf3(a, b ^ SIGN);
}

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

uint64_t __muldf3(uint64_t a, uint64_t b)
{
    int exponent_a, exponent_b;
    uint64_t x, y, sign = (a ^ b) & SIGN;
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
    /* Leading ones at 62 and 63: the product's is at 125 or 126, so at 61 or 62 of its upper half. */
    x = multiply_high(x, y << 1);
    exponent_a += exponent_b - 1022;
    if (x < TOP) {
        x <<= 1;
        exponent_a--;
    }
    return pack(sign, exponent_a, x);
}

uint64_t __divdf3(uint64_t a, uint64_t b)
{
    int exponent_a, exponent_b;
    uint64_t x, y, quotient = 0, sign = (a ^ b) & SIGN;
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
    exponent_a += 1023 - exponent_b;
    if (x < y) {
        x <<= 1;
        exponent_a--;
    }
    /* Long division: 55 bits, the last two and the remainder decide the rounding. */
    for (int i = 0; i < 55; i++) {
        quotient <<= 1;
        if (x >= y) {
            x -= y;
            quotient |= 1;
        }
        x <<= 1;
    }
    return pack(sign, exponent_a, quotient << 8 | (x != 0));
}

/* -1, 0, 1 as a is less than, equal to, greater than b; no NaNs. */
static int compare(uint64_t a, uint64_t b)
{
    if (((a | b) & ~SIGN) == 0 || a == b)
        return 0;
    if ((a ^ b) & SIGN)
        return a & SIGN ? -1 : 1;
    return (a < b) == !(a & SIGN) ? -1 : 1;
}

int __unorddf2(uint64_t a, uint64_t b)
{
    return is_nan(a) || is_nan(b);
}

/* The result is compared with 0 as the name says; with a NaN the comparison is false (ne: true). */
int __eqdf2(uint64_t a, uint64_t b)
{
    return __unorddf2(a, b) ? 1 : compare(a, b);
}

int __nedf2(uint64_t a, uint64_t b)
{
    return __eqdf2(a, b);
}

int __ltdf2(uint64_t a, uint64_t b)
{
    return __eqdf2(a, b);
}

int __ledf2(uint64_t a, uint64_t b)
{
    return __eqdf2(a, b);
}

int __gtdf2(uint64_t a, uint64_t b)
{
    return __unorddf2(a, b) ? -1 : compare(a, b);
}

int __gedf2(uint64_t a, uint64_t b)
{
    return __gtdf2(a, b);
}

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
