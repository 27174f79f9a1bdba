//! The calling convention: RISC-V psABI, ilp32 (integer registers only).
//!
//! Arguments take `a0`–`a7`, then the stack. A value of 64 bits takes two registers, or the last
//! register and the first stack word; a variadic one an aligned pair. Aggregates of at most 8 bytes
//! travel like integers, larger ones by the address of a copy.
//! One deviation: a *variadic* aggregate is always passed by the address of a copy, so that
//! `va_arg` is the same for all sizes.

use crate::tree::Ty;
use alloc::vec::Vec;
use sim_abi::Reg;

/// What the stack pointer is a multiple of.
pub(super) const STACK_ALIGN: u32 = 16;

/// Where one word of an argument travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    /// In a register.
    Register(Reg),
    /// On the stack, this many bytes above the caller's `sp`.
    Stack(u32),
}

/// How a type travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// As that many words (0 to 2).
    Words(u32),
    /// As the address of a copy.
    Reference,
}

/// How a value of this type is passed to a named parameter, or returned.
pub(super) fn class(ty: Ty) -> Class {
    match ty {
        Ty::Void => Class::Words(0),
        Ty::Scalar(s) => Class::Words(s.size().div_ceil(4)),
        Ty::Aggregate { size, .. } if size <= 8 => Class::Words(size.div_ceil(4)),
        Ty::Aggregate { .. } => Class::Reference,
    }
}

/// Hands out seats, argument after argument.
#[derive(Clone, Debug, Default)]
pub(super) struct Seats {
    registers: u8,
    stack: u32,
}

impl Seats {
    fn next(&mut self) -> Seat {
        if self.registers < 8 {
            self.registers += 1;
            return Seat::Register(Reg(Reg::A0.0 + self.registers - 1));
        }
        self.stack += 4;
        Seat::Stack(self.stack - 4)
    }

    /// The seats of an argument of `words` words; `aligned`: a variadic one of 64 bits.
    pub fn take(&mut self, words: u32, aligned: bool) -> Vec<Seat> {
        if aligned {
            self.registers = self.registers.next_multiple_of(2);
        }
        if words == 2 && self.registers == 8 {
            self.stack = self.stack.next_multiple_of(8);
        }
        (0..words).map(|_| self.next()).collect()
    }

    /// Argument registers not used yet.
    pub fn free_registers(&self) -> u32 {
        8 - u32::from(self.registers)
    }

    /// The next free register, if there is one.
    pub fn next_register(&self) -> Option<Reg> {
        (self.registers < 8).then(|| Reg(Reg::A0.0 + self.registers))
    }

    /// Bytes of stack used so far.
    pub fn stack(&self) -> u32 {
        self.stack
    }
}
