/* String handling (C17 7.24, POSIX). */
#ifndef _STRING_H
#define _STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *mempcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int byte, size_t count);
int memcmp(const void *a, const void *b, size_t count);
void *memchr(const void *bytes, int byte, size_t count);
void *memrchr(const void *bytes, int byte, size_t count);
void *memmem(const void *bytes, size_t count, const void *part, size_t part_count);
void *memccpy(void *restrict to, const void *restrict from, int stop, size_t count);

size_t strlen(const char *string);
size_t strnlen(const char *string, size_t most);
char *strcpy(char *restrict to, const char *restrict from);
char *strncpy(char *restrict to, const char *restrict from, size_t count);
char *stpcpy(char *restrict to, const char *restrict from);
char *stpncpy(char *restrict to, const char *restrict from, size_t count);
char *strcat(char *restrict to, const char *restrict from);
char *strncat(char *restrict to, const char *restrict from, size_t count);
size_t strlcpy(char *restrict to, const char *restrict from, size_t size);
size_t strlcat(char *restrict to, const char *restrict from, size_t size);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t count);
int strcoll(const char *a, const char *b);
size_t strxfrm(char *restrict to, const char *restrict from, size_t count);
char *strchr(const char *string, int c);
char *strchrnul(const char *string, int c);
char *strrchr(const char *string, int c);
char *strstr(const char *string, const char *part);
char *strcasestr(const char *string, const char *part);
size_t strspn(const char *string, const char *accept);
size_t strcspn(const char *string, const char *reject);
char *strpbrk(const char *string, const char *accept);
char *strtok(char *restrict string, const char *restrict delimiters);
char *strtok_r(char *restrict string, const char *restrict delimiters, char **restrict rest);
char *strsep(char **string, const char *delimiters);
char *strdup(const char *string);
char *strndup(const char *string, size_t most);

char *strerror(int number);
int strerror_r(int number, char *buffer, size_t size);
char *strsignal(int number);

#include <strings.h>

#endif
