/* Follows a null pointer. */
#include <stdio.h>

int number = 1;

int main(void) {
    printf("clumsy: number is %d, at %p\n", number, (void *)&number);
    int *nowhere = NULL;
    *nowhere = 42; /* nothing is mapped at address 0: the kernel kills this process */
    printf("clumsy: never printed\n");
    return 0;
}
