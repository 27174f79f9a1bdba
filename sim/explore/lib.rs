//! Strategies over a [`sim_kernel::World`]: who makes the choices, and what is concluded.
//!
//! One run by the clock, with the detectors listening (`run`); all interleavings, or many (`check`); one
//! schedule once more (`replay`). Knows no file, no terminal, no clock.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod check;
mod circles;
mod clue;
mod conditions;
mod dfs;
mod dpor;
mod findings;
mod footprint;
mod hash;
mod inspect;
mod livelock;
pub mod moment;
mod names;
mod orders;
mod pct;
mod probe;
mod random;
pub mod replay;
pub mod run;
mod said;
pub mod schedule;
pub mod search;
mod seen;
mod sharing;
mod shortest;
mod sleep;
mod state_graph;
mod states;
mod step_record;
mod strategy;
mod switches;
mod tally;
mod team;
mod timeline;
mod trace;
mod wakeup;
mod walked;
mod window;
pub mod workers;
