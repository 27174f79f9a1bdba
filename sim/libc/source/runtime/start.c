/* The beginning of a program: the linker's entry code calls __libc_start with what the kernel left on the stack. */
#include <bits/internal.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv, char **envp);

char **environ;
const char *__program_name = "";
char *program_invocation_name = "";
char *program_invocation_short_name = "";

_Noreturn void __libc_start(int argc, char **argv, char **envp)
{
    environ = envp;
    if (argc > 0 && argv[0]) {
        char *slash = strrchr(argv[0], '/');
        program_invocation_name = argv[0];
        program_invocation_short_name = slash ? slash + 1 : argv[0];
        __program_name = program_invocation_short_name;
    }
    exit(main(argc, argv, envp));
}
