/* setjmp and longjmp. The linker has the bodies of the two (sim/cc/back/jump.rs): they save and
 * restore registers, for which C has no names.
 */
#include <setjmp.h>
#include <signal.h>

#undef setjmp

int setjmp(jmp_buf environment)
{
    (void)environment;
    return 0;
}

_Noreturn void longjmp(jmp_buf environment, int value)
{
    (void)environment;
    (void)value;
    __builtin_trap();
}

/* sigsetjmp: the mask of blocked signals first. */
void __jump_save_mask(struct __jump *environment, int save)
{
    environment->mask_saved = save;
    if (save)
        sigprocmask(SIG_SETMASK, 0, &environment->mask);
}

_Noreturn void siglongjmp(sigjmp_buf environment, int value)
{
    if (environment->mask_saved)
        sigprocmask(SIG_SETMASK, &environment->mask, 0);
    longjmp(environment, value);
}
