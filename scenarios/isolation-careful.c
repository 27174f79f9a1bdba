/* Looks before it follows a pointer. */
#include <stdio.h>

int number = 1;

int main(void) {
    printf("careful: number is %d, at %p\n", number, (void *)&number);
    int *nowhere = NULL;
    if (nowhere != NULL) {
        *nowhere = 42;
    }
    printf("careful: still here\n");
    return 0;
}
