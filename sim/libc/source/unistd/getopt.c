/* Command-line options, as in glibc with "+": the first argument that is no option ends them. */
#include <bits/internal.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt;
static int position; /* inside a group of letters, "-abc" */

static void complain(const char *program, const char *text, int option)
{
    if (opterr)
        fprintf(stderr, "%s: %s -- '%c'\n", program, text, option);
}

int getopt(int argc, char *const argv[], const char *options)
{
    const char *argument, *entry;
    int colon_first = *options == ':' || (*options == '+' && options[1] == ':');
    optarg = NULL;
    if (optind == 0) { /* start again */
        optind = 1;
        position = 0;
    }
    if (position == 0) {
        if (optind >= argc || argv[optind][0] != '-' || argv[optind][1] == 0)
            return -1;
        if (strcmp(argv[optind], "--") == 0) {
            optind++;
            return -1;
        }
        position = 1;
    }
    argument = argv[optind];
    optopt = (unsigned char)argument[position++];
    entry = optopt == ':' || optopt == '+' ? NULL : strchr(options, optopt);
    if (argument[position] == 0) {
        optind++;
        position = 0;
    }
    if (!entry) {
        if (!colon_first)
            complain(argv[0], "invalid option", optopt);
        return '?';
    }
    if (entry[1] == ':') {
        if (position) {
            optarg = (char *)argument + position;
            optind++;
            position = 0;
        } else if (entry[2] != ':') {
            if (optind >= argc) {
                if (!colon_first)
                    complain(argv[0], "option requires an argument", optopt);
                return colon_first ? ':' : '?';
            }
            optarg = argv[optind++];
        }
    }
    return optopt;
}

/* "--name", "--name=value" or "--name value"; everything else is left to getopt. */
int getopt_long(int argc, char *const argv[], const char *options, const struct option *long_options, int *index)
{
    const char *name, *equals;
    size_t length;
    if (position || optind >= argc || strncmp(argv[optind], "--", 2) != 0 || argv[optind][2] == 0)
        return getopt(argc, argv, options);
    name = argv[optind++] + 2;
    equals = strchr(name, '=');
    length = equals ? (size_t)(equals - name) : strlen(name);
    optarg = NULL;
    for (int i = 0; long_options[i].name; i++) {
        const struct option *option = &long_options[i];
        if (strncmp(option->name, name, length) != 0 || option->name[length] != 0)
            continue;
        if (index)
            *index = i;
        if (option->has_arg != no_argument && equals)
            optarg = (char *)equals + 1;
        else if (option->has_arg == required_argument && optind < argc)
            optarg = argv[optind++];
        else if (option->has_arg == required_argument || equals) {
            if (opterr)
                fprintf(stderr, equals ? "%s: option '--%s' doesn't allow an argument\n"
                                       : "%s: option '--%s' requires an argument\n", argv[0], option->name);
            return *options == ':' && !equals ? ':' : '?';
        }
        if (!option->flag)
            return option->val;
        *option->flag = option->val;
        return 0;
    }
    if (opterr)
        fprintf(stderr, "%s: unrecognized option '--%s'\n", argv[0], name);
    return '?';
}
