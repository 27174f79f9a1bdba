/* Common definitions (C17 7.19). */
#ifndef _STDDEF_H
#define _STDDEF_H

#include <bits/types.h>

typedef int ptrdiff_t;
typedef int wchar_t;
typedef struct {
    long long __ll;
    double __d;
} max_align_t;

#define NULL __NULL
#define offsetof(type, member) __builtin_offsetof(type, member)

#endif
