/* Two pages of data, shared after fork. The child writes to one of them only. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

_Alignas(4096) char written[4096];
_Alignas(4096) char only_read[4096];

int main(void) {
    written[0] = 'p';
    only_read[0] = 'p';
    pid_t child = fork();
    if (child == 0) {
        char seen = only_read[0]; /* reading needs no copy */
        written[0] = 'c';         /* the first write to this page: the kernel copies it now */
        written[1] = 'c';         /* the page is the child's own already */
        _exit(seen == 'p' ? 0 : 1);
    }
    waitpid(child, NULL, 0);
    printf("parent still has '%c', at %p\n", written[0], (void *)written);
    return 0;
}
