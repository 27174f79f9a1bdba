/* Nobody waits for the child: which line comes first is up to the scheduler. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
    if (fork() == 0) {
        usleep(3000); /* the work takes a while */
        printf("child:  the work is done\n");
        return 0;
    }
    printf("parent: uses the result\n"); /* which may not be there yet */
    return 0;
}
