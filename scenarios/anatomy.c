/* One variable in each part of the address space. See also: sim dump scenarios/anatomy.c */
#include <stdio.h>
#include <stdlib.h>

const int constant = 1;   /* rodata: the same for ever, writing it is a fault */
int initialised = 2;      /* data: its value comes from the program file */
int uninitialised;        /* bss: zero at the start, takes no room in the file */
_Thread_local int own = 3; /* thread-local storage: one for each thread */

int main(void) {
    int local = 4;                    /* on the stack: one for each call */
    int *block = malloc(sizeof *block); /* on the heap: until it is freed */
    *block = 5;

    printf("text    %p  main\n", (void *)main);
    printf("rodata  %p  constant = %d\n", (void *)&constant, constant);
    printf("data    %p  initialised = %d\n", (void *)&initialised, initialised);
    printf("bss     %p  uninitialised = %d\n", (void *)&uninitialised, uninitialised);
    printf("heap    %p  *block = %d\n", (void *)block, *block);
    printf("tls     %p  own = %d\n", (void *)&own, own);
    printf("stack   %p  local = %d\n", (void *)&local, local);

    free(block);
    return 0;
}
