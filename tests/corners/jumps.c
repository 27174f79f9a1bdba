/* setjmp and longjmp: variables have their last values after the jump. */
#include <setjmp.h>
#include <stdio.h>

static jmp_buf back;
static sigjmp_buf with_mask;

static void descend(int depth)
{
    if (depth == 0)
        longjmp(back, 3);
    descend(depth - 1);
}

static int attempts(int most)
{
    int tries = 0;
    double half = 1.5;
    long long product = 1;
    if (setjmp(back)) {
        half += 0.5;
        product *= 3;
    }
    if (tries++ < most)
        descend(tries);
    printf("%d %.1f %lld\n", tries, half, product);
    return tries;
}

int main(void)
{
    volatile int count = 0;
    switch (setjmp(back)) {
    case 0: descend(5);
    case 3: puts("three"); break;
    default: puts("another");
    }
    printf("%d\n", attempts(4));
    if (setjmp(back) == 0)
        longjmp(back, 0);
    else
        puts("0 becomes 1");
    sigsetjmp(with_mask, 1);
    if (count++ < 3)
        siglongjmp(with_mask, count);
    return count;
}
