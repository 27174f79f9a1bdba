// A pipe holds 64 KiB; a writer of more waits for the reader, and nothing is lost.
// expect: ok
// prints: read 200000 bytes, sum 19900000
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned char data[200000], got[4096];

int main(void) {
    int ends[2];
    pipe(ends);
    if (fork() == 0) {
        close(ends[0]);
        for (int i = 0; i < (int)sizeof data; i++) {
            data[i] = (unsigned char)(i % 200);
        }
        if (write(ends[1], data, sizeof data) != sizeof data) {
            _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    long bytes = 0, sum = 0, n;
    while ((n = read(ends[0], got, sizeof got)) > 0) {
        bytes += n;
        for (int i = 0; i < n; i++) {
            sum += got[i];
        }
    }
    wait(NULL);
    printf("read %ld bytes, sum %ld\n", bytes, sum);
    return 0;
}
