/* Names of threads. The kernel shows them to people; for the program they are kept here too, because
 * the kernel tells nobody.
 */
#include <bits/internal.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH 16 /* with the final zero, as in Linux */

struct named {
    struct named *next;
    pthread_t thread;
    char name[LENGTH];
};
static struct named *names;
static int lock;

/* Call with the lock held. */
static struct named *find(pthread_t thread)
{
    struct named *entry = names;
    while (entry && entry->thread != thread)
        entry = entry->next;
    return entry;
}

int pthread_setname_np(pthread_t thread, const char *name)
{
    struct named *entry;
    if (strlen(name) >= LENGTH)
        return ERANGE;
    __lock(&lock);
    entry = find(thread);
    if (!entry && (entry = __heap_take(sizeof *entry))) {
        entry->thread = thread;
        entry->next = names;
        names = entry;
    }
    if (entry)
        strcpy(entry->name, name);
    __unlock(&lock);
    return -__builtin_syscall(SYS_thread_set_name, thread, name);
}

/* Without a name of its own a thread has that of the program. */
int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
    struct named *entry;
    if (size < LENGTH)
        return ERANGE;
    __lock(&lock);
    entry = find(thread);
    strncpy(name, entry ? entry->name : __program_name, LENGTH - 1);
    name[LENGTH - 1] = 0;
    __unlock(&lock);
    return 0;
}
