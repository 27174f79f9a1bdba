/* Nobody reads any more: writing into the pipe is an error, EPIPE. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    signal(SIGPIPE, SIG_IGN); /* without this line the signal kills the process */
    pipe(ends);
    close(ends[0]); /* the last read end */
    if (write(ends[1], "hello", 5) < 0) {
        printf("write: %s\n", errno == EPIPE ? "EPIPE" : strerror(errno));
    }
    return 0;
}
