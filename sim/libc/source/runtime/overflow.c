/* Does the exact result of an operation fit? For __builtin_add_overflow and its relatives.
 *
 * A number is taken apart into sign and magnitude, so that every 64-bit operand, with or without sign, is
 * exact, and so is what can be said about the result.
 */
#include <stdbool.h>
#include <stdint.h>

enum { ADD, SUBTRACT, MULTIPLY };

struct number {
    bool negative;
    uint64_t magnitude;
};

static struct number number(uint64_t bits, bool is_signed)
{
    bool negative = is_signed && bits >> 63;
    return (struct number){negative, negative ? -bits : bits};
}

/* Does it fit a type of so many bits? */
static bool fits(struct number n, unsigned bits, bool is_signed)
{
    uint64_t most = ~(uint64_t)0 >> (64 - bits);
    if (!is_signed)
        return n.magnitude == 0 || (!n.negative && n.magnitude <= most);
    return n.magnitude <= (most >> 1) + n.negative;
}

/* Bit 0 and 1 of `signs`: the operands are signed. */
int __overflows(uint64_t left, uint64_t right, unsigned operation, unsigned signs, unsigned bits, unsigned is_signed)
{
    struct number a = number(left, signs & 1), b = number(right, signs & 2), result;
    if (operation == MULTIPLY) {
        result.negative = a.negative != b.negative;
        result.magnitude = a.magnitude * b.magnitude;
        if (a.magnitude != 0 && result.magnitude / a.magnitude != b.magnitude)
            return 1;
        return !fits(result, bits, is_signed);
    }
    if (operation == SUBTRACT)
        b.negative = !b.negative;
    if (a.negative == b.negative) {
        result.negative = a.negative;
        result.magnitude = a.magnitude + b.magnitude;
        if (result.magnitude < a.magnitude)
            return 1;
    } else {
        bool first = a.magnitude >= b.magnitude;
        result.negative = first ? a.negative : b.negative;
        result.magnitude = first ? a.magnitude - b.magnitude : b.magnitude - a.magnitude;
    }
    return !fits(result, bits, is_signed);
}
