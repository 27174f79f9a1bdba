/* fork makes a second process, a copy of the first; each goes on with its own variables. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int number = 1;

int main(void) {
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        return 1;
    }
    if (child == 0) {
        number += 10; /* the page is copied now: the parent does not see this */
        printf("child:  number is %d\n", number);
        exit(7);
    }
    int status;
    waitpid(child, &status, 0);
    printf("parent: number is %d, the child's exit status was %d\n", number, WEXITSTATUS(status));
    return 0;
}
