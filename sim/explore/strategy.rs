//! A strategy: who makes the choices of a search. An oracle: it is told where the search has arrived and
//! says which way to go on; the search (`search.rs`) does the rest.
//!
//! Not to be mixed up with a scheduling policy, which is the simulated kernel's own.

use alloc::vec::Vec;

use sim_abi::{Choice, Tid};
use sim_kernel::{Enabled, World};

use crate::clue::Clue;
use crate::livelock::Livelock;
use crate::state_graph::Step;
use crate::step_record::StepRecord;

/// Where the search has arrived.
pub struct Arrival<'a> {
    /// The state.
    pub world: &'a mut World,
    /// What can be done there, if the strategy asks for it.
    pub enabled: &'a [Enabled],
    /// The choices that led there.
    pub path: &'a [Choice],
    /// The last step made progress: an end, output, `sim_progress`, a timeout.
    pub progress: bool,
    /// What the last step did; only if the strategy asks for it.
    pub step: &'a StepRecord,
    /// Mixed into what the state is known by: what detectors know of the way, and what a bound on
    /// preemptions depends on.
    pub salt: u128,
}

impl Arrival<'_> {
    /// What the state is known by.
    pub fn fingerprint(&mut self) -> u128 {
        self.world.fingerprint() ^ self.salt
    }

    /// The step that led there.
    pub fn last_step(&self) -> Option<Step> {
        let choice = *self.path.last()?;
        let progress = self.progress;
        Some(Step { choice, progress })
    }
}

/// What a strategy says of where it has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// Go on from there.
    New,
    /// Known, but not all has been tried there.
    Again,
    /// Nothing new comes from there.
    Known,
    /// Whoever can move goes round in circles there, and nobody else ever comes: an execution is over.
    Circles,
}

impl Arrived {
    /// New if it has not been known.
    pub fn new_if(is_new: bool) -> Arrived {
        if is_new { Arrived::New } else { Arrived::Known }
    }
}

/// Makes the choices.
pub trait Strategy: Sized {
    /// What another worker has to know to go on with what is left in a state.
    type Rest: Send;
    /// What several workers on one search remember together.
    type Shared: Send + Sync;
    /// It goes back to states: they are to be saved.
    const GOES_BACK: bool;
    /// It knows states again: `states` are distinct ones.
    const KNOWS_STATES: bool = false;
    /// It wants to know what steps touch.
    const RECORDS: bool = false;
    /// It wants to know what can be done where it has arrived.
    const WANTS_CHOICES: bool = false;

    /// As people call it.
    fn name(&self) -> &'static str;

    /// A new search starts: what it knew is void.
    fn begin(&mut self);

    /// Arrived in a state.
    fn arrive(&mut self, at: &mut Arrival) -> Arrived;

    /// Which choice to make next in the state `depth` steps from the start, where `enabled` are
    /// possible: asked until it says `None`, then the search goes back by one.
    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize>;

    /// Is the step of this thread, from the state `depth` steps from the start, made for the first time, as
    /// far as is known? Steps are counted once.
    fn counts(&self, _depth: usize, _thread: Tid) -> bool {
        true
    }

    /// What the workers on the search that begins share (`workers.rs`). `None`: one worker has to do it.
    fn share(&self) -> Option<Self::Shared> {
        None
    }

    /// One more worker on a search.
    fn join(_shared: &Self::Shared) -> Option<Self> {
        None
    }

    /// Gives away what is left in the state `depth` steps from the start, when the present step from it is
    /// done. `None`: there is nothing, or it cannot be told apart.
    fn divide(&mut self, _depth: usize, _enabled: &[Enabled]) -> Option<Self::Rest> {
        None
    }

    /// What somebody has given away is this one's now. Nothing is left in the states before it.
    fn take_over(&mut self, _depth: usize, _rest: Self::Rest) {}

    /// The search is back at the start, where nothing is left. `true`: once more from there.
    fn again(&mut self) -> bool {
        false
    }

    /// All that is possible has been tried when the search ends by itself.
    fn is_exhaustive(&self) -> bool;

    /// The program can perhaps go round in circles.
    fn may_circle(&self) -> bool {
        false
    }

    /// A livelock in what it has walked, if it has looked for one. The search is over.
    fn livelock(&mut self) -> Option<Livelock> {
        None
    }

    /// What it has noticed itself since it was asked last, and the ways there.
    fn found(&mut self) -> Vec<(Clue, Vec<Choice>)> {
        Vec::new()
    }

    /// Bytes it remembers.
    fn memory_bytes(&self) -> u64 {
        0
    }
}
