//! Code of one function over *virtual* registers: what `generate` writes, `registers` allocates and
//! `emit` turns into machine instructions.
//!
//! A value of 64 bits is two virtual registers. Everything with fixed machine registers (entry,
//! call, return) lists its moves, so no virtual register is ever tied to a machine register.

use crate::tree::{Place, SymbolId};
use alloc::boxed::Box;
use alloc::vec::Vec;
use sim_abi::{Op, Reg};

/// A register: below 32 a machine register, otherwise virtual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct V(pub u32);

impl V {
    /// Always 0.
    pub const ZERO: V = V(0);
    /// The stack pointer.
    pub const SP: V = V(2);
    /// The frame pointer, in a function that moves `sp` (see `frame.rs`): no register for values there.
    pub const FP: V = V(8);
    /// The thread pointer.
    pub const TP: V = V(4);
    /// The first virtual register.
    pub const FIRST: u32 = 32;

    /// The index of a virtual register.
    pub fn index(self) -> Option<usize> {
        self.0.checked_sub(V::FIRST).map(|n| n as usize)
    }
}

/// A symbol, as one function names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SymbolRef {
    /// Of the function's own unit.
    Unit(SymbolId),
    /// A routine that the code needs without the source naming it (`__divdi3`).
    Runtime(&'static str),
}

/// A symbol's address plus an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Whose address.
    pub symbol: SymbolRef,
    /// Bytes added.
    pub addend: i32,
}

/// An object in the frame: a local, or a temporary of the generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SlotId(pub u32);

/// A label of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Label(pub u32);

/// An immediate operand, perhaps not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Imm {
    /// Known.
    Value(i32),
    /// Upper 20 bits of an address, for `lui`.
    High(Target),
    /// Lower 12 bits of an address.
    Low(Target),
    /// Upper 20 bits of a thread-local's offset from `tp`.
    ThreadHigh(Target),
    /// Lower 12 bits of a thread-local's offset from `tp`.
    ThreadLow(Target),
    /// Offset in a frame object; the base is `sp`.
    Slot(SlotId, i32),
    /// Bytes above the caller's `sp`; the base is `sp`.
    Incoming(i32),
    /// Where `ra` is saved; the base is `sp`.
    SavedReturn,
    /// Where the frame's address is kept; the base is what `sp` is or will be.
    FrameAddress,
    /// Bytes from what is allocated on the stack down to `sp`, negative.
    Below,
}

impl Imm {
    /// The same place, `bytes` further on.
    pub fn plus(self, bytes: i32) -> Imm {
        let further = |t: Target| Target {
            addend: t.addend.wrapping_add(bytes),
            ..t
        };
        match self {
            Imm::Value(n) => Imm::Value(n.wrapping_add(bytes)),
            Imm::High(t) => Imm::High(further(t)),
            Imm::Low(t) => Imm::Low(further(t)),
            Imm::ThreadHigh(t) => Imm::ThreadHigh(further(t)),
            Imm::ThreadLow(t) => Imm::ThreadLow(further(t)),
            Imm::Slot(slot, offset) => Imm::Slot(slot, offset.wrapping_add(bytes)),
            Imm::Incoming(offset) => Imm::Incoming(offset.wrapping_add(bytes)),
            Imm::SavedReturn | Imm::FrameAddress | Imm::Below => self,
        }
    }
}

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallTarget {
    /// By name.
    Symbol(SymbolRef),
    /// Through a register.
    Register(V),
    /// The kernel.
    Kernel,
}

/// A call with the registers it takes and gives.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Who.
    pub target: CallTarget,
    /// Moved into machine registers, all at once.
    pub arguments: Vec<(V, Reg)>,
    /// Moved out of machine registers afterwards.
    pub results: Vec<(Reg, V)>,
}

/// What an instruction over virtual registers does.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A machine instruction that is no jump, branch or call.
    Plain {
        /// Which.
        op: Op,
        /// Destination.
        rd: V,
        /// First source.
        rs1: V,
        /// Second source.
        rs2: V,
        /// Immediate.
        imm: Imm,
    },
    /// Any 32-bit constant.
    Li(V, i32),
    /// To the label if the comparison holds.
    Branch(Op, V, V, Label),
    /// To the label.
    Jump(Label),
    /// Here is the label.
    Label(Label),
    /// The function's parameters arrive.
    Enter(Box<[(Reg, V)]>),
    /// A call.
    Call(Box<Call>),
    /// The function returns these.
    Return(Box<[(V, Reg)]>),
}

/// One instruction, with what the line table and the register allocator want to know.
#[derive(Clone, Debug)]
pub(super) struct Inst {
    /// What it does.
    pub kind: Kind,
    /// Its source.
    pub place: Place,
    /// A statement begins here.
    pub statement: bool,
    /// How many loops it is in.
    pub depth: u8,
}

impl Kind {
    /// Calls `visit` for each register read.
    pub fn uses(&self, mut visit: impl FnMut(V)) {
        match self {
            Kind::Plain { rs1, rs2, .. } => {
                visit(*rs1);
                visit(*rs2);
            }
            Kind::Branch(_, a, b, _) => {
                visit(*a);
                visit(*b);
            }
            Kind::Call(call) => {
                if let CallTarget::Register(v) = call.target {
                    visit(v);
                }
                call.arguments.iter().for_each(|(v, _)| visit(*v));
            }
            Kind::Return(values) => values.iter().for_each(|(v, _)| visit(*v)),
            Kind::Li(..) | Kind::Jump(_) | Kind::Label(_) | Kind::Enter(_) => {}
        }
    }

    /// Calls `visit` for each register written.
    pub fn defs(&self, mut visit: impl FnMut(V)) {
        match self {
            Kind::Plain { rd, .. } | Kind::Li(rd, _) => visit(*rd),
            Kind::Enter(values) => values.iter().for_each(|(_, v)| visit(*v)),
            Kind::Call(call) => call.results.iter().for_each(|(_, v)| visit(*v)),
            Kind::Branch(..) | Kind::Jump(_) | Kind::Label(_) | Kind::Return(_) => {}
        }
    }
}

impl Kind {
    /// Writes `to` instead of `from`.
    pub fn rename_defs(&mut self, from: V, to: V) {
        let rename = |v: &mut V| {
            if *v == from {
                *v = to;
            }
        };
        match self {
            Kind::Plain { rd, .. } | Kind::Li(rd, _) => rename(rd),
            Kind::Enter(values) => values.iter_mut().for_each(|(_, v)| rename(v)),
            Kind::Call(call) => call.results.iter_mut().for_each(|(_, v)| rename(v)),
            Kind::Branch(..) | Kind::Jump(_) | Kind::Label(_) | Kind::Return(_) => {}
        }
    }

    /// Reads `to` instead of `from`, in an instruction without control flow.
    pub fn rename_uses(&mut self, from: V, to: V) {
        if let Kind::Plain { rs1, rs2, .. } = self {
            for v in [rs1, rs2] {
                if *v == from {
                    *v = to;
                }
            }
        }
    }
}

/// A frame object's size and alignment, and the source's name for it.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// Bytes.
    pub size: u32,
    /// Bytes, a power of two.
    pub align: u32,
    /// Index into the function's locals; `None`: a temporary of the generator.
    pub local: Option<u32>,
}

/// A function over virtual registers.
#[derive(Debug)]
pub(super) struct Code {
    /// In order.
    pub instructions: Vec<Inst>,
    /// How many virtual registers there are.
    pub virtuals: u32,
    /// How many labels there are.
    pub labels: u32,
    /// The frame's objects.
    pub slots: Vec<Slot>,
    /// Bytes for arguments on the stack of the functions called.
    pub outgoing: u32,
    /// Bytes under the caller's `sp` where variadic registers are saved.
    pub variadic_save: u32,
    /// Has arrays of variable length.
    pub moves_sp: bool,
    /// Calls something, or asks where it returns to.
    pub saves_return: bool,
    /// Where the function begins and ends.
    pub place: Place,
    /// The line of its closing brace.
    pub end: Place,
}
