/* Every value of a choice, and of two. */
#include <sim/check.h>

int main(void) {
    int a = sim_choose(3), b = sim_choose(2);
    sim_outcome("%d%d", a, b);
    return 0;
}
