/* Eight processes; each writes one variable of its own and ends. */
#include <sys/wait.h>
#include <unistd.h>

int results[8];

int main(void) {
    for (int i = 0; i < 8; i++) {
        if (fork() == 0) {
            results[i] = 1; /* in the child's copy: the parent never sees it */
            _exit(0);
        }
    }
    for (int i = 0; i < 8; i++) {
        wait(NULL);
    }
    return 0;
}
