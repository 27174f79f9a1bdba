//! Live registers: which ones the program may still read, at each instruction. A value nobody will read
//! is no part of the state, so fingerprints leave it out.
//!
//! Backward data-flow over the machine code (Aho, Lam, Sethi & Ullman, chapter 9.2.5), through calls too:
//!
//!   V1  a call reads the argument registers that are live where the called function begins, and leaves
//!       the saved registers alone (RISC-V psABI); a call through a pointer reads those that are live where
//!       any function begins whose address may have been taken;
//!   V2  a return hands on the saved registers, and the result registers that are live behind some call of
//!       the function; of one that may be called through a pointer: behind any call through a pointer;
//!   V3  a system call reads its number and as many arguments as it has, if the number is loaded right
//!       before it; otherwise all;
//!   V4  where the way goes out of the function otherwise, everything is live.
//!
//! Only for programs of our own compiler, which keeps to the convention; of a foreign ELF file every
//! register is live everywhere.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

use sim_abi::encoding::decode;
use sim_abi::image::Image;
use sim_abi::syscall::Call;
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
/// `a7`: a system call's number.
const NUMBER: u8 = 17;

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
        let words = text.bytes.chunks_exact(4);
        let words = words.map(|b| decode(u32::from_le_bytes([b[0], b[1], b[2], b[3]])));
        let program = Code::new(image, text.address, words.collect());
        program.solve(&mut liveness.before);
        liveness
    }

    /// The registers that may be read before they are written, from `pc` on.
    pub fn at(&self, pc: u32) -> Set {
        let index = (pc.wrapping_sub(self.base) / 4) as usize;
        self.before.get(index).copied().unwrap_or(ALL)
    }
}

/// One function's part of the text, in instructions.
struct Body {
    first: usize,
    end: usize,
    /// Its address may be taken: anybody may call it.
    is_open: bool,
}

/// The text of a program.
struct Code {
    words: Vec<Option<Instruction>>,
    bodies: Vec<Body>,
    /// By instruction: the function that begins there.
    starts: BTreeMap<usize, usize>,
}

impl Code {
    fn new(image: &Image, base: u32, words: Vec<Option<Instruction>>) -> Code {
        let index = |address: u32| ((address.wrapping_sub(base) / 4) as usize).min(words.len());
        let pointers = pointers(image);
        let mut bodies: Vec<Body> = Vec::new();
        for function in &image.functions {
            let (first, end) = (index(function.start), index(function.end));
            if first < end {
                bodies.push(Body {
                    first,
                    end,
                    is_open: function.start == image.entry || pointers.contains(&function.start),
                });
            }
        }
        let starts: BTreeMap<usize, usize> = bodies
            .iter()
            .enumerate()
            .map(|(n, body)| (body.first, n))
            .collect();
        let formed: Vec<u32> = bodies
            .iter()
            .flat_map(|body| formed(base, body.first, &words[body.first..body.end]))
            .collect();
        for address in formed {
            if let Some(n) = starts.get(&index(address)).copied() {
                bodies[n].is_open = true;
            }
        }
        Code {
            words,
            bodies,
            starts,
        }
    }

    /// Until nothing changes: what is live before each instruction.
    fn solve(&self, before: &mut [Set]) {
        for body in &self.bodies {
            before[body.first..body.end].fill(FIXED);
        }
        // What is live behind the calls of each function, and behind those through pointers.
        let mut results: Vec<Set> = vec![0; self.bodies.len()];
        let mut of_pointers = 0;
        loop {
            let mut changed = false;
            for n in 0..self.bodies.len() {
                if self.bodies[n].is_open {
                    results[n] |= of_pointers;
                }
                while self.pass(n, before, &mut results, &mut of_pointers) {
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Once through a function, from its end. Has anything changed?
    fn pass(
        &self,
        n: usize,
        before: &mut [Set],
        results: &mut [Set],
        of_pointers: &mut Set,
    ) -> bool {
        let body = &self.bodies[n];
        let mut changed = false;
        for index in (body.first..body.end).rev() {
            let live = match self.words[index] {
                Some(instruction) => self.transfer(index, instruction, n, before, results),
                None => ALL,
            };
            changed |= before[index] != live;
            before[index] = live;
            let called = match self.words[index] {
                Some(i) if i.op == Op::Jal && i.rd.0 != 0 => self.called(index),
                Some(i) if i.op == Op::Jalr && i.rd.0 != 0 => None,
                _ => continue,
            };
            let behind = live_in(body, index + 1, before) & RESULTS;
            let known = called.map_or(&mut *of_pointers, |called| &mut results[called]);
            changed |= *known | behind != *known;
            *known |= behind;
        }
        changed
    }

    fn target(&self, index: usize, i: Instruction) -> usize {
        index.wrapping_add_signed((i.imm / 4) as isize)
    }

    /// The function that an instruction calls, if that is known.
    fn called(&self, index: usize) -> Option<usize> {
        let i = self.words[index].filter(|i| i.op == Op::Jal && i.rd.0 != 0)?;
        self.starts.get(&self.target(index, i)).copied()
    }

    /// What a function may read that is called through a pointer.
    fn read_through_pointers(&self, before: &[Set]) -> Set {
        let open = self.bodies.iter().filter(|body| body.is_open);
        open.fold(0, |all, body| all | before[body.first])
    }

    /// What is live before an instruction, from what is live after it.
    fn transfer(
        &self,
        index: usize,
        i: Instruction,
        n: usize,
        before: &[Set],
        results: &[Set],
    ) -> Set {
        let body = &self.bodies[n];
        let bit = |register: sim_abi::Reg| 1u32 << register.0;
        let next = live_in(body, index + 1, before);
        let target = || live_in(body, self.target(index, i), before);
        let call = |read: Set| next & !(RA | ARGUMENTS | TEMPORARIES) | read & ARGUMENTS;
        let live = match i.op {
            Op::Jal if i.rd.0 == 0 => target(),
            Op::Jal => call(match self.called(index) {
                Some(called) => before[self.bodies[called].first],
                None => ARGUMENTS,
            }),
            Op::Jalr if i.rd.0 != 0 => call(self.read_through_pointers(before)) | bit(i.rs1),
            Op::Jalr if bit(i.rs1) == RA => results[n] | SAVED | RA,
            Op::Jalr => ALL,
            Op::Beq | Op::Bne | Op::Blt | Op::Bge | Op::Bltu | Op::Bgeu => {
                next | target() | bit(i.rs1) | bit(i.rs2)
            }
            Op::Ecall => next & !(1 << 10) | self.read_by_system_call(body, index),
            Op::Ebreak => ALL,
            Op::Sb | Op::Sh | Op::Sw => next | bit(i.rs1) | bit(i.rs2),
            _ => next & !bit(i.rd) | bit(i.rs1) | bit(i.rs2),
        };
        (live | FIXED) & ALL
    }

    /// The number and the arguments of a system call (V3).
    fn read_by_system_call(&self, body: &Body, index: usize) -> Set {
        let count = self.number(body, index).map_or(6, |number| {
            Call::from_number(number).map_or(6, arguments_of)
        });
        (((1 << count) - 1) << 10) | 1 << NUMBER
    }

    /// The constant in `a7` at an `ecall`, if it is loaded a few instructions before, on the only way there.
    fn number(&self, body: &Body, index: usize) -> Option<u32> {
        const NEAR: usize = 6;
        let mut low = 0;
        let earlier = (body.first..index).rev().take(NEAR);
        for at in earlier {
            let i = self.words[at]?;
            if is_jump(i.op) || self.is_target(body, at + 1) {
                return None;
            }
            match i.op {
                _ if i.rd.0 != NUMBER => {}
                Op::Addi if i.rs1.0 == 0 => return Some(low_part(i.imm, low)),
                Op::Addi if i.rs1.0 == NUMBER => low = i.imm,
                Op::Lui => return Some(low_part(i.imm, low)),
                _ => return None,
            }
        }
        None
    }

    fn is_target(&self, body: &Body, index: usize) -> bool {
        (body.first..body.end).any(|from| {
            let jump = self.words[from].filter(|i| is_jump(i.op) && i.op != Op::Jalr);
            jump.is_some_and(|i| self.target(from, i) == index)
        })
    }
}

fn low_part(high: i32, low: i32) -> u32 {
    high.wrapping_add(low) as u32
}

fn is_jump(op: Op) -> bool {
    matches!(
        op,
        Op::Jal | Op::Jalr | Op::Beq | Op::Bne | Op::Blt | Op::Bge | Op::Bltu | Op::Bgeu
    )
}

fn live_in(body: &Body, index: usize, before: &[Set]) -> Set {
    if (body.first..body.end).contains(&index) {
        before[index]
    } else {
        ALL
    }
}

/// Words of the program's data: among them the addresses of functions in tables.
fn pointers(image: &Image) -> BTreeSet<u32> {
    let data = image.segments.iter().filter(|s| !s.permissions.execute);
    let words = data.flat_map(|s| s.bytes.chunks_exact(4));
    words
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

/// Addresses that a function could form: each upper part in it with each lower part in it.
fn formed(base: u32, first: usize, words: &[Option<Instruction>]) -> Vec<u32> {
    let all = || {
        words
            .iter()
            .enumerate()
            .filter_map(|(n, i)| Some((n, (*i)?)))
    };
    let uppers: BTreeSet<u32> = all()
        .filter_map(|(n, i)| match i.op {
            Op::Lui => Some(i.imm as u32),
            Op::Auipc => Some((base + 4 * (first + n) as u32).wrapping_add(i.imm as u32)),
            _ => None,
        })
        .collect();
    let lowers: BTreeSet<i32> = all()
        .filter(|(_, i)| i.op == Op::Addi)
        .map(|(_, i)| i.imm)
        .chain([0])
        .collect();
    let sum = |upper: &u32| {
        let upper = *upper;
        lowers
            .iter()
            .map(move |lower| upper.wrapping_add_signed(*lower))
    };
    uppers.iter().flat_map(sum).collect()
}

/// How many arguments a system call reads at most.
fn arguments_of(call: Call) -> u32 {
    match call {
        Call::MutexDestroy
        | Call::MutexLock
        | Call::MutexTrylock
        | Call::MutexUnlock
        | Call::CondDestroy
        | Call::CondSignal
        | Call::CondBroadcast
        | Call::SemDestroy
        | Call::SemWait
        | Call::SemTrywait
        | Call::SemPost
        | Call::RwlockDestroy
        | Call::RwlockRdlock
        | Call::RwlockTryrdlock
        | Call::RwlockWrlock
        | Call::RwlockTrywrlock
        | Call::RwlockUnlock
        | Call::BarrierDestroy
        | Call::BarrierWait
        | Call::OnceBegin
        | Call::OnceDone
        | Call::ThreadExit
        | Call::ExitGroup
        | Call::Choose
        | Call::HeapOfThread
        | Call::Ordered
        | Call::Sigsuspend
        | Call::Close => 1,
        Call::SchedYield
        | Call::Brk
        | Call::MutexInit
        | Call::MutexTimedlock
        | Call::CondInit
        | Call::CondWait
        | Call::SemTimedwait
        | Call::SemGetvalue
        | Call::RwlockInit
        | Call::BarrierInit
        | Call::ThreadJoin
        | Call::Kill
        | Call::Tkill
        | Call::Nanosleep => 2,
        Call::CondTimedwait
        | Call::SemInit
        | Call::Sigaction
        | Call::Sigprocmask
        | Call::Read
        | Call::Write => 3,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use sim_abi::Reg;
    use sim_abi::encoding::encode;
    use sim_abi::image::{Function, Permissions, Segment};

    /// `lw t0, 0(a0); addi t0, t0, 1; sw t0, 0(a0); ret`: after the store `t0` and `a0` are dead (nobody
    /// calls it and looks at the result); before the load `t0` is dead.
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
                frame_address: None,
                locals: Vec::new(),
                library: false,
            }],
            compiled_here: true,
            ..Image::default()
        };
        let liveness = Liveness::of(&image);
        let t0 = |pc: u32| liveness.at(pc) >> 5 & 1;
        assert_eq!([0x10000, 0x10004, 0x10008, 0x1000c].map(t0), [0, 1, 1, 0]);
        let a0 = |pc: u32| liveness.at(pc) >> 10 & 1;
        assert_eq!([0x10000, 0x10004, 0x10008, 0x1000c].map(a0), [1, 1, 1, 0]);
    }
}
