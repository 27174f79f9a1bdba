/* Files that are there for a while. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The X at the end become letters that make a new name. */
int mkstemp(char *name)
{
    size_t length = strlen(name);
    char *end = name + length, *digits = end - 6;
    if (length < 6 || strcmp(digits, "XXXXXX") != 0) {
        errno = EINVAL;
        return -1;
    }
    for (unsigned int attempt = 0; attempt < 1000000; attempt++) {
        unsigned int rest = attempt;
        int fd;
        for (char *digit = end; digit-- > digits; rest /= 26)
            *digit = 'a' + rest % 26;
        fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
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
