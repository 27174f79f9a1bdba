// The choice itself is forgotten; what it has done to the kernel's tables is not.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sim/check.h>

/* A state that both ways lead to. */
static void meet(void) { sim_choose(2); }

#ifdef NAMES
static void make(void) {
    close(open(sim_choose(2) ? "/tmp/a" : "/tmp/b", O_CREAT | O_RDWR, 0600));
}

int main(void) {
    make();
    meet();
    sim_outcome(open("/tmp/a", O_RDONLY) >= 0 ? "a" : "b");
    return 0;
}
#endif

#ifdef OFFSETS
/* Two descriptors of one open file, or of two. */
static void make(void) {
    int one = open("/tmp/a", O_CREAT | O_RDWR, 0600);
    sim_choose(2) ? dup(one) : open("/tmp/a", O_RDWR);
}

int main(void) {
    make();
    meet();
    write(3, "xy", 2);
    sim_outcome("%d", (int)lseek(4, 0, SEEK_CUR));
    return 0;
}
#endif

#ifdef RIGHTS
static char *page;

static void make(void) {
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sim_choose(2))
        mprotect(page, 4096, PROT_READ);
}

int main(void) {
    make();
    meet();
    *page = 0;
    sim_outcome("written");
    return 0;
}
#endif
