/* malloc and free: segregated free lists over memory of each thread's own, and over brk.
 *
 * A block's capacity is one of a fixed row of sizes (16, 32 … 512, then four for each doubling). Each
 * arena has one list of free blocks for each capacity: freeing pushes, allocating pops; if the list is
 * empty, a block is cut from the arena's fresh memory. Blocks are never split or joined.
 *
 * A header stands before each block, so that no bookkeeping lies in the program's bytes. Each thread
 * has an arena of its own, at the start of the heap that the kernel gives it with its stack, so that the
 * addresses of blocks do not depend on which thread allocates first; the first thread's, and what an arena
 * needs besides, is by brk. A block goes back to the arena it came from. The kernel is told about each
 * block (system calls that do nothing elsewhere): it knows the exact size and finds misuse, and
 * refuses a pointer that is no live block before any header is read.
 */
#include <bits/internal.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SMALL 512
#define CLASSES (SMALL / 16 + 4 * 22)
#define CHUNK 0x4000 /* an arena's fresh memory grows by at least this */
#define LARGEST 0x3f000000
#define THREAD_HEAP 0x4000 /* bytes that the kernel gives a thread (`sim/abi/layout.rs`) */

/* For the kernel: not a block of the program. */
#define OF_THE_LIBRARY 2

struct header {
    size_t capacity; /* 0: an aligned block inside the block `next` */
    size_t size; /* as asked for */
    struct header *next; /* in the free list */
    struct arena *arena;
};

struct arena {
    int lock;
    char *fresh, *limit; /* never used memory, all zero */
    struct header *free[CLASSES];
};

static struct arena first_arena;
static _Thread_local struct arena *my_arena;

/* The class whose capacity is the least that holds size, and that capacity. */
static int class_of(size_t size, size_t *capacity)
{
    size_t step = SMALL / 4;
    int class = SMALL / 16;
    if (size <= SMALL) {
        class = size ? (size - 1) / 16 : 0;
        *capacity = (class + 1) * 16;
        return class;
    }
    while (size > 8 * step) {
        step *= 2;
        class += 4;
    }
    /* Here 4 * step < size <= 8 * step. */
    *capacity = (size + step - 1) / step * step;
    return class + *capacity / step - 5;
}

/* Gives the arena at least size bytes of fresh memory. Its lock is not held while the kernel looks for room. */
static int grow(struct arena *arena, size_t size)
{
    size_t more = size < CHUNK ? CHUNK : size;
    char *start = __more_heap(more);
    if (!start && more > size) /* Perhaps not a whole chunk, but what is needed. */
        start = __more_heap(more = size);
    if (!start)
        return 0;
    __lock(&arena->lock);
    if (start != arena->limit)
        arena->fresh = (char *)(((uintptr_t)start + 15) & ~15U);
    arena->limit = start + more;
    __unlock(&arena->lock);
    return 1;
}

/* A block from the free list or from fresh memory; *missing: bytes that it needs, if there is none. */
static struct header *cut(struct arena *arena, size_t size, int *zero, size_t *missing)
{
    size_t capacity;
    struct header *block;
    int class = class_of(size, &capacity);
    __lock(&arena->lock);
    block = arena->free[class];
    if (block) {
        arena->free[class] = block->next;
        *zero = 0;
    } else if ((size_t)(arena->limit - arena->fresh) >= sizeof *block + capacity) {
        block = (struct header *)arena->fresh;
        arena->fresh += sizeof *block + capacity;
        block->capacity = capacity;
        block->arena = arena;
        *zero = 1;
    } else {
        *missing = sizeof *block + capacity;
    }
    if (block)
        block->size = size;
    __unlock(&arena->lock);
    return block;
}

/* A block that the kernel is not told about, with memory as it is; *zero: known to be all zero. */
static struct header *take(struct arena *arena, size_t size, int *zero)
{
    size_t missing;
    struct header *block = NULL;
    if (size > LARGEST)
        return NULL;
    while (!(block = cut(arena, size, zero, &missing)) && grow(arena, missing))
        ; /* More than once if the program has left the end of the heap at an odd address. */
    return block;
}

static void give(struct header *block)
{
    struct arena *arena = block->arena;
    size_t capacity;
    int class = class_of(block->capacity, &capacity);
    __lock(&arena->lock);
    block->next = arena->free[class];
    arena->free[class] = block;
    __unlock(&arena->lock);
}

static struct arena *enter_arena(void)
{
    struct arena *arena;
    if (my_arena)
        return my_arena;
    arena = (struct arena *)__builtin_syscall(SYS_heap_of_thread, 0);
    if (!arena || (long)arena == -ENOSYS) {
        arena = &first_arena;
    } else if (!arena->limit) {
        arena->fresh = (char *)arena + ((sizeof *arena + 15) & ~15U);
        arena->limit = (char *)arena + THREAD_HEAP;
    }
    return my_arena = arena;
}

/* Other threads, which the child does not have, may have been at work. */
void __heap_forked(void)
{
    uintptr_t at = 1;
    first_arena.lock = 0;
    while ((at = __builtin_syscall(SYS_heap_of_thread, at)) && (long)at != -ENOSYS) {
        if (((struct arena *)at)->lock)
            ((struct arena *)at)->lock = 0;
        at++;
    }
}

/* The header of a block, also of an aligned one. */
static struct header *header_of(void *block)
{
    struct header *header = (struct header *)block - 1;
    return header->capacity ? header : header->next;
}

static void *allocate(size_t size, int zeroed)
{
    int zero;
    struct header *block = take(enter_arena(), size, &zero);
    if (!block) {
        errno = ENOMEM;
        return NULL;
    }
    __builtin_syscall(SYS_heap_allocated, block + 1, size, zeroed);
    if (zeroed && !zero)
        memset(block + 1, 0, size);
    return block + 1;
}

void *malloc(size_t size)
{
    return allocate(size, 0);
}

void *calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return allocate(count * size, 1);
}

void free(void *block)
{
    if (block && __builtin_syscall(SYS_heap_freed, block) != -EINVAL)
        give(header_of(block));
}

void *realloc(void *block, size_t size)
{
    struct header *header;
    size_t old_size;
    void *moved;
    if (!block)
        return malloc(size);
    if (size == 0) {
        free(block);
        return NULL;
    }
    header = header_of(block);
    if (block == header + 1 && size <= header->capacity && size > header->capacity / 2) {
        /* It stays where it is: for the kernel, another block with all bytes known. */
        if (__builtin_syscall(SYS_heap_freed, block) == -EINVAL)
            return NULL;
        header->size = size;
        __builtin_syscall(SYS_heap_allocated, block, size, 1);
        return block;
    }
    old_size = header->size;
    moved = malloc(size);
    if (moved) {
        memcpy(moved, block, old_size < size ? old_size : size);
        free(block);
    }
    return moved;
}

void *reallocarray(void *block, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, count * size);
}

/* A larger block; in front of the first aligned address in it stands a header that points to the real one. */
static void *allocate_aligned(size_t alignment, size_t size)
{
    int zero;
    struct header *block, *inner;
    uintptr_t address;
    if (alignment <= 16)
        return malloc(size);
    block = size + alignment < size ? NULL : take(enter_arena(), size + alignment, &zero);
    if (!block) {
        errno = ENOMEM;
        return NULL;
    }
    block->size = size;
    address = ((uintptr_t)(block + 1) + alignment - 1) & -alignment;
    inner = (struct header *)address - 1;
    if (inner != block) {
        inner->capacity = 0;
        inner->next = block;
    }
    __builtin_syscall(SYS_heap_allocated, address, size, 0);
    return (void *)address;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (alignment == 0 || alignment & (alignment - 1)) {
        errno = EINVAL;
        return NULL;
    }
    return allocate_aligned(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
    int before = errno;
    void *block;
    if (alignment < sizeof(void *) || alignment & (alignment - 1))
        return EINVAL;
    block = allocate_aligned(alignment, size);
    errno = before;
    if (!block)
        return ENOMEM;
    *result = block;
    return 0;
}

size_t malloc_usable_size(void *block)
{
    return block ? header_of(block)->size : 0;
}

void *__heap_take(size_t size)
{
    int zero;
    struct header *block = take(enter_arena(), size, &zero);
    if (!block)
        return NULL;
    __builtin_syscall(SYS_heap_allocated, block + 1, size, OF_THE_LIBRARY);
    return block + 1;
}

void __heap_give(void *block)
{
    give((struct header *)block - 1);
}
