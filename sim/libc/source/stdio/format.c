/* The common part of the printf family: a format and its arguments → bytes (C17 7.21.6.1). */
#include <bits/internal.h>
#include <bits/stream.h>
#include <limits.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

void __sink_put(struct __sink *sink, const char *bytes, size_t count)
{
    sink->count += count;
    if (sink->file) {
        __stream_put(sink->file, bytes, count);
    } else {
        size_t fits = count < sink->room ? count : sink->room;
        memcpy(sink->memory, bytes, fits);
        sink->memory += fits;
        sink->room -= fits;
    }
}

void __sink_fill(struct __sink *sink, char byte, int count)
{
    for (; count > 0; count--)
        __sink_put(sink, &byte, 1);
}

/* Sign or prefix, zeros, digits: padded to the width. */
static void put_number(struct __sink *sink, const struct __spec *spec, const char *prefix, const char *digits,
                       int count)
{
    int prefix_count = strlen(prefix);
    int zeros = spec->precision > count ? spec->precision - count : 0;
    int pad = spec->width - prefix_count - zeros - count;
    if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
        zeros = pad;
        pad = 0;
    }
    if (!spec->left)
        __sink_fill(sink, ' ', pad);
    __sink_put(sink, prefix, prefix_count);
    __sink_fill(sink, '0', zeros);
    __sink_put(sink, digits, count);
    if (spec->left)
        __sink_fill(sink, ' ', pad);
}

static void put_text(struct __sink *sink, const struct __spec *spec, const char *text, int count)
{
    if (!spec->left)
        __sink_fill(sink, ' ', spec->width - count);
    __sink_put(sink, text, count);
    if (spec->left)
        __sink_fill(sink, ' ', spec->width - count);
}

/* Digits are made from the last to the first; returns the first. */
static char *digits_before(char *end, unsigned long long value, unsigned int base, const char *alphabet)
{
    while (value >> 32) {
        *--end = alphabet[value % base];
        value /= base;
    }
    for (uint32_t rest = value; rest; rest /= base)
        *--end = alphabet[rest % base];
    return end;
}

static void put_signed(struct __sink *sink, const struct __spec *spec, long long value)
{
    char buffer[24], *end = buffer + sizeof buffer;
    unsigned long long magnitude = value < 0 ? -(unsigned long long)value : (unsigned long long)value;
    char *digits = digits_before(end, magnitude, 10, "0123456789");
    if (value == 0 && spec->precision != 0)
        *--digits = '0';
    put_number(sink, spec, value < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "", digits, end - digits);
}

static void put_unsigned(struct __sink *sink, const struct __spec *spec, char conversion, unsigned long long value)
{
    char buffer[24], *end = buffer + sizeof buffer;
    unsigned int base = conversion == 'u' ? 10 : conversion == 'o' ? 8 : 16;
    char *digits = digits_before(end, value, base, conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef");
    const char *prefix = "";
    if (value == 0 && spec->precision != 0)
        *--digits = '0';
    if (spec->alternate && base == 16 && value)
        prefix = conversion == 'X' ? "0X" : "0x";
    if (spec->alternate && base == 8 && (digits == end || *digits != '0') && spec->precision <= end - digits)
        *--digits = '0';
    put_number(sink, spec, prefix, digits, end - digits);
}

static void put_pointer(struct __sink *sink, const struct __spec *spec, const void *pointer)
{
    if (pointer) {
        char buffer[8], *end = buffer + sizeof buffer;
        char *digits = digits_before(end, (uintptr_t)pointer, 16, "0123456789abcdef");
        put_number(sink, spec, spec->plus ? "+0x" : spec->space ? " 0x" : "0x", digits, end - digits);
    } else {
        put_text(sink, spec, "(nil)", 5);
    }
}

static void put_string(struct __sink *sink, const struct __spec *spec, const char *text)
{
    if (!text)
        text = spec->precision < 0 || spec->precision >= 6 ? "(null)" : "";
    put_text(sink, spec, text, spec->precision < 0 ? strlen(text) : strnlen(text, spec->precision));
}

/* A character as UTF-8; returns the number of bytes. */
static int encode(char bytes[4], unsigned int c)
{
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    int count = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = count - 1; i > 0; i--) {
        bytes[i] = 0x80 | (c & 0x3f);
        c >>= 6;
    }
    bytes[0] = leads[count] | c;
    return count;
}

/* The precision counts bytes; no character is cut. */
static void put_wide_string(struct __sink *sink, struct __spec *spec, const wchar_t *text)
{
    char bytes[4];
    int count = 0, length, pad;
    const wchar_t *end = text;
    if (!text) {
        put_string(sink, spec, NULL);
        return;
    }
    for (; *end; end++) {
        length = encode(bytes, *end);
        if (spec->precision >= 0 && count + length > spec->precision)
            break;
        count += length;
    }
    pad = spec->width - count;
    if (!spec->left)
        __sink_fill(sink, ' ', pad);
    for (; text < end; text++)
        __sink_put(sink, bytes, encode(bytes, *text));
    if (spec->left)
        __sink_fill(sink, ' ', pad);
}

/* A number in the format: 12 in "%12d". -1 if it is too large. */
static int parse_number(const char **format)
{
    int value = 0;
    for (; isdigit((unsigned char)**format); ++*format) {
        if (value > (INT_MAX - 9) / 10)
            return -1;
        value = value * 10 + (**format - '0');
    }
    return value;
}

static void parse_flags(struct __spec *spec, const char **format)
{
    for (;; ++*format)
        switch (**format) {
        case '-': spec->left = 1; break;
        case '+': spec->plus = 1; break;
        case ' ': spec->space = 1; break;
        case '#': spec->alternate = 1; break;
        case '0': spec->zero = 1; break;
        case '\'': break;
        default: return;
        }
}

/* hh, h, l, ll, j, z, t as one letter: H, h, l, L, … (0: none). long is int, so only L and j matter for 64 bits. */
static char parse_length(const char **format)
{
    char length = **format;
    if (!length || !strchr("hlqjztL", length))
        return 0;
    ++*format;
    if (**format == length && (length == 'h' || length == 'l')) {
        ++*format;
        return length == 'h' ? 'H' : 'L';
    }
    return length;
}

static int is_wide(char length)
{
    return length == 'L' || length == 'j' || length == 'q';
}

static void store_count(void *where, char length, size_t count)
{
    if (length == 'H')
        *(signed char *)where = count;
    else if (length == 'h')
        *(short *)where = count;
    else if (is_wide(length))
        *(long long *)where = count;
    else
        *(int *)where = count;
}

int __format(struct __sink *sink, const char *format, va_list arguments)
{
    int error = errno;
    for (;;) {
        struct __spec spec = {.precision = -1};
        const char *start = format;
        char length, conversion;
        while (*format && *format != '%')
            format++;
        if (format > start)
            __sink_put(sink, start, format - start);
        if (!*format)
            break;
        start = format++;
        parse_flags(&spec, &format);
        if (*format == '*') {
            format++;
            spec.width = va_arg(arguments, int);
            if (spec.width < 0) {
                spec.left = 1;
                spec.width = -spec.width;
            }
        } else {
            spec.width = parse_number(&format);
        }
        if (*format == '.') {
            format++;
            if (*format == '*') {
                format++;
                spec.precision = va_arg(arguments, int);
                if (spec.precision < 0)
                    spec.precision = -1;
            } else {
                spec.precision = parse_number(&format);
                if (spec.precision < 0)
                    spec.width = -1;
            }
        }
        if (spec.width < 0) {
            errno = EOVERFLOW;
            return -1;
        }
        length = parse_length(&format);
        conversion = *format++;
        switch (conversion) {
        case 'd':
        case 'i': {
            long long value = is_wide(length) ? va_arg(arguments, long long) : va_arg(arguments, int);
            put_signed(sink, &spec, length == 'H' ? (signed char)value : length == 'h' ? (short)value : value);
            break;
        }
        case 'u':
        case 'o':
        case 'x':
        case 'X': {
            unsigned long long value = is_wide(length) ? va_arg(arguments, unsigned long long)
                                                       : va_arg(arguments, unsigned int);
            if (length == 'H')
                value = (unsigned char)value;
            else if (length == 'h')
                value = (unsigned short)value;
            put_unsigned(sink, &spec, conversion, value);
            break;
        }
        case 'c': {
            int c = va_arg(arguments, int);
            char bytes[4] = {c};
            put_text(sink, &spec, bytes, length == 'l' ? encode(bytes, c) : 1);
            break;
        }
        case 's':
            if (length == 'l')
                put_wide_string(sink, &spec, va_arg(arguments, const wchar_t *));
            else
                put_string(sink, &spec, va_arg(arguments, const char *));
            break;
        case 'p':
            put_pointer(sink, &spec, va_arg(arguments, void *));
            break;
        case 'n':
            store_count(va_arg(arguments, void *), length, sink->count);
            break;
        case 'm':
            put_string(sink, &spec, strerror(error));
            break;
        case 'f': case 'F': case 'e': case 'E': case 'g': case 'G': case 'a': case 'A':
            __format_double(sink, &spec, conversion, va_arg(arguments, double));
            break;
        case '%':
            __sink_put(sink, "%", 1);
            break;
        default: /* not a conversion: printed as it stands */
            if (!conversion)
                format--;
            __sink_put(sink, start, format - start);
        }
    }
    return sink->count > INT_MAX ? -1 : (int)sink->count;
}
