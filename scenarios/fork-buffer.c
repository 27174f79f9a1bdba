/* printf without a newline only fills a buffer, and fork copies the buffer. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    printf("once? "); /* no newline: still in this process's memory */
    pid_t child = fork();
    if (child == 0) {
        printf("child\n");
        return 0;
    }
    waitpid(child, NULL, 0);
    printf("parent\n");
    return 0;
}
