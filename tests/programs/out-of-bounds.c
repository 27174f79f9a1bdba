// expect: memory-error
// finds: block
#include <stdlib.h>

int main(void) {
    volatile int *block = malloc(4 * sizeof *block);
    block[4] = 1;
    free((void *)block);
    return 0;
}
