/* Error messages to stderr (BSD): with the program's name, and errno's text. */
#include <bits/internal.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void message(int with_errno, const char *format, va_list arguments)
{
    int number = errno;
    flockfile(stderr);
    fprintf(stderr, "%s: ", __program_name);
    if (format)
        vfprintf(stderr, format, arguments);
    if (with_errno)
        fprintf(stderr, format ? ": %s\n" : "%s\n", strerror(number));
    else
        fputs("\n", stderr);
    funlockfile(stderr);
}

void warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    message(1, format, arguments);
    va_end(arguments);
}

void warnx(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    message(0, format, arguments);
    va_end(arguments);
}

void err(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    message(1, format, arguments);
    exit(status);
}

void errx(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    message(0, format, arguments);
    exit(status);
}
