//! `_start`: the first instructions of a program.
//!
//! As Linux starts a process: `argc` at `0(sp)`, then `argv`, a null pointer, the environment. It
//! sets `tp` to the first thread's block, aligns `sp`, and calls `__libc_start(argc, argv, envp)`
//! if there is one; otherwise `main`, and ends with its result.

use super::assemble::{Assembly, Fixup, Item, Object, instruction};
use super::code::{SymbolRef, Target};
use crate::tree::Place;
use sim_abi::{Op, Reg};

/// The name under which `_start` asks for the first thread's block.
pub(super) const TLS_BLOCK: &str = "__tls_block";

/// The code of `_start`, which calls `callee`.
pub(super) fn start(callee: &'static str, has_tls: bool, far_calls: bool) -> Object {
    let mut out = Assembly::default();
    let mut item = |item| out.push(item, Place::default(), false);
    let (zero, a0, a1, a2) = (Reg::ZERO, Reg::A0, Reg::A1, Reg::A2);
    let mut done = |op, rd, rs1, rs2, imm| item(Item::Done(instruction(op, rd, rs1, rs2, imm)));
    done(Op::Lw, a0, Reg::SP, zero, 0);
    done(Op::Addi, a1, Reg::SP, zero, 4);
    done(Op::Slli, a2, a0, zero, 2);
    done(Op::Add, a2, a2, a1, 0);
    done(Op::Addi, a2, a2, zero, 4);
    done(Op::Andi, Reg::SP, Reg::SP, zero, -16);
    if has_tls {
        let target = Target {
            symbol: SymbolRef::Runtime(TLS_BLOCK),
            addend: 0,
        };
        let lui = instruction(Op::Lui, Reg::TP, zero, zero, 0);
        let addi = instruction(Op::Addi, Reg::TP, Reg::TP, zero, 0);
        item(Item::Symbolic(lui, Fixup::High, target));
        item(Item::Symbolic(addi, Fixup::Low, target));
    }
    item(Item::Call(SymbolRef::Runtime(callee)));
    let mut done = |op, rd, rs1, rs2, imm| item(Item::Done(instruction(op, rd, rs1, rs2, imm)));
    // exit(2); __libc_start does not come back.
    done(Op::Addi, Reg::A7, zero, zero, 93);
    done(Op::Ecall, zero, zero, zero, 0);
    out.assemble(0, far_calls)
}
