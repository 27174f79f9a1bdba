/* abort. */
#include <signal.h>
#include <stdlib.h>

/* If the signal is caught and its handler returns, the second one cannot be. */
void abort(void)
{
    raise(SIGABRT);
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    _Exit(127);
}
