//! Choices: what the world is told to do next; a schedule is a list of them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::event::Location;
use crate::ids::Tid;

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// The clock moves on and the scheduling policy acts, up to the next event.
    Tick,
    /// This thread runs to and through its next visible operation.
    Step(Tid),
    /// This thread runs, and of the outcomes of its next operation this one happens: which waiter
    /// is woken, the timeout fires, what `sim_choose` returns.
    Alt(Tid, u32),
}

/// A way through a program, to be replayed: no cores, no clock.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Schedule {
    /// Fingerprint of the scenario and its programs: a schedule for another program is refused.
    pub program: u128,
    /// The version that made it.
    pub version: String,
    /// Words of memory that more than one thread touches: where steps end.
    pub shared: Vec<Location>,
    /// `Step`s and `Alt`s.
    pub choices: Vec<Choice>,
}
