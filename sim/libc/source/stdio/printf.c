/* The printf family: where the bytes of __format go. */
#include <bits/internal.h>
#include <bits/stream.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int vfprintf(FILE *file, const char *format, va_list arguments)
{
    struct __sink sink = {.file = file};
    int error, count = EOF;
    flockfile(file);
    error = file->flags & ERROR;
    file->flags &= ~ERROR;
    if (__stream_begin_write(file) == 0) {
        count = __format(&sink, format, arguments);
        __stream_finish(file);
    }
    if (file->flags & ERROR)
        count = EOF;
    file->flags |= error;
    funlockfile(file);
    return count;
}

int vsnprintf(char *text, size_t size, const char *format, va_list arguments)
{
    struct __sink sink = {.memory = text, .room = size ? size - 1 : 0};
    int count = __format(&sink, format, arguments);
    if (size)
        *sink.memory = 0;
    return count;
}

int vsprintf(char *text, const char *format, va_list arguments)
{
    return vsnprintf(text, INT_MAX, format, arguments);
}

int vasprintf(char **text, const char *format, va_list arguments)
{
    va_list again;
    int count;
    va_copy(again, arguments);
    count = vsnprintf(NULL, 0, format, again);
    va_end(again);
    *text = count < 0 ? NULL : malloc(count + 1);
    return *text ? vsprintf(*text, format, arguments) : -1;
}

int vdprintf(int fd, const char *format, va_list arguments)
{
    unsigned char buffer[128];
    FILE file = {.fd = fd, .mode = _IONBF, .flags = MAY_WRITE, .buffer = buffer, .capacity = sizeof buffer};
    return vfprintf(&file, format, arguments);
}

int vprintf(const char *format, va_list arguments)
{
    return vfprintf(stdout, format, arguments);
}

int printf(const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return count;
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vfprintf(file, format, arguments);
    va_end(arguments);
    return count;
}

int dprintf(int fd, const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vdprintf(fd, format, arguments);
    va_end(arguments);
    return count;
}

int sprintf(char *text, const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vsprintf(text, format, arguments);
    va_end(arguments);
    return count;
}

int snprintf(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return count;
}

int asprintf(char **text, const char *format, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, format);
    count = vasprintf(text, format, arguments);
    va_end(arguments);
    return count;
}
