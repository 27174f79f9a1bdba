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

// A later initialiser of a whole object replaces what was said of its parts.
struct pair {
    int a, b;
};
struct holder {
    struct pair p;
    int c;
    char text[6];
    union {
        int whole;
        struct pair parts;
    } u;
};
static int rows[2][3] = {1, 2, 3, 4, 5, 6, [0] = {7, 8}, 9, 10};
static struct holder replaced = {{1, 2}, 3, "hello", {4}, .p = {9}, .text = "a", .u.parts = {5}};
static struct pair in_range[6] = {[3] = {1, 2}, [4].b = 3, [0 ... 4] = {7}, [2] = {.b = 1}};
static struct pair parts_only[2] = {{1, 2}, {3, 4}, [0].b = 5};

static void replace_locals(struct pair other)
{
    int local_rows[2][3] = {1, 2, 3, 4, 5, 6, [0] = {7, 8}, 9, 10};
    struct holder local = {{1, 2}, 3, "hello", {4}, .p = {9}, .text = "a", .u.parts = {5}};
    struct pair ranges[6] = {[3] = {1, 2}, [4].b = 3, [0 ... 4] = {7}, [2] = {.b = 1}};
    SHOW(local_rows);
    SHOW(local);
    struct holder twice = {.p = {1, 2}, .c = 1, .p = other};
    SHOW(ranges);
    SHOW(twice);
}

// Ranges in ranges, and what follows them without a designator.
struct row { int a, b[3], c; };
struct page { int first; struct row in[3]; int last; };
static int cube[][2][4] = {[1 ... 3][0 ... 1][2 ... 3] = 1, [2] = {{5}}, [2][1][2] = 3};
static struct page chain[] = {[0 ... 3].in[1 ... 2].b[0 ... 1] = 4, 5, 6, 7};
static struct page braces[] = {[0 ... 2].in = {[1 ... 2].b = {[0 ... 1] = 4}}, [2].in[2].b[2] = 5, 6, 7};
static int square[3][3] = {[0 ... 1] = {[1 ... 2] = 23}, [1][2] = 24};

int main(void)
{
    SHOW(rows);
    SHOW(replaced);
    SHOW(in_range);
    SHOW(parts_only);
    replace_locals((struct pair){3, 4});
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
    SHOW(cube);
    SHOW(chain);
    SHOW(braces);
    SHOW(square);
    return 0;
}
