/* Searching in strings, and cutting them into tokens. */
#include <string.h>
#include <strings.h>

char *strchrnul(const char *string, int c)
{
    while (*string && *string != (char)c)
        string++;
    return (char *)string;
}

char *strchr(const char *string, int c)
{
    char *found = strchrnul(string, c);
    return *found == (char)c ? found : NULL;
}

char *strrchr(const char *string, int c)
{
    const char *found = NULL;
    do {
        if (*string == (char)c)
            found = string;
    } while (*string++);
    return (char *)found;
}

char *index(const char *string, int c)
{
    return strchr(string, c);
}

char *rindex(const char *string, int c)
{
    return strrchr(string, c);
}

char *strstr(const char *string, const char *part)
{
    size_t length = strlen(part);
    if (length == 0)
        return (char *)string;
    while ((string = strchr(string, *part))) {
        if (strncmp(string, part, length) == 0)
            return (char *)string;
        string++;
    }
    return NULL;
}

char *strcasestr(const char *string, const char *part)
{
    size_t length = strlen(part);
    do {
        if (strncasecmp(string, part, length) == 0)
            return (char *)string;
    } while (*string++);
    return NULL;
}

size_t strspn(const char *string, const char *accept)
{
    size_t length = 0;
    while (string[length] && strchr(accept, string[length]))
        length++;
    return length;
}

size_t strcspn(const char *string, const char *reject)
{
    size_t length = 0;
    while (string[length] && !strchr(reject, string[length]))
        length++;
    return length;
}

char *strpbrk(const char *string, const char *accept)
{
    string += strcspn(string, accept);
    return *string ? (char *)string : NULL;
}

char *strsep(char **string, const char *delimiters)
{
    char *token = *string;
    if (token) {
        char *end = token + strcspn(token, delimiters);
        *string = NULL;
        if (*end) {
            *end = 0;
            *string = end + 1;
        }
    }
    return token;
}

char *strtok_r(char *restrict string, const char *restrict delimiters, char **restrict rest)
{
    char *token = string ? string : *rest;
    if (!token)
        return NULL;
    token += strspn(token, delimiters);
    if (!*token) {
        *rest = token;
        return NULL;
    }
    string = token + strcspn(token, delimiters);
    if (*string)
        *string++ = 0;
    *rest = string;
    return token;
}

/* Not for threads: all share the position. */
char *strtok(char *restrict string, const char *restrict delimiters)
{
    static char *rest;
    return strtok_r(string, delimiters, &rest);
}
