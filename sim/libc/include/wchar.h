/* Wide characters (C17 7.29): strings of them. Not here: wide streams, conversion states. */
#ifndef _WCHAR_H
#define _WCHAR_H

#include <stddef.h>
#include <stdint.h>

typedef unsigned int wint_t;

#define WEOF 0xffffffffu

size_t wcslen(const wchar_t *string);
size_t wcsnlen(const wchar_t *string, size_t most);
wchar_t *wcscpy(wchar_t *restrict to, const wchar_t *restrict from);
wchar_t *wcsncpy(wchar_t *restrict to, const wchar_t *restrict from, size_t count);
wchar_t *wcscat(wchar_t *restrict to, const wchar_t *restrict from);
wchar_t *wcsncat(wchar_t *restrict to, const wchar_t *restrict from, size_t count);
int wcscmp(const wchar_t *a, const wchar_t *b);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t count);
wchar_t *wcschr(const wchar_t *string, wchar_t character);
wchar_t *wcsrchr(const wchar_t *string, wchar_t character);
wchar_t *wcsstr(const wchar_t *string, const wchar_t *part);
wchar_t *wmemcpy(wchar_t *restrict to, const wchar_t *restrict from, size_t count);
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count);
wchar_t *wmemset(wchar_t *to, wchar_t character, size_t count);
wchar_t *wmemchr(const wchar_t *from, wchar_t character, size_t count);
int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count);

#endif
