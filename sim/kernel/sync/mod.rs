//! Synchronisation objects. Their state is in their bytes in user memory (`sim_abi::layout`); the kernel
//! keeps only the waiters. So `fork`, shared memory and re-initialising just work.

pub mod barrier;
pub mod condition;
pub mod mutex;
pub mod once;
pub mod rwlock;
pub mod semaphore;
