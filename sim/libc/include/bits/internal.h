/* What the parts of the C library share among themselves; no program includes this. */
#ifndef _BITS_INTERNAL_H
#define _BITS_INTERNAL_H

#include <bits/syscall.h>
#include <bits/types.h>
#include <stdarg.h>

/* runtime/result.c: -errno from the kernel → errno and -1. */
long __result(long value);

/* runtime/lock.c: the locks around the library's own data. 0 is free. */
void __lock(int *lock);
void __unlock(int *lock);

/* Says that what comes now depends on which thread comes first: a check looks at each order. `what` is a word
 * of the library's own that stands for it. Not for what programs do not see. */
#define __ordered(what) __builtin_syscall(SYS_ordered, what)

/* stdlib/malloc.c: memory of the library itself, not reported as the program's heap blocks. */
void *__heap_take(size_t size);
void __heap_give(void *block);
void __heap_forked(void); /* in the child */

/* unistd/memory.c: moves the end of the heap; its old end, or NULL. */
void *__more_heap(long size);

/* runtime/start.c: the last part of argv[0], for messages. */
extern const char *__program_name;

/* pthread/specific.c sets it as soon as there is a destructor to run at a thread's end. */
extern void (*__thread_exit_hook)(void);

/* stdio/format.c: the printf family's common part. Output goes to a file or to memory. */
struct __sink {
    struct __FILE *file; /* NULL: to memory */
    char *memory;
    size_t room; /* bytes that still fit into memory */
    size_t count; /* bytes made so far, whether they fitted or not */
};
void __sink_put(struct __sink *sink, const char *bytes, size_t count);
void __sink_fill(struct __sink *sink, char byte, int count);
int __format(struct __sink *sink, const char *format, va_list arguments);

/* How one conversion is to be laid out. */
struct __spec {
    int left, plus, space, alternate, zero;
    int width;
    int precision; /* -1: none given */
};
void __format_double(struct __sink *sink, const struct __spec *spec, char conversion, double value);

/* stdio/decimal.c: a finite double as exact decimal digits. */
#define __DECIMAL_DIGITS 1120
struct __decimal {
    int count; /* digits, without leading zeros; 0 for zero */
    int point; /* the decimal point stands after this many digits; may be negative */
    char digits[__DECIMAL_DIGITS]; /* '0' … '9' */
};
void __decimal_from_double(struct __decimal *decimal, double value);
void __decimal_round(struct __decimal *decimal, int digits);

/* stdio/scan.c: the scanf family's common part. Input comes from a file or from memory. */
struct __source {
    struct __FILE *file; /* NULL: from memory */
    const char *text;
    int count; /* bytes taken so far */
};
int __scan(struct __source *source, const char *format, va_list arguments);

#endif
