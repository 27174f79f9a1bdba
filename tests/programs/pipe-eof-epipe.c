// expect: ok
// prints: end of file: 0
// prints: EPIPE: 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    char byte;
    pipe(ends);
    close(ends[1]);
    printf("end of file: %d\n", (int)read(ends[0], &byte, 1));
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    pipe(ends);
    close(ends[0]);
    int result = (int)write(ends[1], "x", 1);
    printf("EPIPE: %d\n", result == -1 && errno == EPIPE);
    return 0;
}
