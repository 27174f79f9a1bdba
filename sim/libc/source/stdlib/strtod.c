/* Numbers with a fraction from text, correctly rounded.
 *
 * The text is D * 10^E (or D * 2^E, hexadecimal) with an integer D. Short numbers: D and 10^|E| are
 * exact doubles, so one multiplication or division rounds once. All others: the fraction D * 10^E is
 * written as a quotient of two big integers and divided exactly to 64 bits and a remainder.
 */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS 800 /* more digits cannot change the result, only whether they are all 0 */
#define LIMBS 200 /* of 32 bits: the largest is 10^(800 + 330) * 2^128, 122 limbs */

struct big {
    int count;
    uint32_t limbs[LIMBS]; /* lowest first; the highest is not 0 */
};

/* What a double or a float is made of. */
struct target {
    int bits; /* of the significand */
    int least; /* the exponent of the last bit of a subnormal */
    int most; /* the exponent of the last bit of the largest number */
};
static const struct target double_target = {53, -1074, 971};
static const struct target float_target = {24, -149, 104};

static void multiply_add(struct big *big, uint32_t factor, uint32_t carry)
{
    for (int i = 0; i < big->count; i++) {
        uint64_t value = (uint64_t)big->limbs[i] * factor + carry;
        big->limbs[i] = value;
        carry = value >> 32;
    }
    if (carry)
        big->limbs[big->count++] = carry;
}

static void multiply_by_ten(struct big *big, int power)
{
    for (; power >= 9; power -= 9)
        multiply_add(big, 1000000000, 0);
    for (; power > 0; power--)
        multiply_add(big, 10, 0);
}

static void shift_left(struct big *big, int bits)
{
    int words = bits / 32;
    if (big->count == 0)
        return;
    multiply_add(big, 1U << bits % 32, 0);
    memmove(big->limbs + words, big->limbs, big->count * sizeof big->limbs[0]);
    memset(big->limbs, 0, words * sizeof big->limbs[0]);
    big->count += words;
}

static int bit_length(const struct big *big)
{
    int bits = big->count * 32;
    if (bits)
        for (uint32_t top = big->limbs[big->count - 1]; !(top >> 31); top <<= 1)
            bits--;
    return bits;
}

static int less(const struct big *a, const struct big *b)
{
    if (a->count != b->count)
        return a->count < b->count;
    for (int i = a->count - 1; i >= 0; i--)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i];
    return 0;
}

/* a -= b, where a >= b */
static void subtract(struct big *a, const struct big *b)
{
    uint32_t borrow = 0;
    for (int i = 0; i < a->count; i++) {
        uint64_t value = (uint64_t)a->limbs[i] - (i < b->count ? b->limbs[i] : 0) - borrow;
        a->limbs[i] = value;
        borrow = value >> 63;
    }
    while (a->count && a->limbs[a->count - 1] == 0)
        a->count--;
}

/* value * 2^exponent (and a little more, if sticky), rounded to the target's format; the bits of a double. */
static uint64_t round_to(const struct target *target, uint64_t value, int exponent, int sticky)
{
    int length = 64, drop;
    uint64_t rest, half;
    if (value == 0)
        return 0;
    while (!(value >> 63)) {
        value <<= 1;
        exponent--;
    }
    /* Drop bits until the significand has the right length, or the last bit the least exponent. */
    drop = length - target->bits;
    if (exponent + drop < target->least)
        drop = target->least - exponent;
    if (drop > 64) {
        errno = ERANGE;
        return 0;
    }
    rest = drop == 64 ? value : value & ((1ULL << drop) - 1);
    half = 1ULL << (drop - 1);
    value = drop == 64 ? 0 : value >> drop;
    exponent += drop;
    if (rest > half || (rest == half && (sticky || value & 1)))
        value++;
    if (value >> target->bits) {
        value >>= 1;
        exponent++;
    }
    if (exponent > target->most) {
        errno = ERANGE;
        return 0x7ff0000000000000ULL;
    }
    if (!(value >> (target->bits - 1)) && (rest || sticky))
        errno = ERANGE;
    if (value == 0)
        return 0;
    /* To the double's form: the leading one at bit 52 unless subnormal there. */
    while (!(value >> 52) && exponent > -1074) {
        value <<= 1;
        exponent--;
    }
    return value >> 52 ? (uint64_t)(exponent + 1075) << 52 | (value & 0xfffffffffffffULL) : value;
}

/* digits * 10^exponent; sticky: something not 0 follows the digits */
static uint64_t from_decimal(const struct target *target, const char *digits, int count, int exponent, int sticky)
{
    struct big numerator = {0}, denominator = {1, {1}};
    uint64_t quotient = 0;
    int shift;
    if (count + exponent > 310) {
        errno = ERANGE;
        return 0x7ff0000000000000ULL;
    }
    if (count + exponent < -330) {
        errno = ERANGE;
        return 0;
    }
    for (int i = 0; i < count; i++)
        multiply_add(&numerator, 10, digits[i] - '0');
    if (exponent > 0)
        multiply_by_ten(&numerator, exponent);
    else
        multiply_by_ten(&denominator, -exponent);
    /* Scale so that the quotient has 64 or 65 bits less one: 2^63 <= n/d < 2^65. */
    shift = 64 - (bit_length(&numerator) - bit_length(&denominator));
    if (shift > 0)
        shift_left(&numerator, shift);
    else
        shift_left(&denominator, -shift);
    /* Long division in base 2, from bit 64 on. */
    shift_left(&denominator, 64);
    for (int bit = 64; bit >= 0; bit--) {
        int one = !less(&numerator, &denominator);
        if (one)
            subtract(&numerator, &denominator);
        if (quotient >> 63) { /* 65 bits: the last one is sticky */
            sticky |= one;
            shift--;
        } else {
            quotient = quotient << 1 | one;
        }
        multiply_add(&numerator, 2, 0);
    }
    return round_to(target, quotient, -shift, sticky || numerator.count);
}

static double from_bits(uint64_t bits, int negative)
{
    union {
        uint64_t bits;
        double value;
    } pattern = {bits | (uint64_t)negative << 63};
    return pattern.value;
}

/* An exponent after 'e' or 'p'; left out if no digits follow. */
static int parse_exponent(const char **text)
{
    const char *s = *text + 1;
    int negative = 0, value = 0;
    if (*s == '+' || *s == '-')
        negative = *s++ == '-';
    if (!isdigit((unsigned char)*s))
        return 0;
    for (; isdigit((unsigned char)*s); s++)
        if (value < 100000)
            value = value * 10 + (*s - '0');
    *text = s;
    return negative ? -value : value;
}

static double parse_hexadecimal(const struct target *target, const char *s, char **end, int negative)
{
    uint64_t value = 0;
    int exponent = 0, sticky = 0, point = 0;
    for (; isxdigit((unsigned char)*s) || (*s == '.' && !point); s++) {
        int digit;
        if (*s == '.') {
            point = 1;
            continue;
        }
        digit = isdigit((unsigned char)*s) ? *s - '0' : tolower((unsigned char)*s) - 'a' + 10;
        if (value >> 60) {
            sticky |= digit;
            exponent += 4;
        } else {
            value = value << 4 | digit;
        }
        if (point)
            exponent -= 4;
    }
    if (*s == 'p' || *s == 'P')
        exponent += parse_exponent(&s);
    if (end)
        *end = (char *)s;
    if (exponent > 2000)
        exponent = 2000;
    if (exponent < -3000)
        exponent = -3000;
    return from_bits(round_to(target, value, exponent, sticky), negative);
}

static double parse_decimal(const struct target *target, const char *s, char **end, int negative)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    char digits[DIGITS];
    int count = 0, exponent = 0, point = 0, sticky = 0;
    for (; isdigit((unsigned char)*s) || (*s == '.' && !point); s++) {
        if (*s == '.') {
            point = 1;
            continue;
        }
        if (point)
            exponent--;
        if (count == 0 && *s == '0')
            continue;
        if (count < DIGITS) {
            digits[count++] = *s;
        } else {
            sticky |= *s != '0';
            exponent++;
        }
    }
    if (*s == 'e' || *s == 'E')
        exponent += parse_exponent(&s);
    if (end)
        *end = (char *)s;
    while (count && digits[count - 1] == '0') {
        count--;
        exponent++;
    }
    if (count == 0)
        return from_bits(0, negative);
    if (target == &double_target && count <= 15 && exponent >= -22 && exponent <= 22) {
        int64_t integer = 0;
        double value;
        for (int i = 0; i < count; i++)
            integer = integer * 10 + (digits[i] - '0');
        value = exponent < 0 ? (double)integer / powers[-exponent] : (double)integer * powers[exponent];
        return negative ? -value : value;
    }
    return from_bits(from_decimal(target, digits, count, exponent, sticky), negative);
}

static double parse(const struct target *target, const char *text, char **end)
{
    const char *s = text;
    int negative = 0;
    if (end)
        *end = (char *)text;
    while (isspace((unsigned char)*s))
        s++;
    if (*s == '+' || *s == '-')
        negative = *s++ == '-';
    if (strncasecmp(s, "inf", 3) == 0) {
        if (end)
            *end = (char *)s + (strncasecmp(s, "infinity", 8) == 0 ? 8 : 3);
        return from_bits(0x7ff0000000000000ULL, negative);
    }
    if (strncasecmp(s, "nan", 3) == 0) {
        if (end) {
            const char *close = s + 3;
            if (*close == '(')
                for (close++; isalnum((unsigned char)*close) || *close == '_'; close++)
                    continue;
            *end = (char *)(s[3] == '(' && *close == ')' ? close + 1 : s + 3);
        }
        return from_bits(0x7ff8000000000000ULL, negative);
    }
    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')
        && (isxdigit((unsigned char)s[2]) || (s[2] == '.' && isxdigit((unsigned char)s[3]))))
        return parse_hexadecimal(target, s + 2, end, negative);
    if (!isdigit((unsigned char)*s) && !(*s == '.' && isdigit((unsigned char)s[1])))
        return 0;
    return parse_decimal(target, s, end, negative);
}

double strtod(const char *text, char **end)
{
    return parse(&double_target, text, end);
}

/* Rounded to float directly: by way of double it would be rounded twice. */
float strtof(const char *text, char **end)
{
    return parse(&float_target, text, end);
}

double atof(const char *text)
{
    return strtod(text, NULL);
}
