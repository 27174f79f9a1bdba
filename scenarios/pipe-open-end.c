/* The child keeps its copy of the write end open: end of file never comes. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int ends[2]; /* 0: to read from, 1: to write to */
    pipe(ends);
    if (fork() == 0) {
        /* close(ends[1]) is missing: the child holds a write end itself */
        char letter;
        int count = 0;
        while (read(ends[0], &letter, 1) == 1) {
            count++;
        }
        printf("end of file after %d bytes\n", count);
        return 0;
    }
    close(ends[0]);
    const char *messages[] = {"one ", "two ", "Done"};
    for (int i = 0; i < 3; i++) {
        write(ends[1], messages[i], strlen(messages[i]));
    }
    close(ends[1]); /* the last write end: end of file */
    wait(NULL);
    return 0;
}
