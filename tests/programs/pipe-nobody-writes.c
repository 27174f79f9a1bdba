// The reader still has the write end itself: no end of file will come, and nobody can write.
// expect: deadlock
// finds: nobody can give
#include <unistd.h>

int main(void) {
    int ends[2];
    char byte;
    pipe(ends);
    read(ends[0], &byte, 1);
    return 0;
}
