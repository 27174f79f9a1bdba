/* The parent waits: the child's line always comes first. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    if (fork() == 0) {
        usleep(3000); /* the work takes a while */
        printf("child:  the work is done\n");
        return 0;
    }
    wait(NULL);
    printf("parent: uses the result\n");
    return 0;
}
