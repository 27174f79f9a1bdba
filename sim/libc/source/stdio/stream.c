/* Streams: buffers between a program and its file descriptors.
 *
 * stdout is line-buffered always, whatever it is connected to: at the end of each operation everything
 * up to the last newline is written, with one system call. stderr is written at the end of each
 * operation, files when their buffer is full or closed. A buffer holds either unread or unwritten bytes.
 */
#include <bits/stream.h>
#include <bits/internal.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned char stdin_buffer[BUFSIZ], stdout_buffer[BUFSIZ], stderr_buffer[128];

static FILE files[3] = {
    {.fd = 0, .mode = _IOFBF, .flags = MAY_READ, .buffer = stdin_buffer, .capacity = BUFSIZ},
    {.fd = 1, .mode = _IOLBF, .flags = MAY_WRITE, .buffer = stdout_buffer, .capacity = BUFSIZ},
    {.fd = 2, .mode = _IONBF, .flags = MAY_WRITE, .buffer = stderr_buffer, .capacity = sizeof stderr_buffer},
};

#undef stdin
#undef stdout
#undef stderr
FILE *stdin = &files[0];
FILE *stdout = &files[1];
FILE *stderr = &files[2];

static int list_lock;
static FILE *open_files; /* without the three above */

/* A thread is known by the address of its errno. */
void flockfile(FILE *file)
{
    if (file->owner != &errno) {
        if (file != stdout && file != stderr)
            __ordered(&file->lock);
        __lock(&file->lock);
        file->owner = &errno;
    }
    file->depth++;
}

int ftrylockfile(FILE *file)
{
    if (file->owner != &errno) {
        __ordered(&file->lock);
        if (__atomic_exchange_n(&file->lock, 1, 5))
            return -1;
        file->owner = &errno;
    }
    file->depth++;
    return 0;
}

void funlockfile(FILE *file)
{
    if (--file->depth == 0) {
        file->owner = NULL;
        __unlock(&file->lock);
    }
}

/* Writes the first count bytes of the buffer; what follows them moves to the front. */
static int write_out(FILE *file, size_t count)
{
    size_t done = 0;
    while (done < count) {
        ssize_t n = write(file->fd, file->buffer + done, count - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            file->flags |= ERROR;
            file->end = file->newline = 0;
            return EOF;
        }
        done += n;
    }
    memmove(file->buffer, file->buffer + count, file->end - count);
    file->end -= count;
    file->newline = 0;
    return 0;
}

/* Unread bytes are given back to the file, if it can seek. */
static void drop_input(FILE *file)
{
    size_t unread = file->end - file->start + file->pushed_count;
    int before = errno;
    if (unread)
        lseek(file->fd, -(off_t)unread, SEEK_CUR);
    errno = before;
    file->start = file->end = 0;
    file->pushed_count = 0;
}

int __stream_flush(FILE *file)
{
    if (file->flags & WRITING)
        return write_out(file, file->end);
    drop_input(file);
    return 0;
}

int __stream_begin_write(FILE *file)
{
    if (file->flags & WRITING)
        return 0;
    if (!(file->flags & MAY_WRITE)) {
        errno = EBADF;
        file->flags |= ERROR;
        return EOF;
    }
    drop_input(file);
    file->flags = (file->flags | WRITING) & ~END;
    return 0;
}

int __stream_put(FILE *file, const char *bytes, size_t count)
{
    if (__stream_begin_write(file))
        return EOF;
    while (count) {
        size_t room = file->capacity - file->end;
        size_t now = count < room ? count : room;
        memcpy(file->buffer + file->end, bytes, now);
        if (file->mode == _IOLBF)
            for (size_t i = now; i > 0; i--)
                if (bytes[i - 1] == '\n') {
                    file->newline = file->end + i;
                    break;
                }
        file->end += now;
        bytes += now;
        count -= now;
        if (file->end == file->capacity && write_out(file, file->end))
            return EOF;
    }
    return 0;
}

int __stream_finish(FILE *file)
{
    if (file->mode == _IOLBF && file->newline)
        return write_out(file, file->newline);
    if (file->mode == _IONBF && file->end)
        return write_out(file, file->end);
    return 0;
}

int __stream_get(FILE *file)
{
    if (file->pushed_count)
        return file->pushed[--file->pushed_count];
    if (file->flags & WRITING) {
        write_out(file, file->end);
        file->flags &= ~WRITING;
    }
    if (file->start == file->end) {
        ssize_t n;
        if (!(file->flags & MAY_READ)) {
            errno = EBADF;
            file->flags |= ERROR;
            return EOF;
        }
        if (file == stdin) {
            /* The question is seen before the answer is read. */
            flockfile(stdout);
            if (stdout->flags & WRITING)
                write_out(stdout, stdout->end);
            funlockfile(stdout);
        }
        do
            n = read(file->fd, file->buffer, file->mode == _IONBF ? 1 : file->capacity);
        while (n < 0 && errno == EINTR);
        file->start = 0;
        file->end = n > 0 ? n : 0;
        if (n <= 0) {
            file->flags |= n == 0 ? END : ERROR;
            return EOF;
        }
    }
    return file->buffer[file->start++];
}

int __stream_unget(FILE *file, int c)
{
    if (c == EOF || file->pushed_count == sizeof file->pushed)
        return EOF;
    file->pushed[file->pushed_count++] = c;
    file->flags &= ~END;
    return (unsigned char)c;
}

int fflush(FILE *file)
{
    int result = 0;
    if (file) {
        flockfile(file);
        result = __stream_flush(file);
        funlockfile(file);
        return result;
    }
    __lock(&list_lock);
    for (int i = 1; i < 3; i++)
        result |= fflush(&files[i]);
    for (file = open_files; file; file = file->next)
        if (file->flags & WRITING)
            result |= fflush(file);
    __unlock(&list_lock);
    return result;
}

void __stream_register(FILE *file)
{
    __lock(&list_lock);
    file->next = open_files;
    open_files = file;
    __unlock(&list_lock);
}

void __stream_forget(FILE *file)
{
    __lock(&list_lock);
    for (FILE **link = &open_files; *link; link = &(*link)->next)
        if (*link == file) {
            *link = file->next;
            break;
        }
    __unlock(&list_lock);
}
