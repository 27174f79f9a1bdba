/* Strings of wide characters. */
#include <string.h>
#include <wchar.h>

size_t wcsnlen(const wchar_t *string, size_t most)
{
    size_t length = 0;
    while (length < most && string[length])
        length++;
    return length;
}

size_t wcslen(const wchar_t *string)
{
    return wcsnlen(string, -1);
}

wchar_t *wmemcpy(wchar_t *restrict to, const wchar_t *restrict from, size_t count)
{
    return memcpy(to, from, count * sizeof *to);
}

wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count)
{
    return memmove(to, from, count * sizeof *to);
}

wchar_t *wmemset(wchar_t *to, wchar_t character, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = character;
    return to;
}

wchar_t *wmemchr(const wchar_t *from, wchar_t character, size_t count)
{
    for (; count > 0; count--, from++)
        if (*from == character)
            return (wchar_t *)from;
    return NULL;
}

int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    for (; count > 0; count--, a++, b++)
        if (*a != *b)
            return *a < *b ? -1 : 1;
    return 0;
}

wchar_t *wcscpy(wchar_t *restrict to, const wchar_t *restrict from)
{
    return wmemcpy(to, from, wcslen(from) + 1);
}

wchar_t *wcsncpy(wchar_t *restrict to, const wchar_t *restrict from, size_t count)
{
    size_t length = wcsnlen(from, count);
    wmemcpy(to, from, length);
    wmemset(to + length, 0, count - length);
    return to;
}

wchar_t *wcsncat(wchar_t *restrict to, const wchar_t *restrict from, size_t count)
{
    size_t length = wcsnlen(from, count);
    wchar_t *end = to + wcslen(to);
    wmemcpy(end, from, length);
    end[length] = 0;
    return to;
}

wchar_t *wcscat(wchar_t *restrict to, const wchar_t *restrict from)
{
    wcscpy(to + wcslen(to), from);
    return to;
}

int wcsncmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    for (; count > 0; count--, a++, b++)
        if (*a != *b || !*a)
            return *a < *b ? -1 : *a > *b;
    return 0;
}

int wcscmp(const wchar_t *a, const wchar_t *b)
{
    return wcsncmp(a, b, -1);
}

wchar_t *wcschr(const wchar_t *string, wchar_t character)
{
    return wmemchr(string, character, wcslen(string) + 1);
}

wchar_t *wcsrchr(const wchar_t *string, wchar_t character)
{
    for (const wchar_t *at = string + wcslen(string); ; at--) {
        if (*at == character)
            return (wchar_t *)at;
        if (at == string)
            return NULL;
    }
}

wchar_t *wcsstr(const wchar_t *string, const wchar_t *part)
{
    size_t length = wcslen(part);
    for (;; string++) {
        if (wcsncmp(string, part, length) == 0)
            return (wchar_t *)string;
        if (!*string)
            return NULL;
    }
}
