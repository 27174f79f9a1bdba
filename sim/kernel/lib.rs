//! The simulated operating system: one value, [`World`], that steps when it is told what happens next.
//!
//! Processes, threads, virtual memory, scheduling, synchronisation, pipes, files, signals, time. Knows
//! no observer, no strategy and no report: it tells [`Observer`]s what happens and asks nothing back.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod buffers;
mod bursts;
mod choices;
mod clock;
pub mod config;
mod cores;
mod effort;
mod enabled;
mod facts;
mod files;
mod fingerprint;
mod hart;
mod invariants;
mod io;
mod ipc;
mod life;
mod liveness;
mod loader;
mod lockstep;
mod map;
mod names;
mod noticed;
mod observer;
mod ordered;
mod plain;
mod process;
mod properties;
mod sched;
mod signals;
mod snapshot;
mod space;
mod sync;
mod syscall;
mod table;
mod thread;
mod thread_life;
mod thread_names;
mod time;
mod timers;
mod user_memory;
mod vm;
mod wait;
mod watch;
mod world;

pub use choices::{NotEnabled, Visibility};
pub use config::{Body, Config, CostTable, Limits, PolicyKind, ProcessSpec, Program};
pub use enabled::{Enabled, Operation};
pub use loader::ARGUMENTS_MAX;
pub use observer::Observer;
pub use process::Process;
pub use snapshot::Saved;
pub use space::{Area, AreaKind};
pub use thread::{State, Thread};
pub use wait::Wait;
pub use world::{Halt, Mode, World};
