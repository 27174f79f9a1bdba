/* The common part of the scanf family: text and a format → values (C17 7.21.6.2). */
#include <bits/internal.h>
#include <bits/stream.h>
#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The longest number that is read; the rest of a longer one stays unread. */
#define NUMBER 128

static int get(struct __source *source)
{
    int c;
    if (source->file)
        c = __stream_get(source->file);
    else
        c = *source->text ? (unsigned char)*source->text++ : EOF;
    if (c != EOF)
        source->count++;
    return c;
}

static void unget(struct __source *source, int c)
{
    if (c == EOF)
        return;
    source->count--;
    if (source->file)
        __stream_unget(source->file, c);
    else
        source->text--;
}

/* The next byte that is no white space. */
static int skip_space(struct __source *source)
{
    int c;
    do
        c = get(source);
    while (c != EOF && isspace(c));
    return c;
}

/* One conversion. */
struct item {
    int ignore; /* '*' */
    int allocate; /* 'm' */
    int width; /* INT_MAX: none given */
    char length; /* H, h, l, L as in format.c */
};

/* Gathers a number's bytes while they fit into the width and the text. */
struct text {
    int count, most;
    char bytes[NUMBER];
};

/* Takes c if it is one of `wanted` (lower case), and gets the next one. */
static int take(struct __source *source, struct text *text, int *c, const char *wanted)
{
    if (*c == EOF || text->count >= text->most || !strchr(wanted, tolower(*c)) || !*c)
        return 0;
    text->bytes[text->count++] = *c;
    *c = get(source);
    return 1;
}

static void begin(struct text *text, const struct item *item)
{
    text->count = 0;
    text->most = item->width < NUMBER - 1 ? item->width : NUMBER - 1;
}

static void store_integer(void *where, char length, unsigned long long value)
{
    switch (length) {
    case 'H': *(signed char *)where = value; break;
    case 'h': *(short *)where = value; break;
    case 'L': *(long long *)where = value; break;
    default: *(int *)where = value;
    }
}

/* base 0: as the prefix says */
static int scan_integer(struct __source *source, const struct item *item, int base, int is_signed, void *where)
{
    struct text text;
    int c = skip_space(source), digits = 0;
    unsigned long long value;
    if (c == EOF)
        return EOF;
    begin(&text, item);
    take(source, &text, &c, "+-");
    if (take(source, &text, &c, "0")) {
        digits = 1;
        if ((base == 0 || base == 16) && take(source, &text, &c, "x"))
            base = 16;
        else if (base == 0)
            base = 8;
    }
    while (take(source, &text, &c, base == 16 ? "0123456789abcdef" : base == 8 ? "01234567" : "0123456789"))
        digits = 1;
    unget(source, c);
    text.bytes[text.count] = 0;
    if (!digits)
        return 0;
    if (item->length == 'L')
        value = is_signed ? (unsigned long long)strtoll(text.bytes, NULL, base) : strtoull(text.bytes, NULL, base);
    else
        value = is_signed ? (unsigned long)strtol(text.bytes, NULL, base) : strtoul(text.bytes, NULL, base);
    if (!item->ignore)
        store_integer(where, item->length, value);
    return 1;
}

static int take_word(struct __source *source, struct text *text, int *c, const char *word)
{
    for (; *word; word++) {
        char wanted[2] = {*word, 0};
        if (!take(source, text, c, wanted))
            return 0;
    }
    return 1;
}

static int scan_double(struct __source *source, const struct item *item, void *where)
{
    struct text text;
    int c = skip_space(source), digits = 0;
    const char *alphabet = "0123456789", *exponent = "e";
    if (c == EOF)
        return EOF;
    begin(&text, item);
    take(source, &text, &c, "+-");
    if (tolower(c) == 'i') {
        digits = take_word(source, &text, &c, "inf") && (tolower(c) != 'i' || take_word(source, &text, &c, "inity"));
    } else if (tolower(c) == 'n') {
        digits = take_word(source, &text, &c, "nan");
    } else {
        if (take(source, &text, &c, "0")) {
            digits = 1;
            if (take(source, &text, &c, "x")) {
                alphabet = "0123456789abcdef";
                exponent = "p";
            }
        }
        while (take(source, &text, &c, alphabet))
            digits = 1;
        if (take(source, &text, &c, "."))
            while (take(source, &text, &c, alphabet))
                digits = 1;
        /* As glibc, "1e" counts as 1, with the 'e' taken. */
        if (digits && take(source, &text, &c, exponent)) {
            take(source, &text, &c, "+-");
            while (take(source, &text, &c, "0123456789"))
                continue;
        }
    }
    unget(source, c);
    text.bytes[text.count] = 0;
    if (!digits)
        return 0;
    if (item->ignore)
        return 1;
    if (item->length == 'l')
        *(double *)where = strtod(text.bytes, NULL);
    else
        *(float *)where = strtof(text.bytes, NULL);
    return 1;
}

/* Bytes that are in the set, into memory; with a zero at the end unless it is %c. */
static int scan_bytes(struct __source *source, const struct item *item, const unsigned char *set, int is_char,
                      void *where)
{
    int c = get(source), count = 0, room = INT_MAX, width = item->width;
    char *memory = item->ignore ? NULL : where;
    if (c == EOF)
        return EOF;
    if (is_char && width == INT_MAX)
        width = 1;
    if (item->allocate && !item->ignore) {
        room = 32;
        memory = malloc(room);
    }
    while (c != EOF && count < width && set[c]) {
        if (item->allocate && memory && count + 1 >= room)
            memory = realloc(memory, room *= 2);
        if (memory)
            memory[count] = c;
        count++;
        c = count < width ? get(source) : EOF;
    }
    if (count < width)
        unget(source, c);
    if (count == 0 || (is_char && count < width)) {
        if (item->allocate && !item->ignore)
            free(memory);
        return count && c == EOF ? EOF : 0;
    }
    if (memory && !is_char)
        memory[count] = 0;
    if (item->allocate && !item->ignore)
        *(char **)where = memory;
    return 1;
}

/* "[a-z]", "[^]x]": the set, and the format behind it. */
static const char *parse_set(const char *format, unsigned char set[256])
{
    int invert = *format == '^';
    if (invert)
        format++;
    memset(set, invert, 256);
    do {
        unsigned char first = *format++, last = first;
        if (!first)
            return format - 1;
        if (*format == '-' && format[1] && format[1] != ']') {
            last = format[1];
            format += 2;
        }
        for (int c = first; c <= last; c++)
            set[c] = !invert;
    } while (*format && *format != ']');
    return *format ? format + 1 : format;
}

static const char *parse_item(const char *format, struct item *item)
{
    memset(item, 0, sizeof *item);
    if (*format == '*') {
        item->ignore = 1;
        format++;
    }
    for (; isdigit((unsigned char)*format); format++)
        if (item->width < INT_MAX / 10 - 1)
            item->width = item->width * 10 + (*format - '0');
    if (item->width == 0)
        item->width = INT_MAX;
    if (*format == 'm') {
        item->allocate = 1;
        format++;
    }
    if (*format && strchr("hlqjztL", *format)) {
        item->length = *format == 'j' || *format == 'q' ? 'L' : *format == 'z' || *format == 't' ? 0 : *format;
        format++;
        if (*format == format[-1] && (*format == 'h' || *format == 'l'))
            item->length = *format++ == 'h' ? 'H' : 'L';
    }
    return format;
}

int __scan(struct __source *source, const char *format, va_list arguments)
{
    int stored = 0;
    while (*format) {
        unsigned char set[256];
        struct item item;
        void *where = NULL;
        int c, result;
        char conversion;
        if (isspace((unsigned char)*format)) {
            unget(source, skip_space(source));
            format++;
            continue;
        }
        if (*format != '%' || format[1] == '%') {
            c = *format == '%' ? skip_space(source) : get(source);
            if (c != (unsigned char)*format) {
                unget(source, c);
                return c == EOF && stored == 0 ? EOF : stored;
            }
            format += *format == '%' ? 2 : 1;
            continue;
        }
        format = parse_item(format + 1, &item);
        conversion = *format ? *format++ : 0;
        if (!item.ignore && conversion && strchr("diouxXpcs[nfFeEgGaA", conversion))
            where = va_arg(arguments, void *);
        switch (conversion) {
        case 'd': result = scan_integer(source, &item, 10, 1, where); break;
        case 'i': result = scan_integer(source, &item, 0, 1, where); break;
        case 'u': result = scan_integer(source, &item, 10, 0, where); break;
        case 'o': result = scan_integer(source, &item, 8, 0, where); break;
        case 'x':
        case 'X':
        case 'p': result = scan_integer(source, &item, 16, 0, where); break;
        case 'f': case 'F': case 'e': case 'E': case 'g': case 'G': case 'a': case 'A':
            result = scan_double(source, &item, where);
            break;
        case 'c':
            memset(set, 1, sizeof set);
            result = scan_bytes(source, &item, set, 1, where);
            break;
        case 's':
            unget(source, skip_space(source));
            for (c = 0; c < 256; c++)
                set[c] = !isspace(c);
            result = scan_bytes(source, &item, set, 0, where);
            break;
        case '[':
            format = parse_set(format, set);
            result = scan_bytes(source, &item, set, 0, where);
            break;
        case 'n':
            if (where)
                store_integer(where, item.length, source->count);
            continue;
        default: return stored;
        }
        if (result == EOF)
            return stored ? stored : EOF;
        if (result == 0)
            return stored;
        stored += !item.ignore;
    }
    return stored;
}
