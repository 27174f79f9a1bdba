/* Counts to three, whatever happens to others. */
#include <stdio.h>

int number = 2;

int main(void) {
    printf("steady: number is %d, at %p\n", number, (void *)&number);
    for (int i = 1; i <= 3; i++) {
        printf("steady: %d\n", i);
    }
    return 0;
}
