/* Opening, closing and setting up streams. */
#include <bits/internal.h>
#include <bits/stream.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* "r", "w+", "ab" … → flags for open, or -1. */
static int open_flags(const char *mode)
{
    int flags;
    switch (*mode) {
    case 'r': flags = O_RDONLY; break;
    case 'w': flags = O_WRONLY | O_CREAT | O_TRUNC; break;
    case 'a': flags = O_WRONLY | O_CREAT | O_APPEND; break;
    default: errno = EINVAL; return -1;
    }
    for (mode++; *mode; mode++)
        switch (*mode) {
        case '+': flags = (flags & ~O_ACCMODE) | O_RDWR; break;
        case 'x': flags |= O_EXCL; break;
        case 'e': flags |= O_CLOEXEC; break;
        }
    return flags;
}

static int stream_flags(int open_flags)
{
    switch (open_flags & O_ACCMODE) {
    case O_RDONLY: return MAY_READ;
    case O_WRONLY: return MAY_WRITE;
    default: return MAY_READ | MAY_WRITE;
    }
}

FILE *fdopen(int fd, const char *mode)
{
    int flags = open_flags(mode);
    FILE *file;
    if (flags < 0)
        return NULL;
    file = __heap_take(sizeof *file + BUFSIZ);
    if (!file) {
        errno = ENOMEM;
        return NULL;
    }
    memset(file, 0, sizeof *file);
    file->fd = fd;
    file->mode = _IOFBF;
    file->flags = stream_flags(flags) | ALLOCATED;
    file->buffer = (unsigned char *)(file + 1);
    file->capacity = BUFSIZ;
    __stream_register(file);
    return file;
}

FILE *fopen(const char *path, const char *mode)
{
    int flags = open_flags(mode);
    int fd = flags < 0 ? -1 : open(path, flags, 0666);
    FILE *file = fd < 0 ? NULL : fdopen(fd, mode);
    if (!file && fd >= 0)
        close(fd);
    return file;
}

FILE *freopen(const char *path, const char *mode, FILE *file)
{
    int flags = open_flags(mode);
    int fd;
    flockfile(file);
    __stream_flush(file);
    fd = flags < 0 || !path ? -1 : open(path, flags, 0666);
    if (fd >= 0 && fd != file->fd) {
        dup2(fd, file->fd);
        close(fd);
    }
    file->flags = (file->flags & ALLOCATED) | stream_flags(flags);
    funlockfile(file);
    return fd < 0 ? NULL : file;
}

int fclose(FILE *file)
{
    int result;
    flockfile(file);
    result = __stream_flush(file);
    if (close(file->fd) < 0)
        result = EOF;
    file->flags &= ~(MAY_READ | MAY_WRITE | WRITING);
    funlockfile(file);
    if (file->flags & ALLOCATED) {
        __stream_forget(file);
        __heap_give(file);
    }
    return result;
}

/* The buffer stays the library's own; only the mode is taken. stdout always shows whole lines at once. */
int setvbuf(FILE *file, char *buffer, int mode, size_t size)
{
    (void)buffer;
    (void)size;
    if (mode != _IOFBF && mode != _IOLBF && mode != _IONBF)
        return -1;
    flockfile(file);
    if (!(file == stdout && mode == _IOFBF))
        file->mode = mode;
    funlockfile(file);
    return 0;
}

void setbuf(FILE *file, char *buffer)
{
    setvbuf(file, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ);
}

void setlinebuf(FILE *file)
{
    setvbuf(file, NULL, _IOLBF, 0);
}

int fileno(FILE *file)
{
    return file->fd;
}

int feof(FILE *file)
{
    return (file->flags & END) != 0;
}

int ferror(FILE *file)
{
    return (file->flags & ERROR) != 0;
}

void clearerr(FILE *file)
{
    file->flags &= ~(END | ERROR);
}

int remove(const char *path)
{
    int before = errno;
    if (unlink(path) == 0)
        return 0;
    if (errno != EISDIR)
        return -1;
    errno = before;
    return rmdir(path);
}
