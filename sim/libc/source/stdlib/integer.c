/* Integer arithmetic, and integers from text. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

int abs(int value)
{
    return value < 0 ? -value : value;
}

long labs(long value)
{
    return value < 0 ? -value : value;
}

long long llabs(long long value)
{
    return value < 0 ? -value : value;
}

intmax_t imaxabs(intmax_t value)
{
    return llabs(value);
}

div_t div(int numerator, int denominator)
{
    div_t result = {numerator / denominator, numerator % denominator};
    return result;
}

ldiv_t ldiv(long numerator, long denominator)
{
    ldiv_t result = {numerator / denominator, numerator % denominator};
    return result;
}

lldiv_t lldiv(long long numerator, long long denominator)
{
    lldiv_t result = {numerator / denominator, numerator % denominator};
    return result;
}

imaxdiv_t imaxdiv(intmax_t numerator, intmax_t denominator)
{
    imaxdiv_t result = {numerator / denominator, numerator % denominator};
    return result;
}

static int digit_value(int c)
{
    if (isdigit(c))
        return c - '0';
    return isalpha(c) ? tolower(c) - 'a' + 10 : 36;
}

/* White space, a sign, a prefix, digits. The magnitude, at most `most` (more: *overflow). */
static unsigned long long parse(const char *text, char **end, int base, unsigned long long most, int *negative,
                                int *overflow)
{
    const char *s = text;
    unsigned long long value = 0;
    int digit, digits = 0;
    *negative = *overflow = 0;
    if (end)
        *end = (char *)text;
    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        return 0;
    }
    while (isspace((unsigned char)*s))
        s++;
    if (*s == '+' || *s == '-')
        *negative = *s++ == '-';
    if ((base == 0 || base == 16) && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')
        && digit_value((unsigned char)s[2]) < 16) {
        s += 2;
        base = 16;
    }
    if (base == 0)
        base = *s == '0' ? 8 : 10;
    for (; (digit = digit_value((unsigned char)*s)) < base; s++) {
        digits = 1;
        if (value < 0x04000000) /* 32 bits are enough, and no division is needed */
            value = (uint32_t)value * base + digit;
        else if (value > (ULLONG_MAX - digit) / base)
            *overflow = 1;
        else
            value = value * base + digit;
    }
    if (digits && end)
        *end = (char *)s;
    if (value > most)
        *overflow = 1;
    if (*overflow)
        errno = ERANGE;
    return value;
}

long long strtoll(const char *text, char **end, int base)
{
    int negative, overflow;
    unsigned long long value = parse(text, end, base, ULLONG_MAX, &negative, &overflow);
    if (overflow || value > (unsigned long long)LLONG_MAX + negative) {
        errno = ERANGE;
        return negative ? LLONG_MIN : LLONG_MAX;
    }
    return negative ? -value : value;
}

unsigned long long strtoull(const char *text, char **end, int base)
{
    int negative, overflow;
    unsigned long long value = parse(text, end, base, ULLONG_MAX, &negative, &overflow);
    return overflow ? ULLONG_MAX : negative ? -value : value;
}

long strtol(const char *text, char **end, int base)
{
    long long value = strtoll(text, end, base);
    if (value >= LONG_MIN && value <= LONG_MAX)
        return value;
    errno = ERANGE;
    return value < 0 ? LONG_MIN : LONG_MAX;
}

unsigned long strtoul(const char *text, char **end, int base)
{
    int negative, overflow;
    unsigned long value = parse(text, end, base, ULONG_MAX, &negative, &overflow);
    return overflow ? ULONG_MAX : negative ? -value : value;
}

intmax_t strtoimax(const char *text, char **end, int base)
{
    return strtoll(text, end, base);
}

uintmax_t strtoumax(const char *text, char **end, int base)
{
    return strtoull(text, end, base);
}

int atoi(const char *text)
{
    return strtol(text, NULL, 10);
}

long atol(const char *text)
{
    return strtol(text, NULL, 10);
}

long long atoll(const char *text)
{
    return strtoll(text, NULL, 10);
}
