// Arrays of variable length: their place, their size, blocks that are left in every way.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int sum(int n, const int a[n]) {
    int total = 0;
    for (int i = 0; i < n; i++) total += a[i];
    return total;
}

// More arguments than registers, while the stack pointer is elsewhere.
static int many(int a, int b, int c, int d, int e, int f, int g, int h, int i, long long j, int k) {
    int copy[k];
    for (int n = 0; n < k; n++) copy[n] = a + b + c + d + e + f + g + h + i + (int)j;
    return sum(k, copy);
}

static int variadic(int n, ...) {
    va_list list;
    int taken[n];
    va_start(list, n);
    for (int i = 0; i < n; i++) taken[i] = va_arg(list, int);
    va_end(list);
    return sum(n, taken) * 10 + (int)(sizeof taken / sizeof taken[0]);
}

static int recursive(int n) {
    if (n == 0) return 0;
    int mine[n];
    for (int i = 0; i < n; i++) mine[i] = n;
    int below = recursive(n - 1);
    for (int i = 0; i < n; i++)
        if (mine[i] != n) return -1;
    return below + sum(n, mine);
}

static void blocks(void) {
    unsigned check = 0;
    char *first = 0;
    for (int round = 0; round < 2000; round++) {
        char a[100 + round % 7];
        if (round == 0) first = a;
        memset(a, round, sizeof a);
        if (round % 3 == 0) continue;
        {
            short b[round % 11 + 1];
            b[round % 11] = (short)round;
            check = check * 31 + (unsigned)b[round % 11] + sizeof b;
            if (round % 5 == 0) continue;
        }
        long long c[3 + (round & 1)];
        c[2] = round * 1000000007LL;
        check += (unsigned)(c[2] >> 16) + (unsigned char)a[round % 100] + sizeof(c);
        if (round == 1990) break;
    }
    // All rounds used the same place, or two thousand of them would lie there.
    int here;
    printf("%u %d\n", check, (char *)&here - first < 8192 && first - (char *)&here < 8192);
}

static void jumps(int n) {
    int rounds = 0;
again:;
    int a[n + rounds];
    a[n + rounds - 1] = rounds;
    if (++rounds < 1000) goto again;
    printf("%d %zu\n", a[n + rounds - 2], sizeof a);
}

struct pair { int x; char name[12]; };

int main(void) {
    int n = 5;
    int a[n++], m = n;
    for (int i = 0; i < 5; i++) a[i] = i * i;
    printf("%zu %zu %d %d %d\n", sizeof a, sizeof(a) / sizeof(*a), n, m, sum(5, a));
    struct pair pairs[n];
    memset(pairs, 0, sizeof pairs);
    strcpy(pairs[n - 1].name, "last");
    pairs[0].x = 7;
    struct pair *p = &pairs[n - 1];
    printf("%s %d %d %zu\n", p->name, (int)(p - pairs), pairs->x, sizeof pairs);
    int rows[n][4];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < 4; j++) rows[i][j] = i * j;
    printf("%d %zu %zu\n", rows[5][3], sizeof rows, sizeof rows[0]);
    char big[n * 3000];
    memset(big, 1, sizeof big);
    const char *text = "abc";
    char copy[strlen(text) + 1];
    strcpy(copy, text);
    printf("%d %d %s %zu %d\n", big[0], big[n * 3000 - 1], copy, sizeof copy, ((unsigned)(long)big & 15) == 0);
    printf("%d\n", many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3));
    printf("%d\n", variadic(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    printf("%d\n", recursive(40));
    blocks();
    jumps(3);
    printf("%d %d\n", sum(5, a), rows[2][2]);
    return 0;
}
