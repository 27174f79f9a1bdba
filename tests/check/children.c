// Two children write to one pipe; the first to come is not always the first to write.
#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    char first, second;
    pipe(ends);
    if (fork() == 0) {
        write(ends[1], "a", 1);
        _exit(0);
    }
#ifdef ORDERED
    wait(NULL);
#endif
    if (fork() == 0) {
        write(ends[1], "b", 1);
        _exit(0);
    }
    read(ends[0], &first, 1);
    read(ends[0], &second, 1);
    assert(first == 'a');
    while (wait(NULL) > 0)
        ;
    return 0;
}
