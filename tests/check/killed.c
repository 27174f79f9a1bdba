// Who is ended by somebody else could have done more before: what it was about to do nobody sees afterwards.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sim/check.h>

#ifdef KILL
int main(void) {
    int ends[2];
    char bytes[3];
    pipe(ends);
    int child = fork();
    if (child == 0) {
        write(ends[1], "x", 1);
        write(ends[1], "y", 1);
        _exit(0);
    }
    kill(child, SIGKILL);
    wait(NULL);
    close(ends[1]);
    sim_outcome("%d bytes", (int)read(ends[0], bytes, 3));
    return 0;
}
#else
atomic_int x;

void *work(void *arg) {
    atomic_store(&x, 1);
    sim_outcome("done");
    return arg;
}

int main(void) {
    pthread_t t;
    pthread_create(&t, NULL, work, NULL);
    atomic_load(&x);
    return 0;
}
#endif
