/* Four processes send 10000 messages each; one process counts them. Nothing is shared, nothing is locked. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4
#define ROUNDS 10000

int main(void) {
    int ends[2];
    pipe(ends);
    for (int p = 0; p < PROCESSES; p++) {
        if (fork() == 0) {
            for (int i = 0; i < ROUNDS; i++) {
                write(ends[1], "+", 1);
            }
            _exit(0);
        }
    }
    close(ends[1]); /* so that end of file comes when the senders have ended */
    int counter = 0;
    char message;
    while (read(ends[0], &message, 1) == 1) {
        counter++; /* only this process has it */
    }
    for (int p = 0; p < PROCESSES; p++) {
        wait(NULL);
    }
    printf("%d\n", counter);
    return 0;
}
