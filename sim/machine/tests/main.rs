//! The machine, tested through its public face.
//!
//! Contents:
//!   board         a small computer to test with; `check`: program, registers before, registers after
//!   instructions  every instruction of I and M against the tables of the specification
//!   memory        misaligned accesses, permissions, sharing, copy on write, self-modifying code
//!   atomics       A: AMO, LR/SC and everything that breaks a reservation
//!   stops         budget, faults, watchers
//!   journal       rolling back is exact
//!   random        both roads agree on random programs; no word and no ELF file panics
//!   elf           what the loader accepts, and how it refuses
#![allow(missing_docs)] // Tests are named so that they need none.

mod atomics;
mod board;
mod elf;
mod instructions;
mod journal;
mod memory;
mod random;
mod stops;
