/* The bits of a double, and sums and products without rounding error, for the math functions. */
#ifndef _BITS_DOUBLE_H
#define _BITS_DOUBLE_H

#include <stdint.h>

#define __SIGN_BIT (1ULL << 63)
#define __INFINITE_BITS (0x7ffULL << 52)

/* math/bits.c */
uint64_t __double_bits(double x);
double __double_from(uint64_t bits);

/* A number in two doubles: hi is the sum rounded, lo the rest. */
struct __pair {
    double hi, lo;
};
struct __pair __exact_sum(double a, double b);
struct __pair __exact_product(double a, double b);
struct __pair __pair_product(struct __pair a, struct __pair b);

/* math/log.c, math/exp.c: more than double precision, for pow. */
struct __pair __log_pair(double x);
double __exp_pair(struct __pair x);

#endif
