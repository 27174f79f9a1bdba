// The child of a process that has ended lives on and is nobody's zombie.
// expect: ok
// prints: parent waits
// prints: orphan lives on
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    int done[2];
    char byte;
    pipe(done);
    pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) {
            usleep(20000);
            printf("orphan lives on\n");
            _exit(0);
        }
        _exit(0);
    }
    close(done[1]);
    printf("parent waits\n");
    waitpid(child, NULL, 0);
    read(done[0], &byte, 1); /* end of file when the orphan has ended too */
    return 0;
}
