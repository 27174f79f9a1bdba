//! The hardware: harts that execute RV32IMA in user mode, physical frames, address spaces.
//!
//! The model is the RISC-V unprivileged specification 20191213, chapters 2, 7 and 8, with
//! sequentially consistent memory. [`run`] executes instructions of one hart until something happens
//! that the kernel must see ([`Stop`]); [`Memory`] is everything the harts share.
//!
//! Not here: processes, threads, system calls, time, and the decision whose turn it is (`kernel`).
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod arithmetic;
mod elf;
mod execute;
mod fast;
mod journal;
mod memory;
mod operation;
mod registers;
mod reservation;
mod space;
mod store;
mod text;
mod translation;
mod watch;

pub use elf::load_elf;
pub use execute::{Fault, Stop, run, step};
pub use journal::{Change, Mark, PageChange};
pub use memory::{FrameId, Memory};
pub use registers::Registers;
pub use space::{Page, Sharing, SpaceId};
pub use translation::{AccessKind, Miss, MissReason};
pub use watch::{Access, Kind, Watch};
