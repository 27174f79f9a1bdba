/* The scanf family: where the bytes for __scan come from. */
#include <bits/internal.h>
#include <stdio.h>

int vfscanf(FILE *file, const char *format, va_list arguments)
{
    struct __source source = {.file = file};
    int count;
    flockfile(file);
    count = __scan(&source, format, arguments);
    funlockfile(file);
    return count;
}

int vsscanf(const char *text, const char *format, va_list arguments)
{
    struct __source source = {.text = text};
    return __scan(&source, format, arguments);
}

int vscanf(const char *format, va_list arguments)
{
    return vfscanf(stdin, format, arguments);
}

int scanf(const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vfscanf(stdin, format, arguments);
    va_end(arguments);
    return count;
}

int fscanf(FILE *file, const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vfscanf(file, format, arguments);
    va_end(arguments);
    return count;
}

int sscanf(const char *text, const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vsscanf(text, format, arguments);
    va_end(arguments);
    return count;
}
