/* Sorting and searching. qsort is a merge sort, so it is stable, as glibc's usually is. */
#include <bits/internal.h>
#include <stdlib.h>
#include <string.h>

typedef int comparison(const void *, const void *, void *);

struct job {
    size_t size;
    comparison *compare;
    void *argument;
    char *scratch;
};

/* Sorts each half, then merges: the left half from the scratch memory, the right one in place. */
static void merge_sort(const struct job *job, char *base, size_t count)
{
    size_t half = count / 2, size = job->size;
    char *left = job->scratch, *left_end = left + half * size;
    char *right = base + half * size, *right_end = base + count * size;
    if (count < 2)
        return;
    merge_sort(job, base, half);
    merge_sort(job, right, count - half);
    memcpy(left, base, half * size);
    while (left < left_end) {
        if (right < right_end && job->compare(left, right, job->argument) > 0) {
            memcpy(base, right, size);
            right += size;
        } else {
            memcpy(base, left, size);
            left += size;
        }
        base += size;
    }
}

/* Without memory: slowly, but also stable. */
static void insertion_sort(const struct job *job, char *base, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (char *x = base + i * job->size; x > base && job->compare(x - job->size, x, job->argument) > 0; x -= job->size)
            for (size_t k = 0; k < job->size; k++) {
                char byte = x[k];
                x[k] = x[k - job->size];
                x[k - job->size] = byte;
            }
}

void qsort_r(void *base, size_t count, size_t size, comparison *compare, void *argument)
{
    char small[512];
    struct job job = {size, compare, argument, small};
    size_t need = count / 2 * size;
    if (count < 2 || size == 0)
        return;
    if (need > sizeof small)
        job.scratch = __heap_take(need);
    if (!job.scratch)
        insertion_sort(&job, base, count);
    else
        merge_sort(&job, base, count);
    if (job.scratch && job.scratch != small)
        __heap_give(job.scratch);
}

/* qsort's comparison has no third parameter: it is the argument itself. */
static int compare_two(const void *a, const void *b, void *compare)
{
    return ((int (*)(const void *, const void *))compare)(a, b);
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    qsort_r(base, count, size, compare_two, (void *)compare);
}

void *bsearch(const void *key, const void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    const char *low = base;
    while (count) {
        const char *middle = low + count / 2 * size;
        int order = compare(key, middle);
        if (order == 0)
            return (void *)middle;
        if (order > 0) {
            low = middle + size;
            count--;
        }
        count /= 2;
    }
    return NULL;
}
