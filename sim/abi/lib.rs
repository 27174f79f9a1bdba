//! The words that two rooms must agree on. Depends on nothing.
//!
//! Ids and ticks, instructions, the program image, system calls, events with their footprints,
//! choices and schedules, faults and findings, diagnostics. Values only: no behaviour beyond
//! encoding, looking up and printing oneself.
#![no_std]
extern crate alloc;

pub mod check;
pub mod choice;
pub mod diagnostic;
pub mod disassembly;
pub mod encoding;
pub mod event;
pub mod facts;
pub mod finding;
pub mod footprint;
pub mod ids;
pub mod image;
pub mod instruction;
pub mod layout;
pub mod mixer;
pub mod moment;
pub mod record;
pub mod syscall;
pub mod trace;

pub use choice::{Choice, Schedule};
pub use diagnostic::{Diagnostic, Severity, Span};
pub use event::{Event, EventKind, Location, MemoryAccess, Object};
pub use finding::{Finding, FindingKind, Verdict};
pub use ids::{CoreId, Pid, PipeId, Tick, Tid};
pub use image::{Image, Permissions};
pub use instruction::{Instruction, Op, Reg};
