/* A double as decimal digits, exactly.
 *
 * A finite double is m * 2^e with an integer m. If e >= 0, that is an integer; otherwise it is
 * m * 5^-e / 10^-e: the digits of the integer m * 5^-e with the point moved -e places. Big integers
 * have base 10000, so that everything fits into the machine's 32-bit multiplication and division.
 */
#include <bits/internal.h>
#include <stdint.h>
#include <string.h>

#define BASE 10000
#define LIMBS 280 /* 4 digits each: 2^1024 has 309 digits, the longest fraction 767 significant ones */

struct big {
    int count;
    uint32_t limbs[LIMBS]; /* lowest first */
};

/* factor <= 390625, so that limb * factor + carry fits into 32 bits */
static void multiply(struct big *big, uint32_t factor)
{
    uint32_t carry = 0;
    for (int i = 0; i < big->count; i++) {
        uint32_t value = big->limbs[i] * factor + carry;
        big->limbs[i] = value % BASE;
        carry = value / BASE;
    }
    for (; carry; carry /= BASE)
        big->limbs[big->count++] = carry % BASE;
}

void __decimal_from_double(struct __decimal *decimal, double value)
{
    union {
        double value;
        uint64_t bits;
    } pattern = {value};
    int exponent = pattern.bits >> 52 & 0x7ff;
    uint64_t significand = pattern.bits & 0xfffffffffffffULL;
    struct big big;
    big.count = 0;
    decimal->count = decimal->point = 0;
    if (exponent)
        significand |= 1ULL << 52;
    else
        exponent = 1;
    if (significand == 0)
        return;
    exponent -= 1075;
    while (!(significand & 1)) {
        significand >>= 1;
        exponent++;
    }
    for (; significand; significand /= BASE)
        big.limbs[big.count++] = significand % BASE;
    decimal->point = exponent < 0 ? exponent : 0;
    for (; exponent >= 18; exponent -= 18)
        multiply(&big, 1 << 18);
    if (exponent > 0)
        multiply(&big, 1 << exponent);
    for (; exponent <= -8; exponent += 8)
        multiply(&big, 390625);
    for (; exponent < 0; exponent++)
        multiply(&big, 5);
    for (int i = big.count - 1; i >= 0; i--)
        for (uint32_t unit = BASE / 10, limb = big.limbs[i]; unit; unit /= 10)
            if (decimal->count || limb / unit % 10)
                decimal->digits[decimal->count++] = '0' + limb / unit % 10;
    decimal->point += decimal->count;
}

/* Keeps the first digits (may be 0 or less); what is cut off rounds to nearest, exact ties to even. */
void __decimal_round(struct __decimal *decimal, int digits)
{
    int up;
    if (digits >= decimal->count)
        return;
    if (digits < 0) {
        decimal->count = 0;
        return;
    }
    up = decimal->digits[digits] > '5';
    if (decimal->digits[digits] == '5') {
        up = digits > 0 && (decimal->digits[digits - 1] - '0') % 2;
        for (int i = digits + 1; i < decimal->count && !up; i++)
            up = decimal->digits[i] != '0';
    }
    decimal->count = digits;
    if (!up)
        return;
    while (digits > 0 && decimal->digits[digits - 1] == '9')
        decimal->digits[--digits] = '0';
    if (digits > 0) {
        decimal->digits[digits - 1]++;
    } else { /* 999 → 1000 */
        memmove(decimal->digits + 1, decimal->digits, decimal->count);
        decimal->digits[0] = '1';
        decimal->count++;
        decimal->point++;
    }
}
