// expect: ok
// prints: child 2 3 4, parent 1 1 1
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int global = 1;

int main(void) {
    int local = 1, *heap = malloc(sizeof *heap);
    *heap = 1;
    if (fork() == 0) {
        global = 2, local = 3, *heap = 4;
        printf("child %d %d %d, ", global, local, *heap);
        exit(0);
    }
    wait(NULL);
    printf("parent %d %d %d\n", global, local, *heap);
    free(heap);
    return 0;
}
