/* A parent sends its child a message through a pipe. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int ends[2]; /* ends[0] to read, ends[1] to write */
    if (pipe(ends) < 0) {
        perror("pipe");
        return 1;
    }
    if (fork() == 0) {
        close(ends[1]); /* or read would wait for this very process to write */
        char buffer[8];
        ssize_t length;
        while ((length = read(ends[0], buffer, sizeof buffer)) > 0) {
            write(STDOUT_FILENO, buffer, (size_t)length);
        }
        _exit(0); /* end of file: the last write end is closed */
    }
    close(ends[0]);
    const char *message = "hello through a pipe\n";
    write(ends[1], message, strlen(message));
    close(ends[1]);
    wait(NULL);
    return 0;
}
