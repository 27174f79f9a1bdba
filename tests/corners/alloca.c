// Memory of the calling function's frame, beside arrays of variable length.
#include <alloca.h>
#include <stdio.h>
#include <string.h>

struct node { struct node *next; int value; };

// What is allocated in a loop stays until the return.
static int list(int n) {
    struct node *head = 0;
    for (int i = 0; i < n; i++) {
        struct node *node = alloca(sizeof *node);
        char scratch[i + 1];
        memset(scratch, i, sizeof scratch);
        node->next = head, node->value = scratch[i];
        head = node;
    }
    int sum = 0;
    for (; head; head = head->next) sum = sum * 3 + head->value;
    return sum;
}

static char *copy_into(char *to, const char *from) { return strcpy(to, from); }

static int nested(int depth) {
    char *mine = alloca((size_t)depth * 10 + 1);
    memset(mine, 'a' + depth, (size_t)depth * 10);
    mine[depth * 10] = 0;
    int below = depth ? nested(depth - 1) : 0;
    return below + (int)strlen(mine) + mine[0];
}

// As an argument, while other arguments wait, and more of them than registers.
static int many(int a, int b, int c, int d, int e, int f, int g, char *p, char *q, int i) {
    return a + b + c + d + e + f + g + i + (int)strlen(p) * 100 + (int)strlen(q) * 1000;
}

int main(void) {
    printf("%d %d\n", list(20), nested(5));
    printf("%s\n", copy_into(__builtin_alloca(20), "in the frame"));
    printf("%d\n", many(1, 2, 3, 4, 5, 6, 7, copy_into(alloca(9), "eight..."), copy_into(alloca(4), "abc"), 9));
    printf("%d\n", ((unsigned)(unsigned long)alloca(3) & 15) == 0);
    return 0;
}
