//! Register allocation: linear scan (Poletto and Sarkar, 1999).
//!
//! Deviations: (1) a value alive across a call may only take a callee-saved register; (2) what is
//! evicted to the frame is not the range that ends last but the one with the least use per length,
//! loops counted eightfold; (3) moves hint at registers, so that arguments are computed where they
//! are passed. `t5` and `t6` are left to `emit`, for values that live in the frame.
//!
//! Invariants: two registers whose ranges overlap never share a machine register; what an LR/SC
//! loop touches is not in the frame (an access between LR and SC could break the reservation).

use super::code::{Code, Imm, Kind, V};
use super::liveness::{Range, ranges};
use alloc::vec;
use alloc::vec::Vec;
use sim_abi::{Op, Reg};

/// Where a virtual register lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Location {
    /// Nowhere: nobody mentions it.
    Nowhere,
    /// In a machine register.
    Register(Reg),
    /// In the frame: the index of a 4-byte spill slot.
    Spilled(u32),
}

/// The result.
#[derive(Debug)]
pub(super) struct Allocation {
    /// For each virtual register.
    pub locations: Vec<Location>,
    /// How many spill slots there are.
    pub spills: u32,
    /// Callee-saved registers used, as bits.
    pub saved: u32,
}

/// Temporaries first, then argument registers from the last, which calls need least.
const CALLER_SAVED: [u8; 13] = [5, 6, 7, 28, 29, 15, 14, 13, 12, 11, 10, 17, 16];
/// `s0`–`s11`.
const CALLEE_SAVED: [u8; 12] = [8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];

fn bits(registers: &[u8]) -> u32 {
    registers.iter().fold(0, |all, r| all | 1 << r)
}

#[derive(Clone, Copy)]
enum Hint {
    Nothing,
    Machine(Reg),
    Virtual(u32),
}

struct Scan<'a> {
    ranges: &'a [Range],
    weights: Vec<u64>,
    hints: Vec<Hint>,
    calls: Vec<u32>,
    locations: Vec<Location>,
    spills: u32,
    free: u32,
    active: Vec<(u32, Reg)>,
}

/// Gives every virtual register a machine register or a place in the frame.
pub(super) fn allocate(code: &Code) -> Allocation {
    let ranges = ranges(code);
    let frame_pointer = if code.moves_sp { 1 << V::FP.0 } else { 0 };
    let mut scan = Scan {
        weights: weights(code),
        hints: hints(code),
        calls: calls(code),
        locations: vec![Location::Nowhere; ranges.len()],
        spills: 0,
        free: (bits(&CALLER_SAVED) | bits(&CALLEE_SAVED)) & !frame_pointer,
        active: Vec::new(),
        ranges: &ranges,
    };
    let mut order: Vec<u32> = (0..ranges.len() as u32)
        .filter(|&v| !ranges[v as usize].is_empty())
        .collect();
    order.sort_by_key(|&v| (ranges[v as usize].start, v));
    for v in order {
        scan.place(v);
    }
    let saved = scan.locations.iter().fold(0, |all, l| match l {
        Location::Register(r) => all | 1 << r.0,
        _ => all,
    });
    Allocation {
        locations: scan.locations,
        spills: scan.spills,
        saved: (saved & bits(&CALLEE_SAVED)) | frame_pointer,
    }
}

fn calls(code: &Code) -> Vec<u32> {
    let is_call = |(n, inst): (usize, &super::code::Inst)| {
        matches!(inst.kind, Kind::Call(_)).then_some(2 * n as u32)
    };
    code.instructions
        .iter()
        .enumerate()
        .filter_map(is_call)
        .collect()
}

/// How much it costs to keep a register in the frame.
fn weights(code: &Code) -> Vec<u64> {
    let mut weights = vec![0u64; code.virtuals as usize];
    let mut reserved_until = 0;
    for (n, inst) in code.instructions.iter().enumerate() {
        if matches!(inst.kind, Kind::Plain { op: Op::LrW, .. }) {
            reserved_until = store_conditional_after(code, n).unwrap_or(0);
        }
        let weight = if n < reserved_until {
            1 << 40
        } else {
            1 << (3 * u32::from(inst.depth.min(8)))
        };
        let mut add = |v: V| {
            if let Some(n) = v.index() {
                weights[n] = weights[n].saturating_add(weight);
            }
        };
        inst.kind.uses(&mut add);
        inst.kind.defs(&mut add);
    }
    weights
}

/// The end of the LR/SC sequence that begins at `n`, if it is one.
fn store_conditional_after(code: &Code, n: usize) -> Option<usize> {
    for (m, inst) in code.instructions.iter().enumerate().skip(n + 1) {
        match inst.kind {
            Kind::Plain { op: Op::ScW, .. } => return Some(m + 2),
            Kind::Plain { .. } | Kind::Branch(..) | Kind::Li(..) => {}
            _ => return None,
        }
    }
    None
}

/// Which register each virtual register would like to share.
fn hints(code: &Code) -> Vec<Hint> {
    let mut hints = vec![Hint::Nothing; code.virtuals as usize];
    let machine = |hints: &mut Vec<Hint>, v: V, reg: Reg| {
        if let Some(n) = v.index()
            && !matches!(hints[n], Hint::Machine(_))
        {
            hints[n] = Hint::Machine(reg);
        }
    };
    for inst in &code.instructions {
        match &inst.kind {
            Kind::Enter(moves) => moves.iter().for_each(|&(r, v)| machine(&mut hints, v, r)),
            Kind::Return(moves) => moves.iter().for_each(|&(v, r)| machine(&mut hints, v, r)),
            Kind::Call(call) => {
                call.arguments
                    .iter()
                    .for_each(|&(v, r)| machine(&mut hints, v, r));
                call.results
                    .iter()
                    .for_each(|&(r, v)| machine(&mut hints, v, r));
            }
            Kind::Plain {
                op: Op::Addi,
                rd,
                rs1,
                imm: Imm::Value(0),
                ..
            } => {
                if let (Some(to), Some(from)) = (rd.index(), rs1.index()) {
                    if matches!(hints[to], Hint::Nothing) {
                        hints[to] = Hint::Virtual(from as u32);
                    }
                    if matches!(hints[from], Hint::Nothing) {
                        hints[from] = Hint::Virtual(to as u32);
                    }
                }
            }
            _ => {}
        }
    }
    hints
}

impl Scan<'_> {
    fn range(&self, v: u32) -> Range {
        self.ranges[v as usize]
    }

    fn crosses_call(&self, range: Range) -> bool {
        let after = self.calls.partition_point(|&call| call < range.start);
        self.calls.get(after).is_some_and(|&call| call < range.end)
    }

    /// Frees the registers of ranges that are over.
    fn expire(&mut self, start: u32) {
        let (ranges, free) = (self.ranges, &mut self.free);
        self.active.retain(|&(v, reg)| {
            let alive = ranges[v as usize].end >= start;
            if !alive {
                *free |= 1 << reg.0;
            }
            alive
        });
    }

    fn hinted(&self, v: u32) -> Option<Reg> {
        match self.hints[v as usize] {
            Hint::Nothing => None,
            Hint::Machine(reg) => Some(reg),
            Hint::Virtual(other) => {
                match (self.locations[other as usize], self.hints[other as usize]) {
                    (Location::Register(reg), _) | (_, Hint::Machine(reg)) => Some(reg),
                    _ => None,
                }
            }
        }
    }

    fn choose(&self, v: u32, allowed: u32) -> Option<Reg> {
        let free = self.free & allowed;
        if let Some(reg) = self.hinted(v).filter(|reg| free & 1 << reg.0 != 0) {
            return Some(reg);
        }
        let order = CALLER_SAVED.iter().chain(&CALLEE_SAVED);
        order.copied().find(|r| free & 1 << r != 0).map(Reg)
    }

    fn place(&mut self, v: u32) {
        let range = self.range(v);
        self.expire(range.start);
        let allowed = if self.crosses_call(range) {
            bits(&CALLEE_SAVED)
        } else {
            bits(&CALLER_SAVED) | bits(&CALLEE_SAVED)
        };
        if let Some(reg) = self.choose(v, allowed) {
            self.take(v, reg);
        } else {
            self.evict(v, allowed);
        }
    }

    fn take(&mut self, v: u32, reg: Reg) {
        self.locations[v as usize] = Location::Register(reg);
        self.free &= !(1 << reg.0);
        self.active.push((v, reg));
    }

    /// Cost of keeping it in the frame, by the length it would free.
    fn cost(&self, v: u32) -> u64 {
        let range = self.range(v);
        let length = u64::from(range.end - range.start) + 1;
        self.weights[v as usize].saturating_mul(1 << 10) / length
    }

    /// No register is free: the cheapest of the candidates goes to the frame.
    fn evict(&mut self, v: u32, allowed: u32) {
        let victim = self
            .active
            .iter()
            .enumerate()
            .filter(|(_, (_, reg))| allowed & 1 << reg.0 != 0)
            .min_by_key(|&(_, &(other, _))| (self.cost(other), other))
            .map(|(n, &(other, reg))| (n, other, reg))
            .filter(|&(_, other, _)| self.cost(other) < self.cost(v));
        let spilled = match victim {
            Some((n, other, reg)) => {
                self.active.remove(n);
                self.take(v, reg);
                other
            }
            None => v,
        };
        self.locations[spilled as usize] = Location::Spilled(self.spills);
        self.spills += 1;
    }
}
