/* Environment variables. */
#include <bits/internal.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The array that the library made; the first one is the kernel's. */
static char **own;

static char **find(const char *name, size_t length)
{
    for (char **entry = environ; entry && *entry; entry++)
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return entry;
    return NULL;
}

char *getenv(const char *name)
{
    size_t length = strlen(name);
    char **entry = find(name, length);
    return entry ? *entry + length + 1 : NULL;
}

static int set(char *string, size_t name_length)
{
    char **entry = find(string, name_length);
    size_t count = 0;
    char **larger;
    if (entry) {
        *entry = string;
        return 0;
    }
    while (environ && environ[count])
        count++;
    larger = __heap_take((count + 2) * sizeof *larger);
    if (!larger) {
        errno = ENOMEM;
        return -1;
    }
    for (size_t i = 0; i < count; i++)
        larger[i] = environ[i];
    larger[count] = string;
    larger[count + 1] = NULL;
    if (own)
        __heap_give(own);
    own = environ = larger;
    return 0;
}

int putenv(char *string)
{
    char *equals = strchr(string, '=');
    return equals ? set(string, equals - string) : unsetenv(string);
}

int setenv(const char *name, const char *value, int overwrite)
{
    size_t length = strlen(name), value_length = strlen(value);
    char *string;
    if (length == 0 || strchr(name, '=')) {
        errno = EINVAL;
        return -1;
    }
    if (!overwrite && find(name, length))
        return 0;
    string = __heap_take(length + value_length + 2);
    if (!string) {
        errno = ENOMEM;
        return -1;
    }
    memcpy(string, name, length);
    string[length] = '=';
    memcpy(string + length + 1, value, value_length + 1);
    return set(string, length);
}

int unsetenv(const char *name)
{
    size_t length = strlen(name);
    char **entry;
    if (length == 0 || strchr(name, '=')) {
        errno = EINVAL;
        return -1;
    }
    while ((entry = find(name, length)))
        do
            entry[0] = entry[1];
        while (*entry++);
    return 0;
}

int clearenv(void)
{
    environ = NULL;
    return 0;
}

/* There is no shell. */
int system(const char *command)
{
    if (!command)
        return 0;
    errno = ENOSYS;
    return -1;
}
