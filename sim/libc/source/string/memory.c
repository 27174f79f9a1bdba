/* Operations on bytes of memory (mem…). No access goes outside of the given bytes. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    /* Word by word where both are aligned alike. */
    if ((((uintptr_t)t ^ (uintptr_t)f) & 3) == 0) {
        for (; count && (uintptr_t)t & 3; count--)
            *t++ = *f++;
        for (; count >= 4; count -= 4) {
            *(uint32_t *)t = *(const uint32_t *)f;
            t += 4;
            f += 4;
        }
    }
    for (; count; count--)
        *t++ = *f++;
    return to;
}

void *mempcpy(void *restrict to, const void *restrict from, size_t count)
{
    return (char *)memcpy(to, from, count) + count;
}

void *memmove(void *to, const void *from, size_t count)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    if ((uintptr_t)t - (uintptr_t)f >= count)
        return memcpy(to, from, count);
    /* The destination begins inside the source: from the end. */
    t += count;
    f += count;
    if ((((uintptr_t)t ^ (uintptr_t)f) & 3) == 0) {
        for (; count && (uintptr_t)t & 3; count--)
            *--t = *--f;
        for (; count >= 4; count -= 4) {
            t -= 4;
            f -= 4;
            *(uint32_t *)t = *(const uint32_t *)f;
        }
    }
    for (; count; count--)
        *--t = *--f;
    return to;
}

void *memset(void *to, int byte, size_t count)
{
    unsigned char *t = to;
    uint32_t word = (unsigned char)byte * 0x01010101U;
    for (; count && (uintptr_t)t & 3; count--)
        *t++ = byte;
    for (; count >= 4; count -= 4) {
        *(uint32_t *)t = word;
        t += 4;
    }
    for (; count; count--)
        *t++ = byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t count)
{
    const unsigned char *x = a, *y = b;
    for (; count; count--, x++, y++) {
        int difference = *x - *y;
        if (difference)
            return difference;
    }
    return 0;
}

void *memchr(const void *bytes, int byte, size_t count)
{
    const unsigned char *b = bytes;
    for (; count; count--, b++)
        if (*b == (unsigned char)byte)
            return (void *)b;
    return NULL;
}

void *memrchr(const void *bytes, int byte, size_t count)
{
    const unsigned char *b = bytes;
    while (count)
        if (b[--count] == (unsigned char)byte)
            return (void *)(b + count);
    return NULL;
}

void *memmem(const void *bytes, size_t count, const void *part, size_t part_count)
{
    const char *b = bytes;
    for (; count >= part_count; b++, count--)
        if (memcmp(b, part, part_count) == 0)
            return (void *)b;
    return NULL;
}

void *memccpy(void *restrict to, const void *restrict from, int stop, size_t count)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    for (; count; count--)
        if ((*t++ = *f++) == (unsigned char)stop)
            return t;
    return NULL;
}

void bzero(void *to, size_t count)
{
    memset(to, 0, count);
}

void bcopy(const void *from, void *to, size_t count)
{
    memmove(to, from, count);
}

int bcmp(const void *a, const void *b, size_t count)
{
    return memcmp(a, b, count);
}

int ffs(int value)
{
    for (int bit = 0; bit < 32; bit++)
        if ((unsigned int)value >> bit & 1)
            return bit + 1;
    return 0;
}
