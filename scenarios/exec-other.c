/* The program that exec.c becomes. */
#include <stdio.h>
#include <unistd.h>

int number = 7;

int main(int argc, char **argv) {
    printf("after:  pid %d, number is %d, %d arguments: %s %s\n",
           (int)getpid(), number, argc, argv[0], argv[1]);
    return 0;
}
