/* Compound assignment reads its left side after the right side's effects. */
#include <stdio.h>

static int global, array[3], place;
static struct { int member; } record, *pointer = &record;
static char small;
static long long wide;
static double real;

static int change(void)
{
    global = array[1] = record.member = small = 10;
    wide = 10;
    real = 10;
    return 1;
}

static int move(void)
{
    place = 2;
    return 1;
}

static void reset(void)
{
    global = array[1] = record.member = small = place = 1;
    wide = 1;
    real = 1;
}

#define SHOW(expression) (reset(), printf("%-24s %d\n", #expression, (int)(expression)))

int main(void)
{
    SHOW(global += change());
    SHOW(global -= change() * 2);
    SHOW(array[1] += change());
    SHOW(array[place] += move());
    SHOW(record.member *= change() + 1);
    SHOW(pointer->member <<= change());
    SHOW(small |= change());
    SHOW(wide += change());
    SHOW(real += change());
    SHOW(global += array[1] += change());
    return 0;
}
