//! The memory map, and the bytes of the objects that the C library and the kernel both know.
//!
//! All sizes and addresses in bytes. The map is fixed, so that the same program has the same
//! addresses in every run; `sim dump` prints it.
//!
//! ```text
//! 0000_0000  nothing: null pointers fault
//! 0001_0000  text, rodata, data, bss of the program, then the heap (grows up by brk)
//! 4000_0000  mappings (mmap), growing up
//! 5000_0000  heaps of threads: THREAD_HEAP_SIZE bytes for each stack slot, the first its `malloc` hands out
//! 6000_0000  thread stacks: slots of STACK_SLOT bytes, a guard page at the bottom of each
//! efff_f000  the first thread's stack, growing down from STACK_TOP
//! ```

/// Bytes of a page.
pub const PAGE_SIZE: u32 = 4096;
/// Where `cc` puts text; nothing is ever mapped below.
pub const TEXT_BASE: u32 = 0x0001_0000;
/// The heap ends here at the latest.
pub const HEAP_LIMIT: u32 = 0x4000_0000;
/// Mappings start here …
pub const MMAP_BASE: u32 = 0x4000_0000;
/// … and end here at the latest.
pub const MMAP_LIMIT: u32 = THREAD_HEAPS;
/// The first thread heap: the heap of the thread in stack slot 0.
pub const THREAD_HEAPS: u32 = 0x5000_0000;
/// Bytes that a thread's `malloc` can hand out before it asks for more by brk.
pub const THREAD_HEAP_SIZE: u32 = 0x4000;
/// First thread-stack slot.
pub const THREAD_STACKS: u32 = 0x6000_0000;
/// One guard page and the stack of a thread.
pub const STACK_SLOT: u32 = PAGE_SIZE + THREAD_STACK_SIZE;
/// The stack of a thread made by `pthread_create`.
pub const THREAD_STACK_SIZE: u32 = 0x2_0000;
/// One past the highest byte of the first thread's stack.
pub const STACK_TOP: u32 = 0xf000_0000;
/// The most the first thread's stack may take.
pub const MAIN_STACK_SIZE: u32 = 0x80_0000;
/// Bytes below it that are nobody's, so that running into them is a stack overflow: as many as the largest
/// frame that a program is likely to have. Under the other stacks it is a page.
pub const MAIN_GUARD: u32 = 0x10_0000;

/// `pthread_mutex_t`, 24 bytes, all zero: a normal mutex, free (`PTHREAD_MUTEX_INITIALIZER`).
pub mod mutex {
    /// `sizeof`.
    pub const SIZE: u32 = 24;
    /// Word 0: kind in bits 0–1 (0 normal, 1 recursive, 2 errorcheck), bit 4 process-shared, bit 5 robust,
    /// bits 6–7 protocol (0 none, 1 inherit, 2 protect), bit 31 destroyed.
    pub const KIND: u32 = 0;
    /// Word 1: the owner's tid, 0 if free.
    pub const OWNER: u32 = 4;
    /// Word 2: how often the owner holds it (recursive), otherwise 0 or 1.
    pub const COUNT: u32 = 8;
    /// Bit of `KIND`: destroyed; every use is misuse.
    pub const DESTROYED: u32 = 1 << 31;
    /// Bits of `KIND`: normal, recursive or errorcheck.
    pub const KIND_MASK: u32 = 3;
}

/// `pthread_cond_t`, 16 bytes, all zero is a condition without waiters.
pub mod cond {
    /// `sizeof`.
    pub const SIZE: u32 = 16;
    /// Word 0: bit 0 clock is monotonic, bit 4 process-shared, bit 31 destroyed.
    pub const FLAGS: u32 = 0;
}

/// `sem_t`, 16 bytes.
pub mod semaphore {
    /// `sizeof`.
    pub const SIZE: u32 = 16;
    /// Word 0: the value.
    pub const VALUE: u32 = 0;
    /// Word 1: bit 4 process-shared, bit 31 destroyed.
    pub const FLAGS: u32 = 4;
}

/// `pthread_rwlock_t`, 24 bytes, all zero is free.
pub mod rwlock {
    /// `sizeof`.
    pub const SIZE: u32 = 24;
    /// Word 0: as of a mutex.
    pub const KIND: u32 = 0;
    /// Word 1: the writer's tid, 0 if none.
    pub const WRITER: u32 = 4;
    /// Word 2: how many readers hold it.
    pub const READERS: u32 = 8;
}

/// `pthread_barrier_t`, 16 bytes.
pub mod barrier {
    /// `sizeof`.
    pub const SIZE: u32 = 16;
    /// Word 0: how many threads it takes.
    pub const THREADS: u32 = 0;
    /// Word 1: how many have arrived in this round.
    pub const ARRIVED: u32 = 4;
    /// Word 2: round number.
    pub const ROUND: u32 = 8;
    /// Word 3: bit 31 destroyed.
    pub const FLAGS: u32 = 12;
}
