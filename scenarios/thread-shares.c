/* What threads share and what each has for itself: look at the addresses. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

int global = 1;
_Thread_local int own = 2;
int *block;

void *show(void *name) {
    int local = 3;
    printf("%s: global %p  heap %p  local %p  own %p\n",
           (char *)name, (void *)&global, (void *)block, (void *)&local, (void *)&own);
    return NULL;
}

int main(void) {
    block = malloc(sizeof *block);
    pthread_t t1, t2;
    pthread_create(&t1, NULL, show, "t1");
    pthread_create(&t2, NULL, show, "t2");
    show("main");
    pthread_join(t1, NULL);
    pthread_join(t2, NULL);
    free(block);
    return 0;
}
