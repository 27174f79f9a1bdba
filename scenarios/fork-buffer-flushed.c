/* The buffer is emptied before fork: there is nothing left to copy. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    printf("once! ");
    fflush(stdout); /* now it has left the process */
    pid_t child = fork();
    if (child == 0) {
        printf("child\n");
        return 0;
    }
    waitpid(child, NULL, 0);
    printf("parent\n");
    return 0;
}
