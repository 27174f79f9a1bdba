/* Files that are there for a while. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The six letters at the end of a name, from a number. */
static void spell(char *name, unsigned int number)
{
    char *end = name + strlen(name);
    for (char *letter = end; letter-- > end - 6; number /= 26)
        *letter = 'a' + number % 26;
}

/* The X at the end become letters that make a new name. */
int mkstemp(char *name)
{
    size_t length = strlen(name);
    if (length < 6 || strcmp(name + length - 6, "XXXXXX") != 0) {
        errno = EINVAL;
        return -1;
    }
    for (unsigned int attempt = 0; attempt < 1000000; attempt++) {
        int fd;
        spell(name, attempt);
        fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* A name that no file has, and that was not given before. */
char *tmpnam(char *name)
{
    static char own[L_tmpnam];
    static unsigned int given;
    char *found = strcpy(name ? name : own, "/tmp/XXXXXX");
    do
        spell(found, given++);
    while (access(found, F_OK) == 0);
    return found;
}

/* It has no name any more when the program gets it. */
FILE *tmpfile(void)
{
    char name[] = "/tmp/XXXXXX";
    int fd = mkstemp(name);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");
    if (fd >= 0)
        unlink(name);
    if (!file && fd >= 0)
        close(fd);
    return file;
}
