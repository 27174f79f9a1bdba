/* assert: glibc's message, then the kernel is told, so that the report names the assertion. */
#include <assert.h>
#include <bits/internal.h>
#include <stdio.h>
#include <stdlib.h>

void __assert_fail(const char *expression, const char *file, unsigned int line, const char *function)
{
    fprintf(stderr, "%s%s%s:%u: %s: Assertion `%s' failed.\n", __program_name, *__program_name ? ": " : "",
            file, line, function, expression);
    __builtin_syscall(SYS_assert_failed, expression, file, line, function);
    abort();
}
