/* %f %e %g %a of a double, with all digits exact. */
#include <bits/internal.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* The parts of a number before it is padded: integer digits, fraction digits, exponent. */
struct parts {
    char sign[2];
    const char *prefix; /* "0x" */
    struct __decimal *decimal;
    int whole; /* how many digits before the point, from digit `first` on (before digit 0: zeros) */
    int first;
    int fraction; /* how many after it */
    int dot;
    char exponent[8];
};

/* Digits from to to - 1; outside of what is there, zeros. */
static void put_digits(struct __sink *sink, const struct __decimal *decimal, int from, int to)
{
    if (from < 0) {
        int zeros = to < 0 ? to - from : -from;
        __sink_fill(sink, '0', zeros);
        from = from + zeros;
    }
    if (from < decimal->count && from < to) {
        int end = to < decimal->count ? to : decimal->count;
        __sink_put(sink, decimal->digits + from, end - from);
        from = end;
    }
    __sink_fill(sink, '0', to - from);
}

static void put_parts(struct __sink *sink, const struct __spec *spec, const struct parts *parts)
{
    int length = strlen(parts->sign) + strlen(parts->prefix) + parts->whole + parts->dot + parts->fraction
                 + strlen(parts->exponent);
    int pad = spec->width - length;
    if (!spec->left && !spec->zero)
        __sink_fill(sink, ' ', pad);
    __sink_put(sink, parts->sign, strlen(parts->sign));
    __sink_put(sink, parts->prefix, strlen(parts->prefix));
    if (!spec->left && spec->zero)
        __sink_fill(sink, '0', pad);
    put_digits(sink, parts->decimal, parts->first, parts->first + parts->whole);
    if (parts->dot)
        __sink_put(sink, ".", 1);
    put_digits(sink, parts->decimal, parts->first + parts->whole, parts->first + parts->whole + parts->fraction);
    __sink_put(sink, parts->exponent, strlen(parts->exponent));
    if (spec->left)
        __sink_fill(sink, ' ', pad);
}

/* "e+05", at least `least` digits. */
static void write_exponent(char *text, char letter, int exponent, int least)
{
    int magnitude = exponent < 0 ? -exponent : exponent;
    *text++ = letter;
    *text++ = exponent < 0 ? '-' : '+';
    if (magnitude >= 1000)
        *text++ = '0' + magnitude / 1000;
    if (magnitude >= 100)
        *text++ = '0' + magnitude / 100 % 10;
    if (magnitude >= 10 || least > 1)
        *text++ = '0' + magnitude / 10 % 10;
    *text++ = '0' + magnitude % 10;
    *text = 0;
}

static void lay_out_fixed(struct parts *parts, int precision)
{
    struct __decimal *decimal = parts->decimal;
    __decimal_round(decimal, decimal->point + precision);
    if (decimal->count == 0)
        decimal->point = 0;
    parts->whole = decimal->point > 0 ? decimal->point : 1;
    parts->first = decimal->point > 0 ? 0 : decimal->point - 1;
    parts->fraction = precision;
}

static void lay_out_exponent(struct parts *parts, int precision, char letter)
{
    struct __decimal *decimal = parts->decimal;
    __decimal_round(decimal, precision + 1);
    parts->whole = 1;
    parts->first = 0;
    parts->fraction = precision;
    write_exponent(parts->exponent, letter, decimal->count ? decimal->point - 1 : 0, 2);
}

/* The shorter of both, without trailing zeros unless '#' asks for them. */
static void lay_out_general(struct parts *parts, int precision, char letter, int keep_zeros)
{
    struct __decimal *decimal = parts->decimal;
    int significant = precision ? precision : 1;
    int exponent, digits;
    __decimal_round(decimal, significant);
    exponent = decimal->count ? decimal->point - 1 : 0;
    digits = significant;
    if (!keep_zeros) {
        digits = decimal->count;
        while (digits > 1 && decimal->digits[digits - 1] == '0')
            digits--;
        if (digits == 0)
            digits = 1;
    }
    if (exponent < -4 || exponent >= significant)
        lay_out_exponent(parts, digits - 1, letter);
    else
        lay_out_fixed(parts, digits - 1 - exponent > 0 ? digits - 1 - exponent : 0);
}

/* 0x1.8p+3: the significand's bits as they are, rounded to the precision. */
static void lay_out_hexadecimal(struct parts *parts, int precision, char conversion, uint64_t bits)
{
    const char *alphabet = conversion == 'a' ? "0123456789abcdef" : "0123456789ABCDEF";
    int biased = bits >> 52 & 0x7ff;
    uint64_t fraction = bits & 0xfffffffffffffULL;
    uint64_t significand = biased ? fraction | 1ULL << 52 : fraction;
    struct __decimal *decimal = parts->decimal;
    parts->prefix = conversion == 'a' ? "0x" : "0X";
    if (precision >= 0 && precision < 13) {
        int shift = 52 - 4 * precision;
        uint64_t unit = 1ULL << shift, rest = significand & (unit - 1);
        significand -= rest;
        if (rest > unit / 2 || (rest == unit / 2 && significand & unit))
            significand += unit;
    }
    for (int i = 0; i < 14; i++)
        decimal->digits[i] = alphabet[significand >> (52 - 4 * i) & 15];
    decimal->count = 14;
    while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0')
        decimal->count--;
    parts->whole = 1;
    parts->first = 0;
    parts->fraction = precision >= 0 ? precision : decimal->count - 1;
    write_exponent(parts->exponent, conversion == 'a' ? 'p' : 'P',
                   biased ? biased - 1023 : fraction ? -1022 : 0, 1);
}

static void put_special(struct __sink *sink, const struct __spec *spec, const char *sign, const char *text)
{
    int pad = spec->width - strlen(sign) - 3;
    if (!spec->left)
        __sink_fill(sink, ' ', pad);
    __sink_put(sink, sign, strlen(sign));
    __sink_put(sink, text, 3);
    if (spec->left)
        __sink_fill(sink, ' ', pad);
}

void __format_double(struct __sink *sink, const struct __spec *spec, char conversion, double value)
{
    union {
        double value;
        uint64_t bits;
    } pattern = {value};
    struct __decimal decimal;
    struct parts parts = {.prefix = "", .decimal = &decimal};
    int precision = spec->precision < 0 ? 6 : spec->precision;
    char letter = isupper(conversion) ? 'E' : 'e';
    parts.sign[0] = pattern.bits >> 63 ? '-' : spec->plus ? '+' : spec->space ? ' ' : 0;
    if ((pattern.bits >> 52 & 0x7ff) == 0x7ff) {
        int nan = pattern.bits << 12 != 0;
        put_special(sink, spec, parts.sign,
                    isupper(conversion) ? (nan ? "NAN" : "INF") : (nan ? "nan" : "inf"));
        return;
    }
    if (tolower(conversion) == 'a') {
        lay_out_hexadecimal(&parts, spec->precision, conversion, pattern.bits);
    } else {
        __decimal_from_double(&decimal, value);
        switch (tolower(conversion)) {
        case 'f': lay_out_fixed(&parts, precision); break;
        case 'e': lay_out_exponent(&parts, precision, letter); break;
        default: lay_out_general(&parts, precision, letter, spec->alternate);
        }
    }
    parts.dot = parts.fraction > 0 || spec->alternate;
    put_parts(sink, spec, &parts);
}
