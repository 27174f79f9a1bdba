//! Memory: address formation, loads, stores, copies of aggregates.
//!
//! An address is formed as late as possible and folded into the access: `8(s1)`, `%lo(counter)(t0)`,
//! `12(sp)`. Only its *effects* happen where the tree says.

use super::{Generator, Home, Value, fits, scalar_of};
use crate::back::code::{Imm, Kind, Target, V};
use crate::tree::{BinaryOp, Expr, ExprKind, LocalId, Scalar, SymbolId, SymbolKind};
use sim_abi::Op;

/// An address whose effects are done.
#[derive(Clone, Copy)]
pub(super) enum Address {
    /// A symbol; no instruction yet.
    Symbol(SymbolId, i32),
    /// Base register and offset.
    Memory(V, Imm),
}

/// Copies of more pieces than this are loops.
const PIECES_INLINE: u32 = 16;

/// The load instruction of a scalar of at most 32 bits.
pub(super) fn load_op(s: Scalar) -> Op {
    match s {
        Scalar::I8 => Op::Lb,
        Scalar::U8 => Op::Lbu,
        Scalar::I16 => Op::Lh,
        Scalar::U16 => Op::Lhu,
        _ => Op::Lw,
    }
}

/// Load (zero-extending) and store of a piece of 1, 2 or 4 bytes.
fn piece_ops(bytes: u32) -> (Op, Op) {
    match bytes {
        1 => (Op::Lbu, Op::Sb),
        2 => (Op::Lhu, Op::Sh),
        _ => (Op::Lw, Op::Sw),
    }
}

/// The pieces in which `size` bytes of alignment `align` are copied: offset and bytes of each.
fn pieces(size: u32, align: u32) -> impl Iterator<Item = (u32, u32)> {
    let largest = align.clamp(1, 4);
    let mut offset = 0;
    core::iter::from_fn(move || {
        let left = size - offset;
        let mut piece = largest;
        while piece > left {
            piece /= 2;
        }
        offset += piece;
        (piece > 0).then(|| (offset - piece, piece))
    })
}

impl Generator<'_> {
    /// Room on the stack. The frame's address is written before `sp` is lowered: where there is no stack any
    /// more that store faults, and a huge array does not reach what lies behind the guard page.
    #[inline(never)]
    pub(super) fn allocate(&mut self, below: Option<LocalId>, size: &Expr) -> Value {
        self.code.moves_sp = true;
        let size = self.word(size);
        let top = match below.and_then(|local| self.homes.get(local.0 as usize)) {
            Some(Home::One(v)) => *v,
            _ => V::FP,
        };
        let end = self.rr(Op::Sub, top, size);
        let start = self.ri(Op::Andi, end, -16);
        let sp = self.fresh();
        self.plain(Op::Addi, sp, start, V::ZERO, Imm::Below);
        self.plain(Op::Sw, V::ZERO, sp, V::FP, Imm::FrameAddress);
        self.plain(Op::Addi, V::SP, sp, V::ZERO, Imm::Value(0));
        Value::One(start)
    }

    /// Evaluates an address; `span`: how many bytes from there on are accessed.
    #[inline(never)]
    pub(super) fn address(&mut self, e: &Expr, span: u32) -> Address {
        match &e.kind {
            ExprKind::Address(symbol, offset) => Address::Symbol(*symbol, *offset),
            ExprKind::LocalAddress(local, offset) => match self.homes.get(local.0 as usize) {
                Some(Home::Slot(slot)) => Address::Memory(V::SP, Imm::Slot(*slot, *offset)),
                Some(Home::Reference(v)) => Address::Memory(*v, Imm::Value(*offset)),
                _ => Address::Memory(V::ZERO, Imm::Value(0)),
            },
            ExprKind::Binary(BinaryOp::Add, base, offset) => match offset.kind {
                ExprKind::Const(n)
                    if fits(n as i32) && fits((n as i32).saturating_add(span as i32)) =>
                {
                    let base = self.word(base);
                    Address::Memory(base, Imm::Value(n as i32))
                }
                _ => Address::Memory(self.word(e), Imm::Value(0)),
            },
            _ => Address::Memory(self.word(e), Imm::Value(0)),
        }
    }

    /// The address as it was at `mark`.
    pub(super) fn address_since(&mut self, address: Address, mark: usize) -> Address {
        match address {
            Address::Symbol(..) => address,
            Address::Memory(base, imm) => Address::Memory(self.since(base, mark), imm),
        }
    }

    /// Base register and offset of an address from which `span` bytes are accessed.
    pub(super) fn formed(&mut self, address: Address, span: u32) -> (V, Imm) {
        match address {
            Address::Memory(V::SP, imm) => (V::SP, imm),
            Address::Memory(base, Imm::Value(n))
                if fits(n) && fits(n.saturating_add(span as i32)) =>
            {
                (base, Imm::Value(n))
            }
            Address::Memory(base, Imm::Value(n)) => {
                let offset = self.li(n);
                (self.rr(Op::Add, base, offset), Imm::Value(0))
            }
            Address::Memory(base, imm) => (base, imm),
            Address::Symbol(symbol, offset) => {
                let (base, low) = self.symbol_halves(symbol, offset);
                if span <= 4 {
                    return (base, low);
                }
                let whole = self.fresh();
                self.plain(Op::Addi, whole, base, V::ZERO, low);
                (whole, Imm::Value(0))
            }
        }
    }

    /// The register and the low part that together make the address of a symbol.
    fn symbol_halves(&mut self, symbol: SymbolId, offset: i32) -> (V, Imm) {
        let target = Self::target(symbol, offset);
        let kind = self.unit.symbols.get(symbol.0 as usize).map(|s| s.kind);
        if kind == Some(SymbolKind::ThreadLocal) {
            return self.thread_local_halves(target);
        }
        if let Some((cached, base)) = self.high
            && cached == target
        {
            return (base, Imm::Low(target));
        }
        let base = self.fresh();
        self.plain(Op::Lui, base, V::ZERO, V::ZERO, Imm::High(target));
        self.high = Some((target, base));
        (base, Imm::Low(target))
    }

    fn thread_local_halves(&mut self, target: Target) -> (V, Imm) {
        if self.small_tls {
            return (V::TP, Imm::ThreadLow(target));
        }
        let high = self.fresh();
        self.plain(Op::Lui, high, V::ZERO, V::ZERO, Imm::ThreadHigh(target));
        (self.rr(Op::Add, high, V::TP), Imm::ThreadLow(target))
    }

    /// An address as a value.
    pub(super) fn address_value(&mut self, e: &Expr) -> V {
        let address = self.address(e, 0);
        self.place = e.place;
        self.address_register(address)
    }

    /// An address in a register.
    pub(super) fn address_register(&mut self, address: Address) -> V {
        let (base, imm) = self.formed(address, 0);
        if imm == Imm::Value(0) {
            return base;
        }
        let rd = self.fresh();
        self.plain(Op::Addi, rd, base, V::ZERO, imm);
        rd
    }

    #[inline(never)]
    pub(super) fn load(&mut self, e: &Expr) -> Value {
        let ExprKind::Load {
            address,
            field,
            atomic,
        } = &e.kind
        else {
            return Value::None;
        };
        let s = scalar_of(e.ty);
        if *atomic && field.is_none() {
            return self.atomic_load(address, e);
        }
        let address = self.address(address, s.size());
        self.place = e.place;
        let (base, imm) = self.formed(address, s.size());
        let unit = self.load_from(base, imm, s);
        match field {
            Some(field) => self.extract(unit, *field, s),
            None => unit,
        }
    }

    /// The loads of a scalar; the low word first.
    pub(super) fn load_from(&mut self, base: V, imm: Imm, s: Scalar) -> Value {
        let low = self.fresh();
        self.plain(load_op(s), low, base, V::ZERO, imm);
        if s.size() < 8 {
            return Value::One(low);
        }
        let high = self.fresh();
        self.plain(Op::Lw, high, base, V::ZERO, imm.plus(4));
        Value::Two(low, high)
    }

    /// The stores of a scalar; the low word first.
    pub(super) fn store_to(&mut self, base: V, imm: Imm, value: Value, s: Scalar) {
        let (_, op) = piece_ops(s.size());
        let (low, high) = Self::pair(value);
        self.plain(op, V::ZERO, base, low, imm);
        if s.size() == 8 {
            self.plain(Op::Sw, V::ZERO, base, high, imm.plus(4));
        }
    }

    /// A store; `wanted`: its value is used.
    #[inline(never)]
    pub(super) fn store(&mut self, e: &Expr, wanted: bool) -> Value {
        let ExprKind::Store {
            address,
            value,
            field,
            atomic,
        } = &e.kind
        else {
            return Value::None;
        };
        let s = scalar_of(value.ty);
        let address = self.address(address, s.size());
        let mark = self.mark();
        let source = if wanted || *atomic {
            value
        } else {
            unnarrowed(value, s)
        };
        let value = self.expr(source);
        let address = self.address_since(address, mark);
        self.place = e.place;
        if let Some(field) = field {
            return self.store_field(address, value, *field, s, wanted);
        }
        if *atomic {
            self.atomic_store(address, value, s);
            return value;
        }
        let (base, imm) = self.formed(address, s.size());
        self.store_to(base, imm, value, s);
        value
    }

    #[inline(never)]
    pub(super) fn copy(&mut self, e: &Expr) -> Value {
        let ExprKind::Copy {
            to,
            from,
            size,
            align,
        } = &e.kind
        else {
            return Value::None;
        };
        let to = self.address(to, *size);
        let mark = self.mark();
        let from = self.address(from, *size);
        let to = self.address_since(to, mark);
        self.place = e.place;
        self.copy_bytes(to, from, *size, *align);
        Value::One(self.address_register(to))
    }

    /// Copies from the lowest address up, the largest pieces that the alignment allows.
    pub(super) fn copy_bytes(&mut self, to: Address, from: Address, size: u32, align: u32) {
        let span = size.min(PIECES_INLINE * 4);
        let (mut from, mut from_imm) = self.formed(from, span.max(5));
        let (mut to, mut to_imm) = self.formed(to, span.max(5));
        let piece = align.clamp(1, 4);
        let mut done = 0;
        if size / piece > PIECES_INLINE {
            done = size / piece * piece;
            (to, from) = self.copy_loop((to, to_imm), (from, from_imm), done, piece);
            (to_imm, from_imm) = (Imm::Value(0), Imm::Value(0));
        }
        for (offset, bytes) in pieces(size - done, align) {
            let (load, store) = piece_ops(bytes);
            let v = self.fresh();
            self.plain(load, v, from, V::ZERO, from_imm.plus(offset as i32));
            self.plain(store, V::ZERO, to, v, to_imm.plus(offset as i32));
        }
    }

    /// Copies `size` bytes in pieces; gives the addresses after them.
    fn copy_loop(&mut self, to: (V, Imm), from: (V, Imm), size: u32, piece: u32) -> (V, V) {
        let (p, q) = (self.fresh(), self.fresh());
        self.plain(Op::Addi, p, to.0, V::ZERO, to.1);
        self.plain(Op::Addi, q, from.0, V::ZERO, from.1);
        let size = self.li(size as i32);
        let end = self.rr(Op::Add, q, size);
        let top = self.label();
        self.push(Kind::Label(top));
        self.depth = self.depth.saturating_add(1);
        let (load, store) = piece_ops(piece);
        let v = self.fresh();
        self.plain(load, v, q, V::ZERO, Imm::Value(0));
        self.plain(store, V::ZERO, p, v, Imm::Value(0));
        self.plain(Op::Addi, q, q, V::ZERO, Imm::Value(piece as i32));
        self.plain(Op::Addi, p, p, V::ZERO, Imm::Value(piece as i32));
        self.push(Kind::Branch(Op::Bne, q, end, top));
        self.depth = self.depth.saturating_sub(1);
        (p, q)
    }

    /// Zeroes a part of a frame local.
    #[inline(never)]
    pub(super) fn zero(&mut self, e: &Expr) -> Value {
        let ExprKind::Zero {
            local,
            offset,
            size,
        } = e.kind
        else {
            return Value::None;
        };
        self.place = e.place;
        let (base, imm) = match self.homes.get(local.0 as usize) {
            Some(Home::Slot(slot)) => (V::SP, Imm::Slot(*slot, offset as i32)),
            Some(Home::Reference(v)) => {
                let v = *v;
                self.formed(Address::Memory(v, Imm::Value(offset as i32)), size)
            }
            _ => return Value::None,
        };
        let aligned = if offset % 4 == 0 { 4 } else { 1 };
        let align = match self.function.locals.get(local.0 as usize).map(|l| l.ty) {
            Some(crate::tree::Ty::Aggregate { align, .. }) => align.min(aligned),
            Some(crate::tree::Ty::Scalar(s)) => s.size().min(aligned),
            _ => 1,
        };
        self.zero_bytes(base, imm, size, align);
        Value::None
    }

    fn zero_bytes(&mut self, base: V, imm: Imm, size: u32, align: u32) {
        let piece = align.clamp(1, 4);
        let (mut base, mut imm, mut left) = (base, imm, size);
        if size / piece > PIECES_INLINE {
            let (_, store) = piece_ops(piece);
            let p = self.fresh();
            self.plain(Op::Addi, p, base, V::ZERO, imm);
            left = size % piece;
            let bytes = self.li((size - left) as i32);
            let end = self.rr(Op::Add, p, bytes);
            let top = self.label();
            self.push(Kind::Label(top));
            self.plain(store, V::ZERO, p, V::ZERO, Imm::Value(0));
            self.plain(Op::Addi, p, p, V::ZERO, Imm::Value(piece as i32));
            self.push(Kind::Branch(Op::Bne, p, end, top));
            (base, imm) = (p, Imm::Value(0));
        }
        for (offset, bytes) in pieces(left, align) {
            let (_, store) = piece_ops(bytes);
            self.plain(store, V::ZERO, base, V::ZERO, imm.plus(offset as i32));
        }
    }

    /// The aggregate at `base` of at most 8 bytes, as words; nothing outside of it is read.
    pub(super) fn aggregate_words(&mut self, address: V, size: u32, align: u32) -> [V; 2] {
        let mut words = [V::ZERO; 2];
        for (offset, bytes) in pieces(size.min(8), align) {
            let (load, _) = piece_ops(bytes);
            let v = self.fresh();
            self.plain(load, v, address, V::ZERO, Imm::Value(offset as i32));
            let word = &mut words[(offset / 4) as usize];
            let shift = offset % 4 * 8;
            let part = if shift == 0 {
                v
            } else {
                self.ri(Op::Slli, v, shift as i32)
            };
            *word = if *word == V::ZERO {
                part
            } else {
                self.rr(Op::Or, *word, part)
            };
        }
        words
    }
}

/// The value without conversions that a store of type `s` makes superfluous: `sb` cuts off by itself.
fn unnarrowed(e: &Expr, s: Scalar) -> &Expr {
    if let ExprKind::Convert(operand) = &e.kind
        && s.size() <= 4
    {
        let from = scalar_of(operand.ty);
        if !from.float()
            && !s.float()
            && from.size() >= s.size()
            && operand.ty != crate::tree::Ty::Void
        {
            return unnarrowed(operand, s);
        }
    }
    e
}
