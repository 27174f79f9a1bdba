/* Parts of path names (POSIX). */
#include <libgen.h>
#include <stddef.h>
#include <string.h>

char *basename(char *path)
{
    size_t length = path ? strlen(path) : 0;
    char *slash;
    if (length == 0)
        return ".";
    while (length > 1 && path[length - 1] == '/')
        path[--length] = 0;
    slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

char *dirname(char *path)
{
    size_t length = path ? strlen(path) : 0;
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0)
        return ".";
    path[length] = 0;
    return path;
}
