/* Bit-fields, shifts, the compiler's functions on bits, packed and aligned records. */
#include <stddef.h>
#include <stdio.h>

struct fields {
    unsigned a : 5;
    signed b : 6;
    unsigned c : 31;
    unsigned long long d : 37;
    unsigned char e : 3;
    _Bool f : 1;
};
struct __attribute__((packed)) packed { char a; int b; double c; };
struct aligned { char a; int b __attribute__((aligned(16))); };

static int case_of(long long value)
{
    switch (value) {
    case 0x7fffffffffffffffLL: return 1;
    case -0x7fffffffffffffffLL - 1: return 2;
    case 1LL << 40: return 3;
    case 'a' ... 'f': return 4;
    default: return 5;
    }
}

// What fits into int or unsigned becomes one, however wide the declared type is.
static void promotions(void)
{
    struct {
        long long two : 2;
        unsigned long long b31 : 31, b32 : 32, b40 : 40;
        long long s32 : 32;
        unsigned long u5 : 5;
    } x = {.two = -2, .b31 = 0x7fffffff, .b32 = 0xffffffff, .b40 = 5, .s32 = -1, .u5 = 31};
    printf("%zu %zu %zu %zu %zu\n", sizeof(x.two + 0), sizeof(x.b31 + 0), sizeof(+x.b32), sizeof(-x.b40), sizeof(~x.s32));
    printf("%d %d %d\n", x.two < 0u, x.b31 - 0x7fffffff - 1 < 0, x.b32 + 1 == 0);
    printf("%d %d %d\n", x.s32 < 0u, x.u5 - 32 < 0, _Generic(x.b32 + 0, unsigned: 1, default: 2));
    printf(" %02x %lld\n", x.two, x.b40 + 0LL);
}

int main(void)
{
    struct fields x = { 31, -32, 0x7fffffff, 0x1fffffffffull, 7, 5 };
    unsigned low = 0x00f0;
    unsigned long long high = 0x1234500000ull;
    x.a++, x.b--, x.c += 2, x.d += 5, x.e ^= 2, x.f = !x.f;
    printf("%d %d %d %d %d %d\n", x.a, x.b, x.c, (int)x.d, x.e, x.f);
    printf("%d %d\n", x.a = 37, x.b = 40);
    printf("%zu %zu %zu\n", sizeof(struct fields), sizeof(struct packed), sizeof(struct aligned));
    printf("%zu %zu\n", offsetof(struct packed, c), offsetof(struct aligned, b));
    for (int n = 0; n < 64; n += 7)
        printf("%llx %llx %llx\n", high << n, ~high >> n, (unsigned long long)(-(long long)high >> n));
    printf("%d %d %d\n", __builtin_clz(low), __builtin_ctz(low), __builtin_popcount(low));
    printf("%d %d %d\n", __builtin_clzll(high), __builtin_ffsll(high), __builtin_parityll(high));
    printf("%x %x\n", __builtin_bswap32(low), __builtin_bswap16(low));
    printf("%d %d\n", case_of(0x7fffffffffffffffLL), case_of(-0x7fffffffffffffffLL - 1));
    printf("%d %d %d\n", case_of(1LL << 40), case_of('c'), case_of(0));
    promotions();
    return 0;
}
