//! How somebody looks on while a hart executes: static dispatch, and free of cost if nobody looks.

use crate::memory::FrameId;
use crate::registers::Registers;
use sim_abi::Instruction;

/// What kind of access to memory an instruction makes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A plain load.
    Load,
    /// A plain store.
    Store,
    /// `lr.w`
    LoadReserved,
    /// `sc.w`; one that fails stores nothing.
    StoreConditional {
        /// Whether it stores.
        success: bool,
    },
    /// An `amo….w`: a load and a store, indivisibly.
    AtomicRmw,
}

/// One access to memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Access {
    /// The instruction that makes it.
    pub pc: u32,
    /// First byte.
    pub address: u32,
    /// Bytes: 1, 2 or 4.
    pub size: u8,
    /// What it does.
    pub kind: Kind,
    /// The bytes loaded (not extended) or stored; of an AMO, what it stores. In [`Watch::before`] it
    /// is what will be.
    pub value: u32,
    /// The frame, if the page is a shared mapping.
    pub shared: Option<FrameId>,
}

/// Somebody who looks on. `()` sees nothing.
pub trait Watch {
    /// Whether [`Watch::before`] and [`Watch::access`] are called.
    const ACCESSES: bool;
    /// Whether [`Watch::instruction`] is called. Execution is then much slower.
    const INSTRUCTIONS: bool;
    /// An access is about to happen: nothing stands in its way any more, neither a page miss nor a
    /// misaligned address. `false`: stop before its instruction ([`crate::Stop::Held`]).
    fn before(&mut self, _access: &Access) -> bool {
        true
    }
    /// An access has happened.
    fn access(&mut self, _access: &Access) {}
    /// An instruction is about to be executed and will not miss, fault or be held; or it is an
    /// `ecall` or `ebreak`.
    fn instruction(&mut self, _pc: u32, _instruction: Instruction, _before: &Registers) {}
}

impl Watch for () {
    const ACCESSES: bool = false;
    const INSTRUCTIONS: bool = false;
}
