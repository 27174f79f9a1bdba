/* Data types (POSIX). */
#ifndef _SYS_TYPES_H
#define _SYS_TYPES_H

#include <bits/pthread_types.h>
#include <bits/types.h>
#include <stdint.h>

typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef unsigned int uint;
typedef unsigned short ushort;
typedef unsigned long ulong;

#endif
