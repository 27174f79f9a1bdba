// `asm` without instructions: what its operands say is done. Labels of a block's own.
#include <stdio.h>

static int calls;
static int *place(int *p) { return calls++, p; }

static int hidden(int value) {
    int out;
    __asm__ volatile("" : "=r"(out) : "0"(value));
    return out;
}

static int named(long long wide) {
    int low;
    asm("" : [result] "=r"(low) : [given] "[result]"(wide), "r"(calls++) : "memory");
    return low;
}

#define FIND(array, n, wanted)                 \
    ({                                         \
        __label__ found, missing;              \
        int where_ = -1;                       \
        for (int i_ = 0; i_ < (n); i_++)       \
            if ((array)[i_] == (wanted)) {     \
                where_ = i_;                   \
                goto found;                    \
            }                                  \
        goto missing;                          \
    missing:                                   \
        where_ = -100;                         \
    found:                                     \
        where_;                                \
    })

static int own_labels(int n) {
    int rounds = 0;
again:
    rounds++;
    {
        __label__ again;
        int inner = 0;
    again:
        if (++inner < 3) goto again;
        rounds += inner;
        void *where = &&again;
        if (rounds == 100) goto *where;
    }
    if (rounds < n) goto again;
    return rounds;
}

int main(void) {
    int x = 5, array[] = {4, 8, 15, 16, 23, 42};
    asm volatile("" ::: "memory");
    asm volatile("" : "+r"(*place(&x)), "+m"(array));
    printf("%d %d %d %d\n", hidden(7), named(0x100000009LL), calls, x);
    printf("%d %d %d\n", FIND(array, 6, 16), FIND(array, 6, 99), FIND(array, 2, 8) + FIND(array, 3, 4));
    printf("%d\n", own_labels(10));
    int evaluated = 0;
    if (__builtin_expect(x == 5, evaluated++)) puts("likely");
    __builtin_prefetch(place(&evaluated), 0, 0);
    printf("%d %d %d\n", evaluated, calls, __builtin_expect(-1U, 0) < 0);
    printf("%d %d\n", __builtin_constant_p("text"), __builtin_constant_p(&x));
    return 0;
}
