//! Atomic accesses: single LR/SC or AMO instructions, so that the machine and the detectors see
//! them as atomic; loops of LR and SC where there is no such instruction.
//!
//! Objects of 1 or 2 bytes are a part of an aligned word, masked. All are sequentially consistent.
//! Registers inside of an LR/SC loop are all set before it.

use super::memory::Address;
use super::{Generator, Value, scalar_of};
use crate::back::code::{Imm, Kind, Label, V};
use crate::tree::{Expr, ExprKind, RmwOp, Scalar};
use sim_abi::Op;

/// Bits `aq` and `rl`.
const AQRL: i32 = 3;

/// A part of an aligned word.
struct Part {
    word: V,
    shift: V,
    mask: V,
}

impl Generator<'_> {
    fn amo(&mut self, op: Op, address: V, value: V) -> V {
        let rd = self.fresh();
        self.plain(op, rd, address, value, Imm::Value(AQRL));
        rd
    }

    /// The aligned word around an object of 1 or 2 bytes.
    fn part(&mut self, address: V, s: Scalar) -> Part {
        let word = self.ri(Op::Andi, address, -4);
        let offset = self.ri(Op::Andi, address, 3);
        let shift = self.ri(Op::Slli, offset, 3);
        let ones = self.li(if s.size() == 1 { 0xff } else { 0xffff });
        let mask = self.rr(Op::Sll, ones, shift);
        Part { word, shift, mask }
    }

    /// The object's value out of its word.
    fn part_value(&mut self, word: V, shift: V, s: Scalar) -> V {
        let down = self.rr(Op::Srl, word, shift);
        self.narrow(down, Scalar::U32, s)
    }

    /// The value shifted to its place in the word, and nothing else.
    fn placed(&mut self, value: V, part: &Part) -> V {
        let up = self.rr(Op::Sll, value, part.shift);
        self.rr(Op::And, up, part.mask)
    }

    #[inline(never)]
    pub(super) fn atomic_load(&mut self, address: &Expr, e: &Expr) -> Value {
        let s = scalar_of(e.ty);
        let address = self.word(address);
        self.place = e.place;
        if s.size() >= 4 {
            return Value::One(self.amo(Op::LrW, address, V::ZERO));
        }
        let word = self.ri(Op::Andi, address, -4);
        let offset = self.ri(Op::Andi, address, 3);
        let shift = self.ri(Op::Slli, offset, 3);
        let loaded = self.amo(Op::LrW, word, V::ZERO);
        Value::One(self.part_value(loaded, shift, s))
    }

    pub(super) fn atomic_store(&mut self, address: Address, value: Value, s: Scalar) {
        let address = self.address_register(address);
        let value = Self::low(value);
        if s.size() >= 4 {
            let imm = Imm::Value(AQRL);
            self.plain(Op::AmoswapW, V::ZERO, address, value, imm);
        } else {
            self.part_loop(RmwOp::Exchange, address, value, s);
        }
    }

    #[inline(never)]
    pub(super) fn atomic_rmw(&mut self, e: &Expr) -> Value {
        let ExprKind::AtomicRmw { op, address, value } = &e.kind else {
            return Value::None;
        };
        let s = scalar_of(e.ty);
        let (address, value) = self.two_words(address, value);
        self.place = e.place;
        if s.size() < 4 {
            return Value::One(self.part_loop(*op, address, value, s));
        }
        let value = if *op == RmwOp::Sub {
            self.rr(Op::Sub, V::ZERO, value)
        } else {
            value
        };
        let op = match (op, s.signed()) {
            (RmwOp::Exchange, _) => Op::AmoswapW,
            (RmwOp::Add | RmwOp::Sub, _) => Op::AmoaddW,
            (RmwOp::And, _) => Op::AmoandW,
            (RmwOp::Or, _) => Op::AmoorW,
            (RmwOp::Xor, _) => Op::AmoxorW,
            (RmwOp::Min, true) => Op::AmominW,
            (RmwOp::Min, false) => Op::AmominuW,
            (RmwOp::Max, true) => Op::AmomaxW,
            (RmwOp::Max, false) => Op::AmomaxuW,
        };
        Value::One(self.amo(op, address, value))
    }

    /// LR, change a part of the word, SC, until it succeeds; the part's old value.
    fn part_loop(&mut self, op: RmwOp, address: V, value: V, s: Scalar) -> V {
        let part = self.part(address, s);
        let again = self.label();
        self.push(Kind::Label(again));
        let old = self.amo(Op::LrW, part.word, V::ZERO);
        let current = self.part_value(old, part.shift, s);
        let new = self.part_operation(op, current, value, s);
        let placed = self.placed(new, &part);
        self.store_conditional(old, placed, &part, again);
        current
    }

    fn part_operation(&mut self, op: RmwOp, current: V, value: V, s: Scalar) -> V {
        let less = if s.signed() { Op::Slt } else { Op::Sltu };
        match op {
            RmwOp::Exchange => value,
            RmwOp::Add => self.rr(Op::Add, current, value),
            RmwOp::Sub => self.rr(Op::Sub, current, value),
            RmwOp::And => self.rr(Op::And, current, value),
            RmwOp::Or => self.rr(Op::Or, current, value),
            RmwOp::Xor => self.rr(Op::Xor, current, value),
            RmwOp::Min | RmwOp::Max => {
                let first = if op == RmwOp::Min { value } else { current };
                let second = if op == RmwOp::Min { current } else { value };
                // value ^ ((current ^ value) & -keep), without a branch between LR and SC.
                let change = self.rr(less, first, second);
                let all = self.rr(Op::Sub, V::ZERO, change);
                let difference = self.rr(Op::Xor, current, value);
                let flipped = self.rr(Op::And, difference, all);
                self.rr(Op::Xor, current, flipped)
            }
        }
    }

    /// Puts `placed` into the word that LR read and tries to store it.
    fn store_conditional(&mut self, old: V, placed: V, part: &Part, again: Label) {
        let others = self.ri(Op::Xori, part.mask, -1);
        let kept = self.rr(Op::And, old, others);
        let new = self.rr(Op::Or, kept, placed);
        let failed = self.amo(Op::ScW, part.word, new);
        self.branch_if(true, failed, again);
    }

    #[inline(never)]
    pub(super) fn atomic_cas(&mut self, e: &Expr) -> Value {
        let ExprKind::AtomicCas {
            address,
            expected,
            desired,
        } = &e.kind
        else {
            return Value::None;
        };
        let s = scalar_of(desired.ty);
        let address = self.word(address);
        let mark = self.mark();
        let expected = self.word(expected);
        let expected_mark = self.mark();
        let desired = self.word(desired);
        let expected = self.since(expected, expected_mark);
        let address = self.since(address, mark);
        self.place = e.place;
        let wanted = self.load_from(expected, Imm::Value(0), s);
        let wanted = Self::low(wanted);
        let (result, end) = (self.fresh(), self.label());
        let (again, differs) = (self.label(), self.label());
        let found = if s.size() >= 4 {
            self.push(Kind::Label(again));
            let found = self.amo(Op::LrW, address, V::ZERO);
            self.push(Kind::Branch(Op::Bne, found, wanted, differs));
            let failed = self.amo(Op::ScW, address, desired);
            self.branch_if(true, failed, again);
            found
        } else {
            let part = self.part(address, s);
            let placed = self.placed(desired, &part);
            self.push(Kind::Label(again));
            let old = self.amo(Op::LrW, part.word, V::ZERO);
            let found = self.part_value(old, part.shift, s);
            self.push(Kind::Branch(Op::Bne, found, wanted, differs));
            self.store_conditional(old, placed, &part, again);
            found
        };
        self.push(Kind::Li(result, 1));
        self.push(Kind::Jump(end));
        self.push(Kind::Label(differs));
        self.store_to(expected, Imm::Value(0), Value::One(found), s);
        self.push(Kind::Li(result, 0));
        self.push(Kind::Label(end));
        Value::One(result)
    }
}
