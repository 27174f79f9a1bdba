/* Where C leaves the order open and gcc has one: compound assignment reads its left side after the right
 * side's effects; arguments are evaluated from the last to the first. */
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

static int next(void)
{
    return ++place;
}

static int log_of(int n)
{
    printf("%d ", n);
    return n;
}

struct two {
    int a, b;
};

static int difference(int a, struct two pair, long long b, double c)
{
    return a - pair.a * 10 + (int)(b * 100) - (int)(c * 1000);
}

static void arguments(void)
{
    int local = 5;
    struct two pair = {3, 4};
    reset();
    printf("%d %d %d\n", next(), next(), next());
    printf("%d %d %d\n", local, local++, local);
    printf("%d %d\n", local++, local++);
    printf("%d %d %d\n", place, next(), place + 1);
    printf("%d\n", log_of(1) + log_of(2));
    printf("%d\n", difference(log_of(1), pair, log_of(2), log_of(3)));
    printf("%d %lld %.1f\n", next(), wide++, real += 1);
}

int main(void)
{
    arguments();
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
