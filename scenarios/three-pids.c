/* One program. The scenario starts it three times: three processes. */
#include <stdio.h>
#include <unistd.h>

int number = 0; /* each process has its own */

int main(void) {
    number = (int)getpid() * 100;
    printf("pid %d: code at %p, number at %p is %d\n",
           (int)getpid(), (void *)main, (void *)&number, number);
    return 0;
}
