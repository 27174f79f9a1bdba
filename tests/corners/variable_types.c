// Types whose sizes only the running program knows: rows, pointers to rows, parameters, casts, typedefs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int calls;
static int next(int n) { return calls++, n; }

// The second dimension is a parameter that comes before or after.
static long total(int rows, int columns, int m[rows][columns]) {
    long sum = 0;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) sum += m[i][j] * (i + 1);
    return sum;
}

static void fill(int n, int (*m)[n], int rows) {
    for (int i = 0; i < rows; i++, m++)
        for (int j = 0; j < n; j++) (*m)[j] = i * 100 + j;
}

static int prototype(int, int, char (*)[*]);
static int deep(int a, int b, int c, short cube[][b][c]) {
    int sum = 0;
    for (int i = 0; i < a; i++)
        for (int j = 0; j < b; j++)
            for (int k = 0; k < c; k++) sum = sum * 3 + cube[i][j][k];
    return sum + (int)sizeof cube[0] * 1000 + (int)sizeof cube[0][0];
}

// Lengths with effects are evaluated once, on entry, from the first parameter to the last.
static int entered(int a, int first[a++], int b, int second[next(3)][b++]) {
    return a * 1000 + b * 100 + (int)sizeof second[0] + (first == second[0]);
}

static int prototype(int n, int width, char (*text)[width]) { return (int)strlen(text[n]) + (int)sizeof *text; }

static void transpose(int n, double a[n][n]) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            double kept = a[i][j];
            a[i][j] = a[j][i];
            a[j][i] = kept;
        }
}

static int sums(int n) {
    typedef int row[n];
    int was = n;
    n += 100;
    row table[2], *last = &table[1];
    memset(table, 0, sizeof table);
    (*last)[was - 1] = 7;
    row *heap = malloc(3 * sizeof(row));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < was; j++) heap[i][j] = i + j;
    int found = (*(heap + 2))[was - 1] + (int)(&heap[2] - heap) * 1000 + table[1][was - 1];
    free(heap);
    return found + (int)sizeof(row);
}

// The operand of `sizeof` is evaluated if it is an array of variable length; that of `typeof` if its type is made of one.
static void evaluated(int n, void *p) {
    int i = 0, table[3][n];
    int a = (int)sizeof table[i++], b = (int)sizeof(*(++i, (char (*)[i])p)), c = (int)sizeof i++;
    __typeof__(table[i++]) row;
    __typeof__(*(int (*)[i])p) other;
    int (**cell)[i] = &(int (*[1])[i++]){p}[0];
    row[n - 1] = other[i - 2] = 3;
    printf("%d %d %d %d %zu %zu %d\n", a, b, c, i, sizeof row, sizeof other, (int)sizeof **cell + row[n - 1]);
}

int main(void) {
    int rows = 3, columns = 4;
    int m[next(rows)][next(columns) + 1];
    printf("%zu %zu %d\n", sizeof m, sizeof m[0], calls);
    fill(columns + 1, m, rows);
    printf("%ld %d\n", total(rows, columns + 1, m), m[2][4]);
    for (int n = 2; n < 6; n++) {
        double square[n][n];
        for (int i = 0; i < n * n; i++) square[i / n][i % n] = i * 1.5;
        transpose(n, square);
        printf("%g %g %zu\n", square[0][n - 1], square[n - 1][0], sizeof square);
    }
    short cube[2][rows][columns];
    for (int i = 0; i < 24; i++) cube[i / 12][i / 4 % 3][i % 4] = (short)(i * 7 % 11);
    printf("%d\n", deep(2, rows, columns, cube));
    int flat[12];
    for (int i = 0; i < 12; i++) flat[i] = i;
    int (*view)[columns] = (int (*)[columns])flat;
    printf("%d %d %d\n", view[2][1], ((int (*)[rows])flat)[2][1], (int)(view + 2 - view));
    printf("%zu %zu %zu\n", sizeof(int[rows]), sizeof(char[2][next(5)]), sizeof(struct { int a[3]; }[columns]));
    char words[3][10] = {"one", "three", "eleven"};
    printf("%d\n", prototype(1, 10, words));
    printf("%d\n", entered(1, flat, 1, (void *)flat));
    evaluated(4, m);
    int same = sums(6);
    __typeof__(int[same & 7]) alike;
    __typeof__(m) other;
    printf("%d %zu %zu\n", same, sizeof alike, sizeof other);
    const int stride = 3;
    char letters[stride][2];
    memset(letters, 'x', sizeof letters);
    const char (*reader)[2] = (const char (*)[2])letters;
    printf("%zu %c\n", sizeof letters, reader[2][1]);
    return 0;
}
