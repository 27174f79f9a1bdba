//! `setjmp` and `longjmp`, by hand: C has no name for a register.
//!
//! The buffer (`jmp_buf` of `setjmp.h`) begins with `ra`, `sp`, `s0`–`s11`: what a function keeps for
//! its caller. The library declares the two with bodies of no meaning, and these take their place.
//! The front end keeps all variables of a function that calls `setjmp` in memory, so that
//! they have their last values after the jump, as in unoptimised code of gcc.

use super::assemble::{Assembly, Item, Object, instruction};
use crate::tree::Place;
use sim_abi::{Instruction, Op, Reg};

/// What the buffer holds, in order, a word each.
const KEPT: [Reg; 14] = [
    Reg::RA,
    Reg::SP,
    Reg::S0,
    Reg::S1,
    Reg(18),
    Reg(19),
    Reg(20),
    Reg(21),
    Reg(22),
    Reg(23),
    Reg(24),
    Reg(25),
    Reg(26),
    Reg::S11,
];

/// The code of a function of the library that is written here.
pub(super) fn hand_written(name: &str, place: Place) -> Option<Object> {
    let (zero, a0, a1) = (Reg::ZERO, Reg::A0, Reg::A1);
    let mut out = Assembly::default();
    let mut push = |done: Instruction| out.push(Item::Done(done), place, false);
    let offsets = KEPT.into_iter().zip((0..).step_by(4));
    match name {
        "setjmp" => {
            offsets.for_each(|(r, offset)| push(instruction(Op::Sw, zero, a0, r, offset)));
            push(instruction(Op::Addi, a0, zero, zero, 0));
        }
        "longjmp" => {
            offsets.for_each(|(r, offset)| push(instruction(Op::Lw, r, a0, zero, offset)));
            // A result of 0 becomes 1.
            push(instruction(Op::Sltiu, a0, a1, zero, 1));
            push(instruction(Op::Add, a0, a0, a1, 0));
        }
        _ => return None,
    }
    push(instruction(Op::Jalr, zero, Reg::RA, zero, 0));
    Some(out.assemble(0, false))
}
