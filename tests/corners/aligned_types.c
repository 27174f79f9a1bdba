// Alignment that attributes ask for: of bit-fields, of typedefs, in type names.
#include <stdio.h>
#include <stddef.h>
struct a { char c; int b:5 __attribute__((aligned(8))); int d:3; };
struct c { char c; _Alignas(8) int x; char y; };
typedef int ai __attribute__((aligned(16)));
struct d { char c; ai x; };
int _Alignas(int __attribute__((aligned(16)))) i8;
struct e { short s; int b:17 __attribute__((packed)); int z:3; };
typedef struct { char a; int b; } __attribute__((packed)) pk;
struct f { char c; pk p; };
struct g { char c; long long x; } __attribute__((packed, aligned(4)));
struct __attribute__((aligned(32))) h { int x; };
struct i { int a:3; int :0; int b:3; char c; };
struct j { int a:3; int :0 __attribute__((aligned(8))); int b:3; char c; };
struct k { char a; int b:1 __attribute__((aligned(2))); };
int main(void) {
    printf("%d %d\n", (int)sizeof(struct a), (int)_Alignof(struct a));
    printf("%d %d %d\n", (int)sizeof(struct c), (int)offsetof(struct c,x), (int)offsetof(struct c,y));
    printf("%d %d %d\n", (int)sizeof(struct d), (int)offsetof(struct d,x), (int)__alignof__(i8));
    printf("%d\n", (int)sizeof(struct e));
    printf("%d %d\n", (int)sizeof(pk), (int)sizeof(struct f));
    printf("%d %d\n", (int)sizeof(struct g), (int)_Alignof(struct g));
    printf("%d %d\n", (int)sizeof(struct h), (int)_Alignof(struct h));
    printf("%d %d\n", (int)sizeof(struct i), (int)sizeof(struct j));
    printf("%d %d\n", (int)sizeof(struct k), (int)_Alignof(struct k));
    printf("%d %d %d\n", (int)sizeof(ai), (int)_Alignof(ai),  (int)__alignof__(__typeof__(i8)));
    printf("%d\n", (int)sizeof(int __attribute__((aligned(16)))));
}
