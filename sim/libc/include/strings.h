/* Older and case-blind string operations (POSIX). */
#ifndef _STRINGS_H
#define _STRINGS_H

#include <stddef.h>

int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t count);
int ffs(int value);
void bzero(void *to, size_t count);
void bcopy(const void *from, void *to, size_t count);
int bcmp(const void *a, const void *b, size_t count);
char *index(const char *string, int c);
char *rindex(const char *string, int c);

#endif
