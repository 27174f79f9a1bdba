//! The frame of a function. From `sp` up:
//!
//! * arguments on the stack of the functions called
//! * this frame's address, if `sp` moves
//! * ra, the callee-saved registers used
//! * values that found no register
//! * locals and temporaries
//! * registers with variadic arguments (they join those on the caller's stack)
//!
//! In a function with arrays of variable length `sp` moves: they lie below the frame, and below them the
//! first two parts of this list again. There `s0` is the base instead of `sp`, and the word with the frame's
//! address tells those who unwind the stack where the frame is.
//!
//! The saved registers lie low so that even a large frame reaches them with a 12-bit offset.

use super::code::{Code, SlotId};
use super::convention::STACK_ALIGN;
use super::registers::Allocation;
use alloc::vec::Vec;
use sim_abi::Reg;

/// Offsets from `sp`, in bytes.
#[derive(Debug)]
pub(super) struct Frame {
    /// What the prologue subtracts from `sp`, a multiple of 16.
    pub size: u32,
    /// Where the frame's address is kept, if `sp` moves.
    pub address: Option<u32>,
    /// From what is allocated below the frame down to `sp`.
    pub below: u32,
    /// Where `ra` is saved.
    pub saved_return: Option<u32>,
    /// Where callee-saved registers are saved.
    pub saved: Vec<(Reg, u32)>,
    spills: u32,
    slots: Vec<u32>,
}

fn align_up(n: u32, align: u32) -> u32 {
    n.checked_next_multiple_of(align.max(1)).unwrap_or(n)
}

impl Frame {
    /// Lays out the frame.
    pub fn new(code: &Code, allocation: &Allocation) -> Frame {
        let mut top = align_up(code.outgoing, 4);
        let mut word = || {
            top += 4;
            top - 4
        };
        let address = code.moves_sp.then(&mut word);
        let saved_return = code.saves_return.then(&mut word);
        let saved = (0..32)
            .filter(|r| allocation.saved & 1 << r != 0)
            .map(|r| (Reg(r), word()))
            .collect();
        let spills = top;
        top += allocation.spills * 4;
        let slots = code
            .slots
            .iter()
            .map(|slot| {
                // The stack pointer itself is only a multiple of 16.
                let start = align_up(top, slot.align.min(STACK_ALIGN));
                top = start.saturating_add(slot.size).min(i32::MAX as u32 / 2);
                start
            })
            .collect();
        let size = align_up(top.saturating_add(code.variadic_save), 16);
        Frame {
            size,
            address,
            below: address.map_or(0, |at| align_up(at + 4, 16)),
            saved_return,
            saved,
            spills,
            slots,
        }
    }

    /// Where a spilled value lives.
    pub fn spill(&self, n: u32) -> u32 {
        self.spills + 4 * n
    }

    /// Where an object lives.
    pub fn slot(&self, slot: SlotId) -> u32 {
        self.slots.get(slot.0 as usize).copied().unwrap_or(0)
    }
}
