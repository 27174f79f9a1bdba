/* Becomes another program. The pid stays; code, data, heap and stack are replaced. */
#include <stdio.h>
#include <unistd.h>

int number = 1;

int main(void) {
    number = 2;
    printf("before: pid %d, number is %d\n", (int)getpid(), number);
    char *arguments[] = {"exec-other", "hello", NULL};
    execv("exec-other", arguments);
    perror("execv"); /* only reached if there is no such program */
    return 1;
}
