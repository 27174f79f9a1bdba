//! What one walk has seen of the state graph, for strategies that never come to an end by themselves: where
//! the walk has come back to a state, livelock is looked for in what it has seen (`livelock.rs`, L4).
//!
//! Kept is the present walk only: its states, each once, and its steps, up to [`STATES_MAX`] states. What a
//! walk does beyond those is not looked at. A livelock that takes steps of several walks to go round is
//! missed; so is one that no walk goes round.
//!
//! Not for walks with a bound on preemptions: who can move in a state is not known in full there.

use petgraph::graph::NodeIndex;

use crate::livelock::{self, Livelock};
use crate::state_graph::StateGraph;
use crate::strategy::Arrival;

/// States of a walk that are remembered: all, if the walk is no longer than the default bound allows.
const STATES_MAX: usize = 1 << 17;

/// Remembers where a walk has been.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    seen: StateGraph,
    /// The state it is in; `None`: it is not one of those that are remembered.
    here: Option<NodeIndex>,
    /// It has been in a state more than once.
    comes_back: bool,
    /// Of all walks so far: the one with the shortest way.
    livelock: Option<Livelock>,
}

impl Walked {
    /// The walk has arrived. Has it been there before, as far as is remembered?
    pub fn arrive(&mut self, at: &mut Arrival) -> bool {
        let fingerprint = at.fingerprint();
        let known = self.seen.find(fingerprint);
        let is_full = self.seen.len() >= STATES_MAX;
        let new = || (!is_full).then(|| self.seen.add(fingerprint, at.enabled));
        let from = self.here.take();
        self.here = known.or_else(new);
        if let (Some(from), Some(to), Some(step)) = (from, self.here, at.last_step()) {
            self.seen.connect(from, to, step);
        }
        self.comes_back |= known.is_some();
        known.is_some()
    }

    /// The walk is over: the next one starts.
    pub fn end(&mut self) {
        if self.comes_back
            && let Some(new) = livelock::livelock(&self.seen)
        {
            let best = self.livelock.as_ref();
            if best.is_none_or(|best| new.path.len() < best.path.len()) {
                self.livelock = Some(new);
            }
        }
        self.seen.clear();
        self.here = None;
        self.comes_back = false;
    }

    /// The livelock of all walks, the present one among them, that has the shortest way.
    pub fn livelock(&mut self) -> Option<Livelock> {
        self.end();
        self.livelock.take()
    }

    /// Bytes it remembers.
    pub fn memory_bytes(&self) -> u64 {
        self.seen.memory_bytes()
    }
}
