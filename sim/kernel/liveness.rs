//! Live registers: which ones the program may still read, at each instruction. A value nobody will read
//! is no part of the state, so fingerprints leave it out.
//!
//! Backward data-flow over the machine code of each function (Aho, Lam, Sethi & Ullman, chapter 9.2.5),
//! by the calling convention of the RISC-V psABI: a call may read all argument registers and leaves
//! the saved ones alone; a return hands on the results and the saved registers. Where the way goes
//! out of the function otherwise, everything is live. Only for programs of our own compiler, which keeps
//! to the convention; of a foreign ELF file every register is live everywhere.

use alloc::vec;
use alloc::vec::Vec;

use sim_abi::encoding::decode;
use sim_abi::image::{Function, Image};
use sim_abi::{Instruction, Op};

/// A set of registers: bit `n` is `xn`.
type Set = u32;

const ALL: Set = !1;
/// `ra`
const RA: Set = 1 << 1;
/// `sp`, `gp`, `tp`: always live.
const FIXED: Set = 0b1_1100;
/// `a0`–`a7`
const ARGUMENTS: Set = 0xff << 10;
/// `t0`–`t6`
const TEMPORARIES: Set = 0b111 << 5 | 0b1111 << 28;
/// `s0`–`s11`
const SAVED: Set = 0b11 << 8 | 0x3ff << 18;
/// `a0`, `a1`
const RESULTS: Set = 0b11 << 10;
/// `a0`–`a5` and `a7`: a system call's arguments and number.
const SYSTEM: Set = 0x3f << 10 | 1 << 17;

/// The live registers before each instruction of a program's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Liveness {
    base: u32,
    before: Vec<Set>,
}

impl Liveness {
    /// Of a program.
    pub fn of(image: &Image) -> Liveness {
        let text = image.segments.iter().find(|s| s.permissions.execute);
        let Some(text) = text.filter(|_| image.compiled_here) else {
            return Liveness::default();
        };
        let mut liveness = Liveness {
            base: text.address,
            before: vec![ALL; text.bytes.len() / 4],
        };
        let words: Vec<Option<Instruction>> = text
            .bytes
            .chunks_exact(4)
            .map(|b| decode(u32::from_le_bytes([b[0], b[1], b[2], b[3]])))
            .collect();
        for function in &image.functions {
            liveness.solve(function, &words);
        }
        liveness
    }

    /// The registers that may be read before they are written, from `pc` on.
    pub fn at(&self, pc: u32) -> Set {
        let index = (pc.wrapping_sub(self.base) / 4) as usize;
        self.before.get(index).copied().unwrap_or(ALL)
    }

    fn solve(&mut self, function: &Function, words: &[Option<Instruction>]) {
        let first = (function.start.wrapping_sub(self.base) / 4) as usize;
        let end = ((function.end.wrapping_sub(self.base) / 4) as usize).min(words.len());
        if first >= end {
            return;
        }
        self.before[first..end].fill(FIXED);
        loop {
            let mut changed = false;
            for index in (first..end).rev() {
                let live = match words[index] {
                    Some(instruction) => self.transfer(index, instruction, first..end),
                    None => ALL,
                };
                changed |= self.before[index] != live;
                self.before[index] = live;
            }
            if !changed {
                return;
            }
        }
    }

    /// What is live before an instruction, from what is live after it.
    fn transfer(&self, index: usize, i: Instruction, body: core::ops::Range<usize>) -> Set {
        let bit = |register: sim_abi::Reg| 1u32 << register.0;
        let next = self.inside(index + 1, &body);
        let target = self.inside(index.wrapping_add_signed((i.imm / 4) as isize), &body);
        let call = |after: Set| after & !(RA | ARGUMENTS | TEMPORARIES) | ARGUMENTS;
        let live = match i.op {
            Op::Jal if i.rd.0 == 0 => target,
            Op::Jal => call(next),
            Op::Jalr if i.rd.0 != 0 => call(next) | bit(i.rs1),
            Op::Jalr if bit(i.rs1) == RA => RESULTS | SAVED | RA,
            Op::Jalr => ALL,
            Op::Beq | Op::Bne | Op::Blt | Op::Bge | Op::Bltu | Op::Bgeu => {
                next | target | bit(i.rs1) | bit(i.rs2)
            }
            Op::Ecall => next & !(1 << 10) | SYSTEM,
            Op::Ebreak => ALL,
            Op::Sb | Op::Sh | Op::Sw => next | bit(i.rs1) | bit(i.rs2),
            _ => next & !bit(i.rd) | bit(i.rs1) | bit(i.rs2),
        };
        (live | FIXED) & ALL
    }

    fn inside(&self, index: usize, body: &core::ops::Range<usize>) -> Set {
        if body.contains(&index) {
            self.before[index]
        } else {
            ALL
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use sim_abi::Reg;
    use sim_abi::encoding::encode;
    use sim_abi::image::{Permissions, Segment};

    /// `lw t0, 0(a0); addi t0, t0, 1; sw t0, 0(a0); ret`: after the store `t0` and `a0` … are dead, but
    /// `a0` may be the result; before the load `t0` is dead.
    #[test]
    fn an_increment() {
        let i = |op, rd, rs1, rs2, imm| {
            encode(Instruction {
                op,
                rd: Reg(rd),
                rs1: Reg(rs1),
                rs2: Reg(rs2),
                imm,
            })
        };
        let words = [
            i(Op::Lw, 5, 10, 0, 0),
            i(Op::Addi, 5, 5, 0, 1),
            i(Op::Sw, 0, 10, 5, 0),
            i(Op::Jalr, 0, 1, 0, 0),
        ];
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        let image = Image {
            segments: vec![Segment {
                name: "text".to_string(),
                address: 0x10000,
                size: 16,
                bytes,
                permissions: Permissions::RX,
            }],
            functions: vec![Function {
                start: 0x10000,
                end: 0x10010,
                name: "f".to_string(),
                frame_size: 0,
                body: Vec::new(),
                ra_offset: None,
                locals: Vec::new(),
                library: false,
            }],
            compiled_here: true,
            ..Image::default()
        };
        let liveness = Liveness::of(&image);
        let t0 = |pc: u32| liveness.at(pc) >> 5 & 1;
        assert_eq!([0x10000, 0x10004, 0x10008, 0x1000c].map(t0), [0, 1, 1, 0]);
        assert_eq!(liveness.at(0x10008) & 1 << 10, 1 << 10);
    }
}
