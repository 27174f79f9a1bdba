/* Writing characters, strings and blocks. */
#include <bits/stream.h>
#include <stdio.h>
#include <string.h>

static int put(FILE *file, const char *bytes, size_t count)
{
    return __stream_put(file, bytes, count) | __stream_finish(file);
}

int fputc(int c, FILE *file)
{
    char byte = c;
    int failed;
    flockfile(file);
    failed = put(file, &byte, 1);
    funlockfile(file);
    return failed ? EOF : (unsigned char)c;
}

int putc(int c, FILE *file)
{
    return fputc(c, file);
}

int putchar(int c)
{
    return fputc(c, stdout);
}

int putc_unlocked(int c, FILE *file)
{
    return fputc(c, file);
}

int putchar_unlocked(int c)
{
    return fputc(c, stdout);
}

int fputs(const char *text, FILE *file)
{
    int failed;
    flockfile(file);
    failed = put(file, text, strlen(text));
    funlockfile(file);
    return failed ? EOF : 1;
}

int puts(const char *text)
{
    int failed;
    flockfile(stdout);
    failed = __stream_put(stdout, text, strlen(text)) | put(stdout, "\n", 1);
    funlockfile(stdout);
    return failed ? EOF : (int)strlen(text) + 1;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file)
{
    int failed;
    if (size == 0 || count == 0)
        return 0;
    flockfile(file);
    failed = put(file, data, size * count);
    funlockfile(file);
    return failed ? 0 : count;
}
