/* Comparisons of strings, as unsigned bytes. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

int strncmp(const char *a, const char *b, size_t count)
{
    for (; count; count--, a++, b++) {
        int difference = (unsigned char)*a - (unsigned char)*b;
        if (difference || !*a)
            return difference;
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

int strcoll(const char *a, const char *b)
{
    return strcmp(a, b);
}

int strncasecmp(const char *a, const char *b, size_t count)
{
    for (; count; count--, a++, b++) {
        int difference = tolower((unsigned char)*a) - tolower((unsigned char)*b);
        if (difference || !*a)
            return difference;
    }
    return 0;
}

int strcasecmp(const char *a, const char *b)
{
    return strncasecmp(a, b, SIZE_MAX);
}
