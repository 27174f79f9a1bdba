// expect: deadlock
// finds: nobody can give
#include <semaphore.h>

sem_t semaphore;

int main(void) {
    sem_init(&semaphore, 0, 0);
    sem_wait(&semaphore);
    return 0;
}
