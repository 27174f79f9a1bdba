/* Lengths and copies of strings. */
#include <stdlib.h>
#include <string.h>

size_t strlen(const char *string)
{
    const char *end = string;
    while (*end)
        end++;
    return end - string;
}

size_t strnlen(const char *string, size_t most)
{
    size_t length = 0;
    while (length < most && string[length])
        length++;
    return length;
}

char *stpcpy(char *restrict to, const char *restrict from)
{
    while ((*to = *from++))
        to++;
    return to;
}

char *strcpy(char *restrict to, const char *restrict from)
{
    stpcpy(to, from);
    return to;
}

/* Always writes count bytes: the string, then zeros; no zero if the string is too long. */
char *stpncpy(char *restrict to, const char *restrict from, size_t count)
{
    for (; count && *from; count--)
        *to++ = *from++;
    memset(to, 0, count);
    return to;
}

char *strncpy(char *restrict to, const char *restrict from, size_t count)
{
    stpncpy(to, from, count);
    return to;
}

char *strcat(char *restrict to, const char *restrict from)
{
    stpcpy(to + strlen(to), from);
    return to;
}

char *strncat(char *restrict to, const char *restrict from, size_t count)
{
    char *end = to + strlen(to);
    for (; count && *from; count--)
        *end++ = *from++;
    *end = 0;
    return to;
}

size_t strlcpy(char *restrict to, const char *restrict from, size_t size)
{
    size_t length = strlen(from);
    if (size) {
        size_t fits = length < size ? length : size - 1;
        memcpy(to, from, fits);
        to[fits] = 0;
    }
    return length;
}

size_t strlcat(char *restrict to, const char *restrict from, size_t size)
{
    size_t used = strnlen(to, size);
    return used + (used < size ? strlcpy(to + used, from, size - used) : strlen(from));
}

size_t strxfrm(char *restrict to, const char *restrict from, size_t count)
{
    return strlcpy(to, from, count);
}

char *strndup(const char *string, size_t most)
{
    size_t length = strnlen(string, most);
    char *copy = malloc(length + 1);
    if (copy) {
        memcpy(copy, string, length);
        copy[length] = 0;
    }
    return copy;
}

char *strdup(const char *string)
{
    return strndup(string, strlen(string));
}
