/* The inside of streams, for the files of stdio. The caller holds the stream's lock. */
#ifndef _BITS_STREAM_H
#define _BITS_STREAM_H

#include <stdio.h>

/* FILE.flags */
#define MAY_READ 1
#define MAY_WRITE 2
#define WRITING 4 /* the buffer holds unwritten bytes */
#define END 8 /* end of file met */
#define ERROR 16
#define ALLOCATED 32 /* FILE and buffer came from the heap */

int __stream_begin_write(FILE *file);
int __stream_put(FILE *file, const char *bytes, size_t count);
int __stream_finish(FILE *file); /* end of an output operation: write what must not stay */
int __stream_get(FILE *file);
int __stream_unget(FILE *file, int c);
int __stream_flush(FILE *file);
void __stream_register(FILE *file);
void __stream_forget(FILE *file);

#endif
