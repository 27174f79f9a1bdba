// The reader takes all that fits into the pipe in one go, while the writer has not yet begun to wait for room.
// expect: ok
// prints: 65536 and 34464
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char data[100000], got[65536];

int main(void) {
    int ends[2];
    pipe(ends);
    if (fork() == 0) {
        close(ends[0]);
        usleep(1000); /* the reader waits first */
        _exit(write(ends[1], data, sizeof data) == sizeof data ? 0 : 1);
    }
    close(ends[1]);
    long first = read(ends[0], got, sizeof got);
    usleep(1000);
    long rest = 0, n;
    while ((n = read(ends[0], got, sizeof got)) > 0) {
        rest += n;
    }
    wait(NULL);
    printf("%ld and %ld\n", first, rest);
    return 0;
}
