//! The back end: typed trees → machine code → a linked program image, and an ELF file of it.
//!
//! * generate    tree → code over virtual registers
//! * liveness, registers    which value is in which machine register
//! * frame, moves, emit    → assembler items: prologue, spills, calls
//! * assemble    items → words with relocations, long branches
//! * symbols, link, start    several units → sections, addresses, tables
//! * elf    image → file
//!
//! Readable code is a goal beside speed: no frame pointer, one exit, fused compare-and-branch,
//! folded immediates. Not here: any optimisation that removes, merges or moves an access.

mod assemble;
mod code;
mod convention;
mod elf;
mod emit;
mod frame;
mod generate;
mod jump;
mod link;
mod liveness;
mod moves;
mod registers;
mod start;
mod symbols;
#[cfg(test)]
mod tests;

use crate::tree::Unit;

pub use elf::write_elf;
pub use link::link;

/// One unit to be linked.
#[derive(Clone, Copy, Debug)]
pub struct LinkInput<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// Of the C library: only what the program reaches is linked, and it lies together.
    pub library: bool,
}
