//! The code generator: a function of the typed tree → code over virtual registers.
//!
//! It walks the tree once, in order of evaluation: each load, store and copy of the tree becomes
//! exactly the accesses it says, where it stands. Improvements are only those that a reader expects:
//! immediates, fused compare-and-branch, shifts for powers of two, no code after a jump.
//!
//! Not here: which register is which (`registers`), the frame (`frame`), addresses (`link`).

mod atomics;
mod bits;
mod calls;
mod conditions;
mod expressions;
mod float;
mod memory;
mod statements;
mod switch;
mod wide;

use super::code::{Code, Imm, Inst, Kind, Label, Slot, SlotId, SymbolRef, Target, V};
use crate::back::convention::STACK_ALIGN;
use crate::tree::{Function, Place, Scalar, Storage, Ty, Unit};
use alloc::vec::Vec;
use sim_abi::Op;

/// The value of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Of a void expression.
    None,
    /// At most 32 bits, extended to 32 as its type says; or an address.
    One(V),
    /// 64 bits: low word, high word.
    Two(V, V),
}

/// Where a local lives.
#[derive(Clone, Copy, Debug)]
enum Home {
    /// In a virtual register.
    One(V),
    /// In two.
    Two(V, V),
    /// In the frame.
    Slot(SlotId),
    /// In the caller's frame: this register has the address.
    Reference(V),
}

/// Where `break` and `continue` go.
#[derive(Clone, Copy)]
struct Exits {
    on_break: Label,
    on_continue: Option<Label>,
}

/// The state of generating one function.
pub(super) struct Generator<'a> {
    unit: &'a Unit,
    function: &'a Function,
    code: Code,
    homes: Vec<Home>,
    /// For objects that need more than the stack's alignment: the register that points at each, its slot and
    /// what it needs.
    over_aligned: Vec<(V, SlotId, u32)>,
    exits: Vec<Exits>,
    /// For a virtual register of a local: the index after the last instruction that set it.
    last_set: Vec<usize>,
    /// The last `lui %hi` of this stretch of code, so that `counter++` forms its address once.
    high: Option<(Target, V)>,
    /// All thread-locals are within reach of a 12-bit offset from `tp`.
    small_tls: bool,
    /// Where an aggregate result of more than 8 bytes goes.
    result_pointer: Option<V>,
    /// `VaStart`.
    variadic_start: i32,
    place: Place,
    statement: bool,
    depth: u8,
}

/// Generates one function. `small_tls`: thread-locals take less than 2 KiB in all.
pub(super) fn generate(unit: &Unit, function: &Function, small_tls: bool) -> Code {
    let mut g = Generator {
        unit,
        function,
        code: Code {
            instructions: Vec::new(),
            virtuals: 0,
            labels: function.labels.len() as u32,
            slots: Vec::new(),
            outgoing: 0,
            variadic_save: 0,
            moves_sp: false,
            saves_return: false,
            place: function.place,
            end: function.end,
        },
        homes: Vec::new(),
        over_aligned: Vec::new(),
        exits: Vec::new(),
        last_set: Vec::new(),
        high: None,
        small_tls,
        result_pointer: None,
        variadic_start: 0,
        place: function.place,
        statement: true,
        depth: 0,
    };
    g.locals();
    g.enter();
    g.point_at_over_aligned();
    g.block(&function.body);
    g.fall_off_the_end();
    g.code
}

/// The machine type of an expression's value; an aggregate's is its address.
fn scalar_of(ty: Ty) -> Scalar {
    match ty {
        Ty::Scalar(s) => s,
        Ty::Void | Ty::Aggregate { .. } => Scalar::U32,
    }
}

/// Does it fit the 12-bit immediate of an instruction?
fn fits(n: i32) -> bool {
    (-2048..=2047).contains(&n)
}

impl<'a> Generator<'a> {
    /// Gives every local its home.
    fn locals(&mut self) {
        let function = self.function;
        for (n, local) in function.locals.iter().enumerate() {
            let home = match (local.storage, local.ty) {
                (Storage::Register, Ty::Scalar(s)) if s.size() == 8 => {
                    Home::Two(self.fresh(), self.fresh())
                }
                (Storage::Register, Ty::Scalar(_)) => Home::One(self.fresh()),
                (_, ty) => {
                    let (size, align) = match ty {
                        Ty::Scalar(s) => (s.size(), s.size()),
                        Ty::Aggregate { size, align } => (size, align.max(1)),
                        Ty::Void => (0, 1),
                    };
                    self.frame_home(size, align.max(local.align), n as u32)
                }
            };
            self.homes.push(home);
        }
        self.last_set = alloc::vec![0; self.code.virtuals as usize];
    }

    /// An object in the frame. The stack pointer is only a multiple of 16: one that must lie better has a
    /// larger slot, in which a register points at it.
    fn frame_home(&mut self, size: u32, align: u32, local: u32) -> Home {
        if align <= STACK_ALIGN {
            return Home::Slot(self.slot(size, align, Some(local)));
        }
        let room = size.saturating_add(align - STACK_ALIGN);
        let slot = self.slot(room, STACK_ALIGN, Some(local));
        let pointer = self.fresh();
        self.over_aligned.push((pointer, slot, align));
        Home::Reference(pointer)
    }

    /// Makes the registers of [`Self::frame_home`] point at the objects.
    fn point_at_over_aligned(&mut self) {
        for (pointer, slot, align) in core::mem::take(&mut self.over_aligned) {
            let points = |home: &Home| matches!(home, Home::Reference(v) if *v == pointer);
            // A parameter is where its caller put it.
            if !self.homes.iter().any(points) {
                continue;
            }
            self.align_in_slot(pointer, slot, align);
        }
    }

    /// `pointer = ` the first multiple of `align` in a slot.
    fn align_in_slot(&mut self, pointer: V, slot: SlotId, align: u32) {
        let start = self.fresh();
        self.plain(Op::Addi, start, V::SP, V::ZERO, Imm::Slot(slot, 0));
        let past = self.li(align as i32 - 1);
        let past = self.rr(Op::Add, start, past);
        let mask = self.li((align as i32).wrapping_neg());
        self.plain(Op::And, pointer, past, mask, Imm::Value(0));
    }

    /// A new object in the frame without a name, however it must lie.
    fn nameless(&mut self, size: u32, align: u32) -> memory::Address {
        if align <= STACK_ALIGN {
            let slot = self.slot(size, align, None);
            return memory::Address::Memory(V::SP, Imm::Slot(slot, 0));
        }
        let slot = self.slot(size.saturating_add(align - STACK_ALIGN), STACK_ALIGN, None);
        let pointer = self.fresh();
        self.align_in_slot(pointer, slot, align);
        memory::Address::Memory(pointer, Imm::Value(0))
    }

    /// A new virtual register.
    fn fresh(&mut self) -> V {
        self.code.virtuals += 1;
        V(V::FIRST + self.code.virtuals - 1)
    }

    /// A new label.
    fn label(&mut self) -> Label {
        self.code.labels += 1;
        Label(self.code.labels - 1)
    }

    /// A new object in the frame.
    fn slot(&mut self, size: u32, align: u32, local: Option<u32>) -> SlotId {
        self.code.slots.push(Slot { size, align, local });
        SlotId(self.code.slots.len() as u32 - 1)
    }

    /// Can control reach the next instruction?
    fn reachable(&self) -> bool {
        !matches!(
            self.code.instructions.last(),
            Some(Inst {
                kind: Kind::Jump(_) | Kind::Return(_),
                ..
            })
        )
    }

    /// Appends an instruction, unless control cannot reach it.
    fn push(&mut self, kind: Kind) {
        if matches!(kind, Kind::Label(_) | Kind::Call(_)) {
            self.high = None;
        }
        if !matches!(kind, Kind::Label(_)) && !self.reachable() {
            return;
        }
        let statement = self.statement && !matches!(kind, Kind::Label(_));
        self.statement &= !statement;
        self.code.instructions.push(Inst {
            kind,
            place: self.place,
            statement,
            depth: self.depth,
        });
    }

    /// `op rd, rs1, rs2` or `op rd, imm(rs1)`, whatever the format.
    fn plain(&mut self, op: Op, rd: V, rs1: V, rs2: V, imm: Imm) {
        self.push(Kind::Plain {
            op,
            rd,
            rs1,
            rs2,
            imm,
        });
    }

    /// A register-register instruction into a new register.
    fn rr(&mut self, op: Op, a: V, b: V) -> V {
        let rd = self.fresh();
        self.plain(op, rd, a, b, Imm::Value(0));
        rd
    }

    /// A register-immediate instruction into a new register.
    fn ri(&mut self, op: Op, a: V, imm: i32) -> V {
        let rd = self.fresh();
        self.plain(op, rd, a, V::ZERO, Imm::Value(imm));
        rd
    }

    /// A constant: `zero` or a new register.
    fn li(&mut self, n: i32) -> V {
        if n == 0 {
            return V::ZERO;
        }
        let rd = self.fresh();
        self.push(Kind::Li(rd, n));
        rd
    }

    /// `mv`, without the improvement of [`Self::assign`].
    fn mv(&mut self, to: V, from: V) {
        if to != from {
            self.plain(Op::Addi, to, from, V::ZERO, Imm::Value(0));
        }
    }

    /// A copy that nobody else changes.
    fn copy_of(&mut self, v: V) -> V {
        let copy = self.fresh();
        self.mv(copy, v);
        copy
    }

    fn is_local(&self, v: V) -> bool {
        v.index().is_none_or(|n| n < self.last_set.len())
    }

    /// `to = from`, if possible by letting the instruction that made the temporary `from` write `to`
    /// at once.
    fn assign(&mut self, to: V, from: V) {
        if !self.reachable() {
            return;
        }
        if self.is_local(from) || !self.retarget(to, from) {
            self.mv(to, from);
        }
    }

    /// Renames the temporary `from` to `to` in the last few instructions, if one of them makes it
    /// and `to` is not needed from there on.
    fn retarget(&mut self, to: V, from: V) -> bool {
        const WINDOW: usize = 6;
        let last = &mut self.code.instructions;
        let start = last.len().saturating_sub(WINDOW);
        for n in (start..last.len()).rev() {
            let kind = &last[n].kind;
            let mut defines = false;
            kind.defs(|v| defines |= v == from);
            if defines {
                last[n].kind.rename_defs(from, to);
                for inst in &mut last[n + 1..] {
                    inst.kind.rename_uses(from, to);
                }
                return true;
            }
            let mut free = matches!(kind, Kind::Plain { .. } | Kind::Li(..));
            kind.uses(|v| free &= v != to);
            kind.defs(|v| free &= v != to);
            if !free {
                return false;
            }
        }
        false
    }

    /// Both words of a value into another.
    fn assign_value(&mut self, to: Value, from: Value) {
        match (to, from) {
            (Value::One(to), Value::One(from)) => self.assign(to, from),
            (Value::Two(low, high), Value::Two(a, b)) if b == low => {
                let a = if a == high { self.copy_of(a) } else { a };
                self.assign(high, b);
                self.assign(low, a);
            }
            (Value::Two(low, high), Value::Two(a, b)) => {
                self.assign(low, a);
                self.assign(high, b);
            }
            _ => {}
        }
    }

    /// New registers for a value of this type.
    fn fresh_value(&mut self, ty: Ty) -> Value {
        match ty {
            Ty::Void => Value::None,
            Ty::Scalar(s) if s.size() == 8 => Value::Two(self.fresh(), self.fresh()),
            Ty::Scalar(_) | Ty::Aggregate { .. } => Value::One(self.fresh()),
        }
    }

    /// The instruction index that separates what was evaluated from what comes.
    fn mark(&self) -> usize {
        self.code.instructions.len()
    }

    /// The value a register had at `mark`: if it is a local that was set since, a copy made there.
    fn since(&mut self, v: V, mark: usize) -> V {
        let set = v.index().and_then(|n| self.last_set.get(n));
        if set.is_none_or(|&set| set <= mark) {
            return v;
        }
        let copy = self.fresh();
        let kind = Kind::Plain {
            op: Op::Addi,
            rd: copy,
            rs1: v,
            rs2: V::ZERO,
            imm: Imm::Value(0),
        };
        let inst = Inst {
            kind,
            place: self.place,
            statement: false,
            depth: self.depth,
        };
        self.code.instructions.insert(mark, inst);
        copy
    }

    /// [`Self::since`] of all words.
    fn value_since(&mut self, value: Value, mark: usize) -> Value {
        match value {
            Value::None => Value::None,
            Value::One(v) => Value::One(self.since(v, mark)),
            Value::Two(low, high) => {
                let low = self.since(low, mark);
                Value::Two(low, self.since(high, mark))
            }
        }
    }

    /// The register of a value of at most 32 bits, or the low word.
    fn low(value: Value) -> V {
        match value {
            Value::None => V::ZERO,
            Value::One(v) | Value::Two(v, _) => v,
        }
    }

    /// Both words.
    fn pair(value: Value) -> (V, V) {
        match value {
            Value::None => (V::ZERO, V::ZERO),
            Value::One(v) => (v, V::ZERO),
            Value::Two(low, high) => (low, high),
        }
    }

    fn target(symbol: crate::tree::SymbolId, addend: i32) -> Target {
        Target {
            symbol: SymbolRef::Unit(symbol),
            addend,
        }
    }
}
