/* The parent ends first. The child lives on and gets another parent. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
    pid_t me = getpid();
    pid_t child = fork();
    if (child == 0) {
        printf("child:  my parent is %s\n", getppid() == me ? "who made me" : "another");
        usleep(20000); /* long enough for the parent to end */
        printf("child:  my parent is %s, its pid is %d\n",
               getppid() == me ? "who made me" : "another", (int)getppid());
        return 0;
    }
    usleep(10000);
    printf("parent: ends without waiting\n");
    return 0;
}
