/* The end of a process: exit and atexit. */
#include <bits/internal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROOM 64

struct list {
    int count;
    void (*functions[ROOM])(void);
};

static int lock;
static struct list at_exit, at_quick_exit_list;

static int add(struct list *list, void (*function)(void))
{
    int result = -1;
    __lock(&lock);
    if (list->count < ROOM) {
        list->functions[list->count++] = function;
        result = 0;
    }
    __unlock(&lock);
    return result;
}

/* Last registered, first called; a function may register more. */
static void run(struct list *list)
{
    for (;;) {
        void (*function)(void) = NULL;
        __lock(&lock);
        if (list->count)
            function = list->functions[--list->count];
        __unlock(&lock);
        if (!function)
            return;
        function();
    }
}

int atexit(void (*function)(void))
{
    return add(&at_exit, function);
}

int at_quick_exit(void (*function)(void))
{
    return add(&at_quick_exit_list, function);
}

void _Exit(int status)
{
    for (;;)
        __builtin_syscall(SYS_exit_group, status);
}

void _exit(int status)
{
    _Exit(status);
}

void exit(int status)
{
    run(&at_exit);
    fflush(NULL);
    _Exit(status);
}

void quick_exit(int status)
{
    run(&at_quick_exit_list);
    _Exit(status);
}
