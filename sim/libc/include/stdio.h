/* Input and output (C17 7.21, POSIX). stdout is line-buffered always, stderr unbuffered. */
#ifndef _STDIO_H
#define _STDIO_H

#include <stdarg.h>
#include <stddef.h>

#define EOF (-1)
#define BUFSIZ 1024
#define FILENAME_MAX 4096
#define FOPEN_MAX 16
#define L_tmpnam 20
#define TMP_MAX 308915776

#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

/* A stream. Its members are the library's own. */
typedef struct __FILE {
    int fd;
    int mode; /* _IOFBF, _IOLBF or _IONBF */
    int flags; /* see stdio/stream.c */
    unsigned char *buffer;
    size_t capacity;
    size_t start; /* reading: next unread byte */
    size_t end; /* one past the last byte in the buffer */
    size_t newline; /* writing, line-buffered: one past the last newline in the buffer */
    unsigned char pushed[4]; /* ungetc */
    int pushed_count;
    int lock;
    void *owner; /* the thread in flockfile, by the address of its errno */
    int depth; /* how often it has it */
    struct __FILE *next; /* open files are in a list */
} FILE;

typedef long fpos_t;

extern FILE *stdin;
extern FILE *stdout;
extern FILE *stderr;
#define stdin stdin
#define stdout stdout
#define stderr stderr

FILE *fopen(const char *path, const char *mode);
FILE *tmpfile(void);
char *tmpnam(char *name);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *path, const char *mode, FILE *file);
int fclose(FILE *file);
int fflush(FILE *file);
void setbuf(FILE *file, char *buffer);
int setvbuf(FILE *file, char *buffer, int mode, size_t size);
void setlinebuf(FILE *file);
int fileno(FILE *file);
int feof(FILE *file);
int ferror(FILE *file);
void clearerr(FILE *file);
void flockfile(FILE *file);
int ftrylockfile(FILE *file);
void funlockfile(FILE *file);

int printf(const char *format, ...);
int fprintf(FILE *file, const char *format, ...);
int dprintf(int fd, const char *format, ...);
int sprintf(char *text, const char *format, ...);
int snprintf(char *text, size_t size, const char *format, ...);
int asprintf(char **text, const char *format, ...);
int vprintf(const char *format, va_list arguments);
int vfprintf(FILE *file, const char *format, va_list arguments);
int vdprintf(int fd, const char *format, va_list arguments);
int vsprintf(char *text, const char *format, va_list arguments);
int vsnprintf(char *text, size_t size, const char *format, va_list arguments);
int vasprintf(char **text, const char *format, va_list arguments);

int scanf(const char *format, ...);
int fscanf(FILE *file, const char *format, ...);
int sscanf(const char *text, const char *format, ...);
int vscanf(const char *format, va_list arguments);
int vfscanf(FILE *file, const char *format, va_list arguments);
int vsscanf(const char *text, const char *format, va_list arguments);

int fputc(int c, FILE *file);
int putc(int c, FILE *file);
int putchar(int c);
int putc_unlocked(int c, FILE *file);
int putchar_unlocked(int c);
int fputs(const char *text, FILE *file);
int puts(const char *text);
size_t fwrite(const void *data, size_t size, size_t count, FILE *file);

int fgetc(FILE *file);
int getc(FILE *file);
int getchar(void);
int getc_unlocked(FILE *file);
int getchar_unlocked(void);
int ungetc(int c, FILE *file);
char *fgets(char *text, int size, FILE *file);
size_t fread(void *data, size_t size, size_t count, FILE *file);
ssize_t getline(char **line, size_t *size, FILE *file);
ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *file);

int fseek(FILE *file, long offset, int whence);
long ftell(FILE *file);
int fseeko(FILE *file, off_t offset, int whence);
off_t ftello(FILE *file);
void rewind(FILE *file);
int fgetpos(FILE *file, fpos_t *position);
int fsetpos(FILE *file, const fpos_t *position);

void perror(const char *text);
int remove(const char *path);

#endif
