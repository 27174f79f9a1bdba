/* The child ends at once; the parent looks the other way for a while. Until it waits, the child is a zombie. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    pid_t child = fork();
    if (child == 0) {
        exit(3);
    }
    usleep(5000); /* the child has ended; its exit status waits in the kernel */
    int status;
    pid_t pid = waitpid(child, &status, 0);
    printf("child %d ended with status %d\n", (int)pid, WEXITSTATUS(status));
    pid = waitpid(child, &status, 0);
    printf("asked again: %d, there is no such child any more\n", (int)pid);
    return 0;
}
