/* Reading characters, lines and blocks. */
#include <bits/stream.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fgetc(FILE *file)
{
    int c;
    flockfile(file);
    c = __stream_get(file);
    funlockfile(file);
    return c;
}

int getc(FILE *file)
{
    return fgetc(file);
}

int getchar(void)
{
    return fgetc(stdin);
}

int getc_unlocked(FILE *file)
{
    return fgetc(file);
}

int getchar_unlocked(void)
{
    return fgetc(stdin);
}

int ungetc(int c, FILE *file)
{
    flockfile(file);
    c = __stream_unget(file, c);
    funlockfile(file);
    return c;
}

char *fgets(char *text, int size, FILE *file)
{
    int length = 0, c = 0;
    if (size <= 0)
        return NULL;
    flockfile(file);
    while (length < size - 1 && c != '\n' && (c = __stream_get(file)) != EOF)
        text[length++] = c;
    funlockfile(file);
    if (length == 0 && size > 1)
        return NULL;
    text[length] = 0;
    return text;
}

size_t fread(void *data, size_t size, size_t count, FILE *file)
{
    unsigned char *bytes = data;
    size_t wanted = size * count, done = 0;
    int c;
    if (wanted == 0)
        return 0;
    flockfile(file);
    while (done < wanted) {
        size_t ready = file->pushed_count ? 0 : file->end - file->start;
        if (ready && !(file->flags & WRITING)) {
            if (ready > wanted - done)
                ready = wanted - done;
            memcpy(bytes + done, file->buffer + file->start, ready);
            file->start += ready;
            done += ready;
        } else if ((c = __stream_get(file)) == EOF) {
            break;
        } else {
            bytes[done++] = c;
        }
    }
    funlockfile(file);
    return done / size;
}

ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *file)
{
    size_t length = 0;
    int c, failed = 0;
    if (!*line)
        *size = 0;
    flockfile(file);
    for (;;) {
        if (length + 2 > *size) {
            size_t larger = *size < 60 ? 120 : *size * 2;
            char *moved = realloc(*line, larger);
            if (!moved) {
                failed = 1;
                break;
            }
            *line = moved;
            *size = larger;
        }
        if ((c = __stream_get(file)) == EOF)
            break;
        (*line)[length++] = c;
        if (c == delimiter)
            break;
    }
    funlockfile(file);
    if (failed || length == 0)
        return -1;
    (*line)[length] = 0;
    return length;
}

ssize_t getline(char **line, size_t *size, FILE *file)
{
    return getdelim(line, size, '\n', file);
}
