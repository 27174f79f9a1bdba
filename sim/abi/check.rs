//! What a check leaves behind: the verdict over all interleavings, its numbers, the counterexample.
//! Made by `explore`, shown by `report`.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::choice::Schedule;
use crate::finding::{Finding, Verdict};
use crate::trace::Trace;

/// A way to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// The choices.
    pub schedule: Schedule,
    /// Times another thread goes on than the one before.
    pub switches: u64,
    /// No other way to an error has fewer steps, and none as short fewer switches.
    pub is_shortest: bool,
    /// What happens on this way.
    pub trace: Trace,
    /// What the programs write on this way: stream, bytes.
    pub output: Vec<(u8, Vec<u8>)>,
}

/// A whole check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRecord {
    /// The verdict of the shortest counterexample; `ok` only if everything was looked at.
    pub verdict: Verdict,
    /// Every interleaving was looked at.
    pub complete: bool,
    /// Why not, if not.
    pub unfinished: Option<String>,
    /// Who made the choices: `states`, `dpor`, `dfs`, `random`, `pct`.
    pub strategy: &'static str,
    /// States visited; distinct ones if the strategy knows them again.
    pub states: u64,
    /// The strategy knows states again, so `states` are distinct.
    pub are_distinct: bool,
    /// Executions that came to an end: no choice was left.
    pub executions: u64,
    /// Steps made.
    pub transitions: u64,
    /// Steps of the longest way.
    pub depth: u64,
    /// What the search itself remembers, at most.
    pub memory_bytes: u64,
    /// Texts of `sim_outcome`: after how many steps each was told; where `are_distinct`, in how many states.
    pub outcomes: BTreeMap<String, u64>,
    /// Errors and warnings, the counterexample's first.
    pub findings: Vec<Finding>,
    /// The way to the first finding, if that is an error.
    pub counterexample: Option<Counterexample>,
}
