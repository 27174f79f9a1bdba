/* Nobody reads any more, and the signal SIGPIPE is not ignored: it kills the writer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    pipe(ends);
    close(ends[0]); /* the last read end */
    if (write(ends[1], "hello", 5) < 0) {
        printf("write: %s\n", errno == EPIPE ? "EPIPE" : strerror(errno));
    }
    return 0;
}
