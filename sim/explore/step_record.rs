//! What a step did: for strategies that ask which steps commute. Filled by who listens to the step (`clue.rs`).

use alloc::vec::Vec;

use sim_abi::layout::THREAD_STACKS;
use sim_abi::{Event, EventKind, MemoryAccess, Tid};
use sim_kernel::World;

use crate::clue::Spot;
use crate::footprint::{Footprint, Thing};

/// What a step did: for strategies that ask which steps commute.
#[derive(Clone, Debug, Default)]
pub struct StepRecord {
    /// Somebody asks for it.
    pub is_wanted: bool,
    /// Who makes it.
    pub mover: Tid,
    /// The access that it began with, and what the kernel read or wrote for it.
    pub accesses: Vec<(MemoryAccess, Spot)>,
    /// That ended a wait.
    pub waited: bool,
    /// What it touched, and what those have touched that it moved on.
    pub footprint: Footprint,
    /// Of this: what those have touched that it moved on.
    pub passed_on: Footprint,
    /// Of this: what its own thread has touched. Of use only if something was passed on.
    pub own: Footprint,
    /// Other threads that it moved on: started, woken, let past a join.
    pub moved: Vec<Tid>,
    /// Other threads that could have gone on and handle a signal first: their next step is in a race with this one.
    pub interrupted: Vec<Tid>,
    /// Who has joined whom.
    pub joined: Vec<(Tid, Tid)>,
    /// It wrote to memory, own stack left out.
    pub wrote: bool,
}

impl StepRecord {
    /// Something has happened in it.
    pub fn event(&mut self, world: &World, event: &Event) {
        let is_known = |all: &[Tid]| all.contains(&event.thread);
        let is_mover = event.thread == self.mover;
        if !is_mover && !is_known(&self.moved) && !is_known(&self.interrupted) {
            match event.kind {
                EventKind::Handles { .. } => self.interrupted.push(event.thread),
                _ => self.moved.push(event.thread),
            }
        }
        if let EventKind::Joins { child } = event.kind {
            self.joined.push((event.thread, child));
        }
        let location = |address| world.location_of(event.thread, address);
        self.part_of(event.thread).add_event(event, location);
    }

    /// Where it is written down what a thread touches.
    pub fn part_of(&mut self, thread: Tid) -> &mut Footprint {
        match thread == self.mover || self.interrupted.contains(&thread) {
            true => &mut self.footprint,
            false => &mut self.passed_on,
        }
    }

    /// The step is over.
    pub fn end(&mut self, world: &World) {
        let writes = self.footprint.writes() || self.passed_on.writes();
        if world.has_invariants() && writes {
            self.footprint.add(Thing::Invariants, true);
        }
        if !self.passed_on.is_empty() {
            self.own.clone_from(&self.footprint);
            self.footprint.merge(&self.passed_on);
        }
    }

    /// Memory was accessed in it.
    pub fn access(&mut self, access: &MemoryAccess) {
        let own_stack = access.address >= THREAD_STACKS;
        self.wrote |= access.write && !own_stack;
    }
}
