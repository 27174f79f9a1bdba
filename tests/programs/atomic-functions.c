// What <stdatomic.h> has as functions, beside the macros of the same names.
// expect: ok
// prints: 0 1
// prints: 0 0
// prints: 0
// native: no            there they are in a library of their own
#include <stdatomic.h>
#include <stdio.h>

int main(void)
{
    atomic_flag flag = ATOMIC_FLAG_INIT;
    _Bool (*set)(volatile atomic_flag *) = atomic_flag_test_and_set;
    void (*clear)(volatile atomic_flag *) = &atomic_flag_clear;
    atomic_char16_t narrow = 65535;
    narrow++;
    (atomic_thread_fence)(memory_order_seq_cst);
    atomic_signal_fence(memory_order_acquire);
    int first = set(&flag);
    printf("%d %d\n", first, (set)(&flag));
    clear(&flag);
    printf("%d %d\n", atomic_flag_test_and_set_explicit(&flag, memory_order_acquire), narrow);
    (atomic_flag_clear_explicit)(&flag, memory_order_release);
    printf("%d\n", (atomic_flag_test_and_set_explicit)(&flag, memory_order_relaxed));
    return 0;
}
