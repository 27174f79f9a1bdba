/* Initialisers: braces left out, designators inside of designators, members without size. */
#include <stdio.h>

typedef unsigned char byte;
typedef struct {
} nothing;

struct small {
    byte a, b;
    byte c[2];
};
struct text {
    byte s[8];
    byte a;
};
struct outer {
    byte a;
    struct small s;
    byte b;
    struct text t;
};
struct with_nothing {
    byte a;
    nothing none;
    byte b;
};

struct outer flat = {3, 5, 6, 7, 8, 4, "huhu", 43};
struct outer texts[2] = {{1, {2}, 3, "ab", 4}, 5, 6, 7, 8, 9, 10, {"cd", 11}};
struct with_nothing holds = {{1}, (nothing){}, 2};
struct {
    struct {
        int x, y;
    } p[3];
    int z;
} nested = {.p[1].y = 5, 6, .p[0] = {1}, .z = 3};
int table[][2] = {[1] = {1, 2}, [0][1] = 5, [2][0] = 7, 8, 9};
int ranges[8] = {[1 ... 3] = 4, 5, [2] = 7, [6] = 1, 2};
struct {
    struct {
        int a, b;
    };
    int c;
} anonymous = {.a = 1, 2, 3};

static void show(const char *name, const void *what, int size)
{
    const byte *bytes = what;
    printf("%s", name);
    while (size-- > 0)
        printf(" %d", *bytes++);
    printf("\n");
}
#define SHOW(object) show(#object, &object, sizeof object)

int main(void)
{
    struct small part = {9, 8, {7, 6}};
    struct outer local = {3, part, 4, "local", 1};
    struct outer again[2] = {[1].s.b = 1, 2, 3, 4, "x"};
    SHOW(flat);
    SHOW(texts);
    SHOW(holds);
    SHOW(nested);
    SHOW(table);
    SHOW(ranges);
    SHOW(anonymous);
    SHOW(local);
    SHOW(again);
    return 0;
}
