//! Strategies over a [`sim_kernel::World`]: who makes the choices, and what is concluded.
//!
//! Here now: one run by the clock, with the detectors listening (`run`). Knows no file, no terminal.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod findings;
mod inspect;
pub mod moment;
mod probe;
pub mod run;
mod trace;
