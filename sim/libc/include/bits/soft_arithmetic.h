/* Floating-point arithmetic in software: IEEE 754, round to nearest, ties to even. Included twice, by
 * soft_float.c and soft_double.c, which say what a number is:
 *
 *   NUMBER          the unsigned type of its bit pattern, of WIDTH bits
 *   FRACTION_BITS   how many of them are the fraction; above are the exponent, biased by BIAS, and the sign
 *   NAME3, NAME2    libgcc's names of the functions that the compiler calls: __addsf3, __eqdf2
 *   multiply_high   the upper half of a product, what is below it collected in the last bit
 *
 * NaNs are x86's, so that a program prints the same here and there: an operation without a result gives
 * the default NaN (sign set); a NaN operand is passed on, quieted, the first one first.
 *
 * Working form: a significand with the leading 1 in bit WIDTH - 2, the value being
 * significand * 2^(exponent - (WIDTH - 2) - BIAS); `pack` rounds away its low EXTRA bits.
 */
#define SIGN ((NUMBER)1 << (WIDTH - 1))
#define TOP ((NUMBER)1 << (WIDTH - 2))
#define EXPONENT_MAX (2 * BIAS + 1)
#define INFINITE ((NUMBER)EXPONENT_MAX << FRACTION_BITS)
#define QUIET ((NUMBER)1 << (FRACTION_BITS - 1))
#define FRACTION (((NUMBER)1 << FRACTION_BITS) - 1)
#define DEFAULT_NAN (SIGN | INFINITE | QUIET)
#define EXTRA (WIDTH - 2 - FRACTION_BITS)
#define HALF (1 << (EXTRA - 1))

static int is_nan(NUMBER x)
{
    return (x & ~SIGN) > INFINITE;
}

/* At least one of them is a NaN. */
static NUMBER propagate(NUMBER a, NUMBER b)
{
    return (is_nan(a) ? a : b) | QUIET;
}

/* Shifts right; what falls out stays visible in the last bit. */
static NUMBER shift_sticky(NUMBER value, int count)
{
    if (count == 0)
        return value;
    if (count > WIDTH - 1)
        return value != 0;
    return value >> count | (value << (WIDTH - count) != 0);
}

/* Shifts left until the leading one is where it belongs; value is not 0 and has no higher bit. */
static NUMBER normalise(NUMBER value, int *exponent)
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
static NUMBER unpack(NUMBER x, int *exponent)
{
    int biased = x >> FRACTION_BITS & EXPONENT_MAX;
    if (biased) {
        *exponent = biased;
        return TOP | (x & FRACTION) << EXTRA;
    }
    *exponent = 1;
    return normalise((x & FRACTION) << EXTRA, exponent);
}

/* Rounds a normalised significand and puts the number together. */
static NUMBER pack(NUMBER sign, int exponent, NUMBER significand)
{
    NUMBER rest;
    if (exponent >= EXPONENT_MAX)
        return sign | INFINITE;
    if (exponent <= 0) {
        significand = shift_sticky(significand, 1 - exponent);
        exponent = 0;
    }
    rest = significand & ((1 << EXTRA) - 1);
    significand >>= EXTRA;
    if (rest > HALF || (rest == HALF && significand & 1))
        significand++;
    /* The leading one, or a carry out of the fraction, adds 1 to the exponent field. */
    if (exponent)
        exponent--;
    return sign | (((NUMBER)exponent << FRACTION_BITS) + significand);
}

NUMBER NAME3(add)(NUMBER a, NUMBER b)
{
    int exponent_a, exponent_b;
    NUMBER x, y, sign;
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
        NUMBER larger = b;
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
        if (x >> (WIDTH - 1)) {
            x = shift_sticky(x, 1);
            exponent_a++;
        }
    }
    return pack(sign, exponent_a, x);
}

NUMBER NAME3(sub)(NUMBER a, NUMBER b)
{
    if (is_nan(a) || is_nan(b))
        return propagate(a, b);
    return NAME3(add)(a, b ^ SIGN);
}

NUMBER NAME3(mul)(NUMBER a, NUMBER b)
{
    int exponent_a, exponent_b;
    NUMBER x, y, sign = (a ^ b) & SIGN;
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
    /* Of the upper half of the product the leading one is where it belongs, or one place below. */
    x = multiply_high(x, y << 1);
    exponent_a += exponent_b - (BIAS - 1);
    if (x < TOP) {
        x <<= 1;
        exponent_a--;
    }
    return pack(sign, exponent_a, x);
}

NUMBER NAME3(div)(NUMBER a, NUMBER b)
{
    int exponent_a, exponent_b;
    NUMBER x, y, quotient = 0, sign = (a ^ b) & SIGN;
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
    exponent_a += BIAS - exponent_b;
    if (x < y) {
        x <<= 1;
        exponent_a--;
    }
    /* Long division; the last two and the remainder decide the rounding. */
    for (int i = 0; i < FRACTION_BITS + 3; i++) {
        quotient <<= 1;
        if (x >= y) {
            x -= y;
            quotient |= 1;
        }
        x <<= 1;
    }
    return pack(sign, exponent_a, quotient << (EXTRA - 2) | (x != 0));
}

/* -1, 0, 1 as a is less than, equal to, greater than b; no NaNs. */
static int compare(NUMBER a, NUMBER b)
{
    if (((a | b) & ~SIGN) == 0 || a == b)
        return 0;
    if ((a ^ b) & SIGN)
        return a & SIGN ? -1 : 1;
    return (a < b) == !(a & SIGN) ? -1 : 1;
}

int NAME2(unord)(NUMBER a, NUMBER b)
{
    return is_nan(a) || is_nan(b);
}

/* The result is compared with 0 as the name says; with a NaN the comparison is false (ne: true). */
int NAME2(eq)(NUMBER a, NUMBER b)
{
    return NAME2(unord)(a, b) ? 1 : compare(a, b);
}

int NAME2(ne)(NUMBER a, NUMBER b)
{
    return NAME2(eq)(a, b);
}

int NAME2(lt)(NUMBER a, NUMBER b)
{
    return NAME2(eq)(a, b);
}

int NAME2(le)(NUMBER a, NUMBER b)
{
    return NAME2(eq)(a, b);
}

int NAME2(gt)(NUMBER a, NUMBER b)
{
    return NAME2(unord)(a, b) ? -1 : compare(a, b);
}

int NAME2(ge)(NUMBER a, NUMBER b)
{
    return NAME2(gt)(a, b);
}
