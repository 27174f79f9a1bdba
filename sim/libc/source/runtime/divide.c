/* Division of 64-bit integers, which the machine does not have: the compiler calls these.
 *
 * Division by zero gives what RV32M's instructions give: quotient all ones, remainder the dividend.
 */
#include <stdint.h>

static int leading_zeros(uint64_t value)
{
    int zeros = 0;
    uint32_t word = value >> 32;
    if (word == 0) {
        zeros = 32;
        word = value;
    }
    if (word == 0)
        return 64;
    if (word >> 16 == 0) {
        zeros += 16;
        word <<= 16;
    }
    if (word >> 24 == 0) {
        zeros += 8;
        word <<= 8;
    }
    while (!(word >> 31)) {
        zeros++;
        word <<= 1;
    }
    return zeros;
}

/* Long division in base 2: as many steps as the quotient has bits. */
static uint64_t divide(uint64_t dividend, uint64_t divisor, uint64_t *remainder)
{
    uint64_t quotient = 0;
    if (divisor == 0) {
        *remainder = dividend;
        return ~quotient;
    }
    if ((dividend | divisor) >> 32 == 0) {
        *remainder = (uint32_t)dividend % (uint32_t)divisor;
        return (uint32_t)dividend / (uint32_t)divisor;
    }
    if (dividend >= divisor) {
        int shift = leading_zeros(divisor) - leading_zeros(dividend);
        divisor <<= shift;
        for (; shift >= 0; shift--) {
            quotient <<= 1;
            if (dividend >= divisor) {
                dividend -= divisor;
                quotient |= 1;
            }
            divisor >>= 1;
        }
    }
    *remainder = dividend;
    return quotient;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t remainder;
    return divide(dividend, divisor, &remainder);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t remainder;
    divide(dividend, divisor, &remainder);
    return remainder;
}

int64_t __divdi3(int64_t dividend, int64_t divisor)
{
    uint64_t remainder;
    uint64_t quotient;
    if (divisor == 0)
        return -1;
    quotient = divide(magnitude(dividend), magnitude(divisor), &remainder);
    return (dividend < 0) != (divisor < 0) ? -quotient : quotient;
}

int64_t __moddi3(int64_t dividend, int64_t divisor)
{
    uint64_t remainder;
    divide(magnitude(dividend), magnitude(divisor), &remainder);
    return dividend < 0 ? -remainder : remainder;
}
