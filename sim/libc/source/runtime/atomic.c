/* The functions of <stdatomic.h> that are not generic, for those who take their addresses. */
#include <stdatomic.h>

void (atomic_thread_fence)(memory_order order)
{
    (void)order;
    atomic_thread_fence(memory_order_seq_cst);
}

void (atomic_signal_fence)(memory_order order)
{
    (void)order;
    atomic_signal_fence(memory_order_seq_cst);
}

_Bool (atomic_flag_test_and_set)(volatile atomic_flag *flag)
{
    return atomic_flag_test_and_set(flag);
}

_Bool (atomic_flag_test_and_set_explicit)(volatile atomic_flag *flag, memory_order order)
{
    (void)order;
    return atomic_flag_test_and_set(flag);
}

void (atomic_flag_clear)(volatile atomic_flag *flag)
{
    atomic_flag_clear(flag);
}

void (atomic_flag_clear_explicit)(volatile atomic_flag *flag, memory_order order)
{
    (void)order;
    atomic_flag_clear(flag);
}
