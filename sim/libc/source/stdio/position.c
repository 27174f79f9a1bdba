/* The position in a stream. */
#include <bits/internal.h>
#include <bits/stream.h>
#include <errno.h>
#include <unistd.h>

int fseeko(FILE *file, off_t offset, int whence)
{
    int result = 0;
    flockfile(file);
    /* Afterwards the kernel's position is the program's. */
    if (__stream_flush(file))
        result = -1;
    file->flags &= ~WRITING;
    if (lseek(file->fd, offset, whence) < 0)
        result = -1;
    else
        file->flags &= ~END;
    funlockfile(file);
    return result;
}

off_t ftello(FILE *file)
{
    off_t position;
    flockfile(file);
    position = lseek(file->fd, 0, SEEK_CUR);
    if (position >= 0)
        position += file->flags & WRITING ? (off_t)file->end : -(off_t)(file->end - file->start + file->pushed_count);
    funlockfile(file);
    return position;
}

int fseek(FILE *file, long offset, int whence)
{
    return fseeko(file, offset, whence);
}

long ftell(FILE *file)
{
    return ftello(file);
}

void rewind(FILE *file)
{
    fseeko(file, 0, SEEK_SET);
    clearerr(file);
}

int fgetpos(FILE *file, fpos_t *position)
{
    long now = ftell(file);
    if (now < 0)
        return -1;
    *position = now;
    return 0;
}

int fsetpos(FILE *file, const fpos_t *position)
{
    return fseek(file, *position, SEEK_SET);
}
