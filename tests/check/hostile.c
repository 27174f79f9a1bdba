// Programs that could be looked at for ever: a limit ends the search, and says which one.
#include <unistd.h>
#include <sim/check.h>

int main(void) {
#ifdef FORKS
    for (;;)
        fork();
#else
    sim_choose(1000000);
    sim_choose(1000000);
#endif
    return 0;
}
