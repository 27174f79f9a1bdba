// What a thread holds when it forks, its copy holds in the child, and may give back there: mutexes of all
// kinds and read-write locks, also after another fork. What is shared is the parent's alone.
// native: no            glibc knows the child by another number: it takes plain mutexes only
// expect: ok
// prints: grandchild 0 0 0 0
// prints: child 0 0 0
// prints: shared is busy
// prints: parent 0 0 0
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER, recursive;
pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

static int again(void) {
    int taken = pthread_mutex_lock(&plain);
    return taken ? taken : pthread_mutex_unlock(&plain);
}

int main(void) {
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&recursive, &kind);
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    pthread_mutex_t *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutex_init(shared, &kind);

    pthread_mutex_lock(&plain);
    pthread_mutex_lock(&recursive);
    pthread_rwlock_wrlock(&lock);
    pthread_mutex_lock(shared);
    if (fork() == 0) {
        if (fork() == 0) {
            int more = pthread_mutex_lock(&recursive) | pthread_mutex_unlock(&recursive);
            int one = pthread_mutex_unlock(&plain), two = pthread_mutex_unlock(&recursive);
            printf("grandchild %d %d %d %d\n", more, one, two, pthread_rwlock_unlock(&lock));
            exit(again());
        }
        wait(NULL);
        int one = pthread_mutex_unlock(&plain), two = pthread_mutex_unlock(&recursive);
        printf("child %d %d %d\n", one, two, pthread_rwlock_unlock(&lock));
        printf("shared is %s\n", pthread_mutex_trylock(shared) == EBUSY ? "busy" : "free");
        exit(again());
    }
    wait(NULL);
    int one = pthread_mutex_unlock(&plain), two = pthread_mutex_unlock(&recursive);
    printf("parent %d %d %d\n", one, two, pthread_rwlock_unlock(&lock));
    return pthread_mutex_unlock(shared);
}
