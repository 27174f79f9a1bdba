//! Detectors: observers that draw conclusions. They see events, memory accesses and facts
//! (`sim_abi`), never the kernel, and steer nothing.
//!
//!   * [`race`]: data races, by happens-before (FastTrack);
//!   * [`deadlock`]: threads that can never go on, by graph reduction;
//!   * [`lock_order`]: locks taken in both orders;
//!   * [`heap`]: use after free, out of bounds, uninitialised reads, leaks;
//!   * [`misuse`]: wrong use of locks, exit with a lock held, lost signals;
//!   * [`held`]: which locks a thread holds, for the two above and for every report.
//!
//! Results are small values with ids, program counters, ticks and objects. Names of variables,
//! threads and source lines are not here: the caller, who has the symbols, resolves them.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod deadlock;
pub mod heap;
pub mod held;
pub mod lock_order;
pub mod misuse;
pub mod race;
pub mod side;

mod clock;
mod heap_map;
mod shadow;
mod sync;
mod word;

#[cfg(test)]
mod samples;
