/* gcc's extensions that real programs use. */
#include <signal.h>
#include <stdio.h>

/* Labels as values: an interpreter with a table of its instructions. */
static int interpret(const unsigned char *code)
{
    static const void *const table[] = {&&stop, &&increment, &&twice, &&negate};
    int value = 1;
    goto *table[*code++];
increment:
    value++;
    goto *table[*code++];
twice:
    value *= 2;
    goto *table[*code++];
negate:
    value = -value;
    goto *table[*code++];
stop:
    return value;
}

/* The same with distances between labels. */
static int choose(int n)
{
    static const int distance[] = {&&first - &&first, &&second - &&first, &&third - &&first};
    void *target = &&first + distance[n];
    goto *target;
first:
    return 10;
second:
    return 20;
third:
    return 30;
}

/* Statement expressions with loops and jumps. */
#define SUM(array, count)                                                                                                \
    ({                                                                                                                   \
        __auto_type sum = (array)[0];                                                                                    \
        for (int i = 1; i < (count); i++)                                                                                \
            sum += (array)[i];                                                                                           \
        sum;                                                                                                             \
    })

static int find(const int *from, int count, int wanted)
{
    int at = -1;
    int seen = 100 + ({
                   int i = 0;
                   while (i < count) {
                       if (from[i] < 0)
                           return -2;
                       if (from[i] == wanted) {
                           at = i;
                           break;
                       }
                       i++;
                   }
                   i;
               });
    return at < 0 ? -1 : seen;
}

/* Twenty-three bits in three bytes: the unit of the access is larger than the structure. */
#pragma pack(push, 1)
struct three {
    signed value : 23;
};
#pragma pack(pop)

static void overflows(void)
{
    int i;
    unsigned u;
    long long l;
    signed char c;
    unsigned short s;
    int o = __builtin_add_overflow(2147483647, 1, &i);
    printf("%d %d ", o, i);
    o = __builtin_sub_overflow(1u, 2u, &u);
    printf("%d %u ", o, u);
    o = __builtin_mul_overflow(1ll << 40, 1ll << 30, &l);
    printf("%d %lld ", o, l);
    o = __builtin_add_overflow(100, 100, &c);
    printf("%d %d ", o, c);
    o = __builtin_mul_overflow(-1, 5, &s);
    printf("%d %d ", o, s);
    o = __builtin_add_overflow(-1, 1u, &u);
    printf("%d %u ", o, u);
    o = __builtin_sub_overflow(-9223372036854775807ll, 2u, &l);
    printf("%d %lld ", o, l);
    o = __builtin_mul_overflow(0x8000000000000000ull, -1, &l);
    printf("%d %lld\n", o, l);
    printf("%d %d\n", __builtin_saddll_overflow(3, 4, &l), __builtin_add_overflow_p(1, 127, c));
}

static void with_info(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("signal %d %d\n", number, info->si_signo);
}

// An array that is initialised with a compound literal.
static int from_literal[] = (int[]){[2] = 6, 7, 8}, padded[3] = (int[3]){1}, longer[] = (int[4]){2};

int main(void)
{
    char bytes[8];
    __builtin_bzero(bytes, sizeof bytes);
    printf("%d %d %d\n", (int)(sizeof from_literal / sizeof(int)), from_literal[4], padded[0] + padded[2] + (int)sizeof longer);
    printf("%d %d\n", __builtin_strcasecmp("ABC", "abc"), __builtin_mempcpy(bytes, "xy", 3) == bytes + 3);
    static const unsigned char code[] = {1, 2, 3, 1, 2, 0};
    static struct three fixed = {-5};
    struct three local[2] = {{70000}, {-70000}};
    int numbers[] = {3, 1, 4, 1, 5};
    double halves[] = {0.5, 1.5};
    struct sigaction action = {.sa_sigaction = with_info, .sa_flags = SA_SIGINFO};

    printf("%d %d %d %d\n", interpret(code), choose(0), choose(1), choose(2));
    printf("%d %.1f\n", SUM(numbers, 5), SUM(halves, 2));
    printf("%d %d %d\n", find(numbers, 5, 4), find(numbers, 5, 9), find((int[]){1, -1}, 2, 9));
    local[0].value++;
    printf("%d %d %d %d\n", (int)sizeof(struct three), fixed.value, local[0].value, local[1].value);
    overflows();
    __asm__ volatile("" ::: "memory");
    printf("%d %d %d\n", __builtin_isnan(0.0 / 0.0) != 0, __builtin_isless(1.0, 2.0), __builtin_classify_type(1.0));
    printf("%ls|%5lc|%-6ls|%.2ls|\n", L"wide", L'w', L"abc", L"xyz");
    sigaction(SIGTERM, &action, NULL);
    raise(SIGTERM);
    printf("%d %d\n", ({ typedef int t; __builtin_types_compatible_p(t, const int); }), ({ __builtin_offsetof(struct { int a, b; }, b); }));
    printf("%d %d\n", ({ __extension__ 3; }), ({ __alignof__(short); }));
    {
        const six = 6;
        char *copy = __builtin_strdup("copied");
        printf("%d %s %d\n", *(const * const)&six, copy, sizeof(const) == sizeof(int));
        free(copy);
    }
    puts(strrchr("/" __BASE_FILE__, '/') + 1);
    return 0;
}
