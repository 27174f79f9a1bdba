/* The child sends a lot. The parent reads all of it, and waits then. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

char block[4096];

int main(void) {
    int ends[2];
    pipe(ends);
    if (fork() == 0) {
        close(ends[0]);
        for (int i = 0; i < 20; i++) {
            write(ends[1], block, sizeof block);
        }
        _exit(0);
    }
    close(ends[1]);
    int total = 0;
    int count;
    while ((count = (int)read(ends[0], block, sizeof block)) > 0) {
        total += count;
    }
    wait(NULL);
    printf("%d bytes\n", total);
    return 0;
}
