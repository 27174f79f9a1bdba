/* Corners of the preprocessor and of declarations that old and new programs use. */
#include <stdio.h>

#define LEVEL 1
#pragma push_macro("LEVEL")
#undef LEVEL
#define LEVEL 2
int inner = LEVEL;
#pragma pop_macro("LEVEL")
int outer = LEVEL;

#if (0, 1) && __has_attribute(packed)
int comma = 1;
#endif

_Alignas(16) char aligned[3];
int old[4] = {[2] 5, 6};
struct pair {
    int first, second;
} pair = {second: 2, first: 1};

int main(void)
{
    printf("%d %d %d\n", inner, outer, comma);
    printf("%d %d\n", (int)_Alignof(aligned), (int)__alignof__(int));
    printf("%d %d %d %d\n", old[2], old[3], pair.first, pair.second);
    return 0;
}
