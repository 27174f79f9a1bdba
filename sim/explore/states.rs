//! Explicit-state search: depth first, and no state twice. States are known by 128-bit fingerprints
//! (hash compaction: Wolper & Leroy 1993), so two different states pass for one with probability below
//! n²/2¹²⁹ for n states: for a billion, less than 10⁻²⁰.
//!
//! Not reduced: every choice of every state is made. Visits each reachable state once and makes each of
//! its steps once, in programs that go round in circles too.

use hashbrown::HashSet;
use sim_kernel::Enabled;

use crate::dfs::Cursor;
use crate::hash::Fixed;
use crate::strategy::{Arrival, Strategy};

/// Knows the states it has seen.
#[derive(Clone, Debug, Default)]
pub struct States {
    cursor: Cursor,
    seen: HashSet<u128, Fixed>,
}

impl Strategy for States {
    const GOES_BACK: bool = true;
    const KNOWS_STATES: bool = true;

    fn name(&self) -> &'static str {
        "states"
    }

    fn begin(&mut self) {
        self.cursor.clear();
        self.seen.clear();
    }

    fn arrive(&mut self, at: &mut Arrival) -> bool {
        self.seen.insert(at.fingerprint())
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        self.cursor.next(depth, enabled.len())
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn memory_bytes(&self) -> u64 {
        self.seen.allocation_size() as u64
    }
}
