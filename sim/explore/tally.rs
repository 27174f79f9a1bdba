//! What a search has seen and counted; what several workers have, put together.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use sim_abi::Choice;

use crate::clue::Clue;
use crate::conditions::{Condition, Line};
use crate::orders::Orders;

/// A clue, and the shortest way there so far, of these one with the fewest switches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// What.
    pub clue: Clue,
    /// How to get there.
    pub path: Vec<Choice>,
    /// Times another thread goes on than the one before.
    pub switches: u64,
}

/// What a search has seen.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// States visited.
    pub states: u64,
    /// Executions that came to an end.
    pub executions: u64,
    /// Steps made.
    pub transitions: u64,
    /// Steps of the longest way.
    pub depth: u64,
    /// Bytes it remembers, at most.
    pub memory_bytes: u64,
    /// Outcomes: how many steps told each; where states are known, how many follow such a step.
    pub outcomes: BTreeMap<String, u64>,
    /// `sim_sometimes`, by the place of the call.
    pub conditions: BTreeMap<Line, Condition>,
    /// What was noticed, each once.
    pub discoveries: Vec<Discovery>,
    /// Who took which lock while holding which others.
    pub orders: Orders,
    /// Executions that reached a limit of the scenario.
    pub limited: u64,
    /// Why the search was stopped.
    pub cut: Option<String>,
    /// Why something was left out on the way.
    pub gap: Option<String>,
    /// Some execution ended with all processes.
    pub ends: bool,
    /// Some step made progress (`livelock.rs`).
    pub progresses: bool,
}

impl Tally {
    /// Adds what another worker has seen.
    pub(crate) fn merge(&mut self, other: Tally) {
        self.states += other.states;
        self.executions += other.executions;
        self.transitions += other.transitions;
        self.depth = self.depth.max(other.depth);
        self.memory_bytes = self.memory_bytes.max(other.memory_bytes);
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_insert(0) += count;
        }
        for (line, Condition { name, has_held }) in other.conditions {
            let condition = self.conditions.entry(line).or_default();
            condition.name = name;
            condition.has_held |= has_held;
        }
        self.discoveries.extend(other.discoveries);
        for (order, way) in other.orders {
            self.orders.entry(order).or_insert(way);
        }
        self.limited += other.limited;
        self.cut = self.cut.take().or(other.cut);
        self.gap = self.gap.take().or(other.gap);
        self.ends |= other.ends;
        self.progresses |= other.progresses;
    }
}
