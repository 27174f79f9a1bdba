//! Explicit-state search: depth first, and no state twice. States are known by 128-bit fingerprints
//! (hash compaction: Wolper & Leroy 1993), so two different states pass for one with probability below
//! n²/2¹²⁹ for n states: for a billion, less than 10⁻²⁰.
//!
//! Not reduced: every choice of every state is made. Visits each reachable state once and makes each of
//! its steps once, in programs that go round in circles too.

use alloc::vec::Vec;

use hashbrown::HashSet;
use sim_kernel::Enabled;

use crate::dfs::Cursor;
use crate::hash::Fixed;
use crate::strategy::{Arrival, Arrived, Strategy};

/// Knows the states it has seen.
#[derive(Clone, Debug, Default)]
pub struct States {
    cursor: Cursor,
    seen: HashSet<u128, Fixed>,
    /// The states on the present path, as a list and as a set.
    path: Vec<u128>,
    on_path: HashSet<u128, Fixed>,
    may_circle: bool,
}

impl States {
    fn move_to(&mut self, depth: usize, fingerprint: u128) {
        for left in self.path.drain(depth.min(self.path.len())..) {
            self.on_path.remove(&left);
        }
        self.path.push(fingerprint);
        self.on_path.insert(fingerprint);
    }
}

impl Strategy for States {
    const GOES_BACK: bool = true;
    const KNOWS_STATES: bool = true;

    fn name(&self) -> &'static str {
        "states"
    }

    fn begin(&mut self) {
        *self = States::default();
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        let fingerprint = at.fingerprint();
        let depth = at.path.len();
        if self.seen.insert(fingerprint) {
            self.move_to(depth, fingerprint);
            return Arrived::New;
        }
        // States behind the present one are left over from a way that ended.
        self.may_circle |= self.on_path.contains(&fingerprint)
            && self.path[..depth.min(self.path.len())].contains(&fingerprint);
        Arrived::Known
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        self.cursor.next(depth, enabled.len())
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn may_circle(&self) -> bool {
        self.may_circle
    }

    fn memory_bytes(&self) -> u64 {
        (self.seen.allocation_size() + self.on_path.allocation_size()) as u64
    }
}
