//! Who listens. The kernel calls these and never asks anything back: an observer cannot steer.

use sim_abi::{CoreId, Event, Instruction, MemoryAccess, Tick, Tid};
use sim_machine::Registers;

use crate::world::World;

/// Listens to a world. Dispatch is static: what an observer does not ask for is not compiled in.
pub trait Observer {
    /// Wants each memory access.
    const ACCESSES: bool = false;
    /// Wants each instruction; the world then executes one at a time.
    const INSTRUCTIONS: bool = false;
    /// Wants `settled` after each instruction; the world then executes one at a time.
    const SETTLES: bool = false;

    /// Wants events at the program's own line also where the C library made them. Without it an event in
    /// the library has the library's place: cheaper, for searches.
    const PLACES: bool = true;

    /// Does it want the accesses of the instructions that come next? Asked before each run of a hart.
    fn wants_accesses(&self) -> bool {
        Self::ACCESSES
    }

    /// Something happened; `world` is as it was left by it.
    fn event(&mut self, world: &World, event: &Event) {
        let _ = (world, event);
    }

    /// A program, or the kernel for it, read or wrote memory.
    fn access(&mut self, access: &MemoryAccess) {
        let _ = access;
    }

    /// The kernel, for a program, read or wrote memory: a copy of a system call.
    fn copy(&mut self, world: &World, access: &MemoryAccess) {
        let _ = world;
        self.access(access);
    }

    /// An instruction is about to be executed.
    fn instruction(&mut self, thread: Tid, pc: u32, instruction: Instruction, before: &Registers) {
        let _ = (thread, pc, instruction, before);
    }

    /// An address space has gone, or all its pages have: its number may come back for another one.
    fn space_gone(&mut self, space: u32) {
        let _ = space;
    }

    /// All accesses and instructions told so far have happened in `world`.
    fn settled(&mut self, world: &World) {
        let _ = world;
    }

    /// `core` worked from `from` up to `to` (not included) for `thread`; `overhead`: the kernel did.
    fn span(&mut self, core: CoreId, from: Tick, to: Tick, thread: Tid, overhead: bool) {
        let _ = (core, from, to, thread, overhead);
    }
}

/// Nobody listens.
impl Observer for () {
    const PLACES: bool = false;
}
