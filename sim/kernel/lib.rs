//! The simulated operating system: one value, [`World`], that steps when it is told what happens next.
//!
//! Knows no observer, no strategy and no report.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod config;

pub use config::{Body, Config, CostTable, Limits, PolicyKind, ProcessSpec, Program};
