// No race: after fork both write the same address, each in its own memory; and pipe and wait order the rest.
// run: --cores 2
// expect: ok
// prints: 5
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int own;

int main(void) {
    int ends[2];
    char byte = 0;
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pipe(ends);
    *shared = 1;
    if (fork() == 0) {
        own = 1;
        *shared += 2;
        write(ends[1], &byte, 1);
        _exit(0);
    }
    own = 2;
    read(ends[0], &byte, 1);
    *shared += own;
    wait(NULL);
    printf("%d\n", *shared);
    return 0;
}
