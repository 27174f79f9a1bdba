//! Emission: virtual instructions and their allocation → assembler items.
//!
//! Adds what allocation left open: prologue and epilogue, loads and stores of values that live in
//! the frame (through `t5` and `t6`), offsets beyond 12 bits, the moves around calls.
//!
//! The prologue lowers `sp`, then saves `ra`; the epilogue restores `ra`, then raises `sp`, with one
//! instruction each, so that every address can be unwound (see `Function::body` of the image).

use super::assemble::{Assembly, Fixup, Item, instruction, split};
use super::code::{CallTarget, Code, Imm, Inst, Kind, Label, Target, V};
use super::frame::Frame;
use super::moves::{Place as Spot, parallel};
use super::registers::{Allocation, Location};
use crate::tree::Place;
use alloc::vec::Vec;
use sim_abi::{Op, Reg};

/// For the first source, the result, and copies in the frame.
const FIRST_SCRATCH: Reg = Reg::T5;
/// For the second source and for addresses.
const SECOND_SCRATCH: Reg = Reg::T6;

struct Emitter<'a> {
    allocation: &'a Allocation,
    frame: &'a Frame,
    /// What points at the frame here.
    base: Reg,
    out: Assembly,
    exit: Label,
    place: Place,
    statement: bool,
}

/// The function's text; one label more than `code.labels` is used.
pub(super) fn emit(code: &Code, allocation: &Allocation, frame: &Frame) -> Assembly {
    let mut e = Emitter {
        allocation,
        frame,
        base: Reg::SP,
        out: Assembly::default(),
        exit: Label(code.labels),
        place: code.place,
        statement: true,
    };
    e.prologue();
    let start = e.out.len();
    for inst in &code.instructions {
        e.place = inst.place;
        e.statement |= inst.statement;
        e.inst(inst);
    }
    e.place = code.end;
    e.item(Item::Label(e.exit));
    let end = e.epilogue();
    e.out.body = start..end;
    e.out
}

impl Emitter<'_> {
    fn item(&mut self, item: Item) {
        let statement = self.statement && !matches!(item, Item::Label(_));
        self.statement &= !statement;
        self.out.push(item, self.place, statement);
    }

    fn done(&mut self, op: Op, rd: Reg, rs1: Reg, rs2: Reg, imm: i32) {
        self.item(Item::Done(instruction(op, rd, rs1, rs2, imm)));
    }

    fn li(&mut self, rd: Reg, n: i32) {
        if (-2048..=2047).contains(&n) {
            return self.done(Op::Addi, rd, Reg::ZERO, Reg::ZERO, n);
        }
        let (upper, lower) = split(n as u32);
        self.done(Op::Lui, rd, Reg::ZERO, Reg::ZERO, upper);
        if lower != 0 {
            self.done(Op::Addi, rd, rd, Reg::ZERO, lower);
        }
    }

    /// A load, store or `addi` in the frame, however far away. `scratch` is overwritten if it is.
    fn in_frame(&mut self, op: Op, rd: Reg, rs2: Reg, offset: u32, scratch: Reg) {
        self.far(op, rd, (self.base, offset), rs2, scratch);
    }

    /// The same at any base.
    fn far(&mut self, op: Op, rd: Reg, (base, offset): (Reg, u32), rs2: Reg, scratch: Reg) {
        let (upper, lower) = split(offset);
        if upper == 0 {
            return self.done(op, rd, base, rs2, lower);
        }
        self.done(Op::Lui, scratch, Reg::ZERO, Reg::ZERO, upper);
        self.done(Op::Add, scratch, scratch, base, 0);
        self.done(op, rd, scratch, rs2, lower);
    }

    fn load_word(&mut self, rd: Reg, offset: u32) {
        self.in_frame(Op::Lw, rd, Reg::ZERO, offset, rd);
    }

    fn store_word(&mut self, rs: Reg, offset: u32) {
        self.in_frame(Op::Sw, Reg::ZERO, rs, offset, SECOND_SCRATCH);
    }

    fn prologue(&mut self) {
        let size = self.frame.size as i32;
        if size > 2048 {
            self.li(FIRST_SCRATCH, -size);
            self.done(Op::Add, Reg::SP, Reg::SP, FIRST_SCRATCH, 0);
        } else if size > 0 {
            self.done(Op::Addi, Reg::SP, Reg::SP, Reg::ZERO, -size);
        }
        if let Some(offset) = self.frame.saved_return {
            self.store_word(Reg::RA, offset);
        }
        if let Some(offset) = self.frame.address {
            self.store_word(Reg::SP, offset);
        }
    }

    fn save_registers(&mut self) {
        for (reg, offset) in self.frame.saved.clone() {
            self.store_word(reg, offset);
        }
        if self.frame.address.is_some() {
            self.base = Reg(V::FP.0 as u8);
            self.done(Op::Addi, self.base, Reg::SP, Reg::ZERO, 0);
        }
    }

    /// Gives the item index of the body's end: `ra` is in its register again.
    fn epilogue(&mut self) -> usize {
        if self.frame.size == 0 {
            // Every return is a `ret` of its own.
            return self.out.len();
        }
        if self.frame.address.is_some() {
            self.done(Op::Addi, Reg::SP, self.base, Reg::ZERO, 0);
            self.base = Reg::SP;
        }
        for (reg, offset) in self.frame.saved.clone() {
            self.load_word(reg, offset);
        }
        let size = self.frame.size as i32;
        if size > 2047 {
            self.li(FIRST_SCRATCH, size);
        }
        if let Some(offset) = self.frame.saved_return {
            self.load_word(Reg::RA, offset);
        }
        let end = self.out.len();
        if size > 2047 {
            self.done(Op::Add, Reg::SP, Reg::SP, FIRST_SCRATCH, 0);
        } else if size > 0 {
            self.done(Op::Addi, Reg::SP, Reg::SP, Reg::ZERO, size);
        }
        self.ret();
        end
    }

    fn ret(&mut self) {
        self.done(Op::Jalr, Reg::ZERO, Reg::RA, Reg::ZERO, 0);
    }

    fn location(&self, v: V) -> Location {
        match v.index() {
            None => Location::Register(Reg(v.0 as u8)),
            Some(n) => self.allocation.locations[n],
        }
    }

    fn spot(&self, v: V) -> Option<Spot> {
        match self.location(v) {
            Location::Nowhere => None,
            Location::Register(reg) => Some(Spot::Register(reg)),
            Location::Spilled(n) => Some(Spot::Frame(self.frame.spill(n))),
        }
    }

    /// The register of a source; a spilled one is loaded into `scratch`.
    fn source(&mut self, v: V, scratch: Reg) -> Reg {
        match self.location(v) {
            Location::Register(reg) => reg,
            Location::Nowhere => Reg::ZERO,
            Location::Spilled(n) => {
                self.load_word(scratch, self.frame.spill(n));
                scratch
            }
        }
    }

    fn inst(&mut self, inst: &Inst) {
        match &inst.kind {
            Kind::Plain {
                op,
                rd,
                rs1,
                rs2,
                imm,
            } => self.plain(*op, *rd, *rs1, *rs2, *imm),
            Kind::Li(rd, n) => {
                let reg = self.destination(*rd);
                self.li(reg, *n);
                self.finish(*rd, reg);
            }
            Kind::Branch(op, a, b, label) => {
                let a = self.source(*a, FIRST_SCRATCH);
                let b = self.source(*b, SECOND_SCRATCH);
                self.item(Item::Branch(*op, a, b, *label));
            }
            Kind::Jump(label) => self.item(Item::Jump(*label)),
            Kind::Label(label) => self.item(Item::Label(*label)),
            Kind::Enter(moves) => {
                self.save_registers();
                let moves: Vec<(Spot, Spot)> = moves
                    .iter()
                    .filter_map(|&(reg, v)| Some((Spot::Register(reg), self.spot(v)?)))
                    .collect();
                self.moves(moves);
            }
            Kind::Call(call) => self.call(call),
            Kind::Return(values) => {
                let moves = self.register_moves(values);
                self.moves(moves);
                if self.frame.size == 0 {
                    self.ret();
                } else {
                    self.item(Item::Jump(self.exit));
                }
            }
        }
    }

    fn register_moves(&self, values: &[(V, Reg)]) -> Vec<(Spot, Spot)> {
        values
            .iter()
            .filter_map(|&(v, reg)| Some((self.spot(v)?, Spot::Register(reg))))
            .collect()
    }

    fn call(&mut self, call: &super::code::Call) {
        let mut target = Reg::ZERO;
        if let CallTarget::Register(v) = call.target {
            // The moves might overwrite it.
            let reg = self.source(v, SECOND_SCRATCH);
            if reg != SECOND_SCRATCH && call.arguments.iter().any(|&(_, r)| r == reg) {
                self.done(Op::Addi, SECOND_SCRATCH, reg, Reg::ZERO, 0);
                target = SECOND_SCRATCH;
            } else {
                target = reg;
            }
        }
        let moves = self.register_moves(&call.arguments);
        self.moves(moves);
        match call.target {
            CallTarget::Symbol(symbol) => self.item(Item::Call(symbol)),
            CallTarget::Register(_) => self.done(Op::Jalr, Reg::RA, target, Reg::ZERO, 0),
            CallTarget::Kernel => self.done(Op::Ecall, Reg::ZERO, Reg::ZERO, Reg::ZERO, 0),
        }
        let results = call
            .results
            .iter()
            .filter_map(|&(reg, v)| Some((Spot::Register(reg), self.spot(v)?)))
            .collect();
        self.moves(results);
    }

    /// Moves, all at once.
    fn moves(&mut self, moves: Vec<(Spot, Spot)>) {
        for (from, to) in parallel(moves, FIRST_SCRATCH) {
            match (from, to) {
                (Spot::Register(from), Spot::Register(to)) => {
                    self.done(Op::Addi, to, from, Reg::ZERO, 0);
                }
                (Spot::Register(from), Spot::Frame(offset)) => self.store_word(from, offset),
                (Spot::Frame(offset), Spot::Register(to)) => self.load_word(to, offset),
                // No list of moves has frame places on both sides.
                (Spot::Frame(_), Spot::Frame(_)) => {}
            }
        }
    }

    /// The register in which a result is computed.
    fn destination(&self, v: V) -> Reg {
        match self.location(v) {
            Location::Register(reg) => reg,
            Location::Nowhere | Location::Spilled(_) => FIRST_SCRATCH,
        }
    }

    /// Stores a result that lives in the frame.
    fn finish(&mut self, v: V, reg: Reg) {
        if let Location::Spilled(n) = self.location(v) {
            self.store_word(reg, self.frame.spill(n));
        }
    }

    fn plain(&mut self, op: Op, rd: V, rs1: V, rs2: V, imm: Imm) {
        if op == Op::Addi && imm == Imm::Value(0) {
            return self.copy(rd, rs1);
        }
        let a = self.source(rs1, FIRST_SCRATCH);
        let b = if rs2 == rs1 {
            a
        } else {
            // With base `sp` the second scratch register may be needed for the address.
            let scratch = if rs1.index().is_none() {
                FIRST_SCRATCH
            } else {
                SECOND_SCRATCH
            };
            self.source(rs2, scratch)
        };
        let d = self.destination(rd);
        match imm {
            Imm::Value(n) => self.done(op, d, a, b, n),
            Imm::High(target) => self.symbolic(op, (d, a, b), Fixup::High, target),
            Imm::Low(target) => self.symbolic(op, (d, a, b), Fixup::Low, target),
            Imm::ThreadHigh(target) => self.symbolic(op, (d, a, b), Fixup::ThreadHigh, target),
            Imm::ThreadLow(target) => self.symbolic(op, (d, a, b), Fixup::ThreadLow, target),
            Imm::Slot(slot, offset) => {
                let offset = self.frame.slot(slot).wrapping_add(offset as u32);
                self.in_frame(op, d, b, offset, SECOND_SCRATCH);
            }
            Imm::Incoming(offset) => {
                let offset = self.frame.size.wrapping_add(offset as u32);
                self.in_frame(op, d, b, offset, SECOND_SCRATCH);
            }
            Imm::Below => self.far(
                op,
                d,
                (a, self.frame.below.wrapping_neg()),
                b,
                SECOND_SCRATCH,
            ),
            Imm::FrameAddress => {
                let offset = self.frame.address.unwrap_or(0);
                self.far(op, d, (a, offset), b, SECOND_SCRATCH);
            }
            Imm::SavedReturn => {
                let offset = self.frame.saved_return.unwrap_or(0);
                self.in_frame(op, d, b, offset, SECOND_SCRATCH);
            }
        }
        self.finish(rd, d);
    }

    fn symbolic(&mut self, op: Op, (d, a, b): (Reg, Reg, Reg), fixup: Fixup, target: Target) {
        let instruction = instruction(op, d, a, b, 0);
        self.item(Item::Symbolic(instruction, fixup, target));
    }

    /// `mv`, or a load or store if one side is in the frame.
    fn copy(&mut self, rd: V, rs: V) {
        let from = self.source(rs, self.destination(rd));
        let to = self.destination(rd);
        match self.location(rd) {
            Location::Spilled(n) => self.store_word(from, self.frame.spill(n)),
            Location::Register(_) if from != to => {
                self.done(Op::Addi, to, from, Reg::ZERO, 0);
            }
            Location::Register(_) | Location::Nowhere => {}
        }
    }
}
