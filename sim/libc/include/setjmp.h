/* Jumps out of functions (C17 7.13, POSIX). */
#ifndef _SETJMP_H
#define _SETJMP_H

#include <bits/types.h>

/* The registers that a function keeps for its caller: ra, sp, s0 to s11. */
struct __jump {
    unsigned registers[14];
    int mask_saved;
    sigset_t mask;
};
typedef struct __jump jmp_buf[1];
typedef struct __jump sigjmp_buf[1];

int setjmp(jmp_buf environment);
_Noreturn void longjmp(jmp_buf environment, int value);
_Noreturn void siglongjmp(sigjmp_buf environment, int value);
void __jump_save_mask(struct __jump *environment, int save);

#define setjmp(environment) setjmp(environment)
#define _setjmp(environment) setjmp(environment)
#define _longjmp(environment, value) longjmp(environment, value)
#define sigsetjmp(environment, save) (__jump_save_mask(environment, save), setjmp(environment))

#endif
