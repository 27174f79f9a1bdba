/* The floating-point environment: there is one rounding, to nearest, and no exception is ever raised. */
#include <fenv.h>

int feclearexcept(int exceptions)
{
    return exceptions & ~FE_ALL_EXCEPT ? -1 : 0;
}

int fegetexceptflag(fexcept_t *flags, int exceptions)
{
    *flags = 0;
    return feclearexcept(exceptions);
}

int feraiseexcept(int exceptions)
{
    return feclearexcept(exceptions);
}

int fesetexceptflag(const fexcept_t *flags, int exceptions)
{
    (void)flags;
    return feclearexcept(exceptions);
}

int fetestexcept(int exceptions)
{
    return exceptions & FE_ALL_EXCEPT;
}

int fegetround(void)
{
    return FE_TONEAREST;
}

int fesetround(int mode)
{
    return mode == FE_TONEAREST ? 0 : -1;
}

int fegetenv(fenv_t *environment)
{
    *environment = 0;
    return 0;
}

int feholdexcept(fenv_t *environment)
{
    return fegetenv(environment);
}

int fesetenv(const fenv_t *environment)
{
    (void)environment;
    return 0;
}

int feupdateenv(const fenv_t *environment)
{
    return fesetenv(environment);
}
