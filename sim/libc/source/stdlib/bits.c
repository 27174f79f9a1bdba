/* Counting and swapping bits: what `__builtin_clz` and its like call. The names are libgcc's. */
#include <stdint.h>

int __clzsi2(uint32_t value)
{
    int zeros = 0;
    for (int half = 16; half > 0; half /= 2) {
        if (value >> (32 - half) == 0) {
            zeros += half;
            value <<= half;
        }
    }
    return zeros + (value == 0);
}

int __ctzsi2(uint32_t value)
{
    return 31 - __clzsi2(value & -value);
}

/* Neighbours are added: bits in pairs, pairs in fours, fours in bytes, bytes in the highest one. */
int __popcountsi2(uint32_t value)
{
    value -= value >> 1 & 0x55555555;
    value = (value & 0x33333333) + (value >> 2 & 0x33333333);
    value = (value + (value >> 4)) & 0x0f0f0f0f;
    return value * 0x01010101 >> 24;
}

int __paritysi2(uint32_t value)
{
    return __popcountsi2(value) & 1;
}

int __ffssi2(uint32_t value)
{
    return value == 0 ? 0 : __ctzsi2(value) + 1;
}

/* How many bits below the sign equal it. */
int __clrsbsi2(int32_t value)
{
    return __clzsi2(value < 0 ? ~value : value) - 1;
}

int __clzdi2(uint64_t value)
{
    uint32_t high = value >> 32;
    return high ? __clzsi2(high) : 32 + __clzsi2(value);
}

int __ctzdi2(uint64_t value)
{
    uint32_t low = value;
    return low ? __ctzsi2(low) : 32 + __ctzsi2(value >> 32);
}

int __popcountdi2(uint64_t value)
{
    return __popcountsi2(value) + __popcountsi2(value >> 32);
}

int __paritydi2(uint64_t value)
{
    return __popcountdi2(value) & 1;
}

int __ffsdi2(uint64_t value)
{
    return value == 0 ? 0 : __ctzdi2(value) + 1;
}

int __clrsbdi2(int64_t value)
{
    return __clzdi2(value < 0 ? ~value : value) - 1;
}

uint16_t __bswaphi2(uint16_t value)
{
    return value << 8 | value >> 8;
}

uint32_t __bswapsi2(uint32_t value)
{
    return value << 24 | (value & 0xff00) << 8 | (value >> 8 & 0xff00) | value >> 24;
}

uint64_t __bswapdi2(uint64_t value)
{
    return (uint64_t)__bswapsi2(value) << 32 | __bswapsi2(value >> 32);
}
