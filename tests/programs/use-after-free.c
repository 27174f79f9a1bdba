// expect: memory-error
// finds: free
#include <stdlib.h>

int main(void) {
    int *block = malloc(4 * sizeof *block);
    free(block);
    *(volatile int *)block = 1;
    return 0;
}
