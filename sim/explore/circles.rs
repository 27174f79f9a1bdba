//! Can the program go round in circles? Depth first, no state twice, every step of every state: a step
//! back to a state on the present way closes a circle, and a circle has such a step.
//!
//! Asked before livelock is looked for (`livelock.rs`), which takes more memory.

use alloc::vec::Vec;

use hashbrown::HashSet;
use sim_kernel::Enabled;

use crate::dfs::Cursor;
use crate::hash::Fixed;
use crate::strategy::{Arrival, Arrived, Strategy};

/// Knows the states it has seen, and those of the present way.
#[derive(Clone, Debug, Default)]
pub struct Circles {
    cursor: Cursor,
    seen: HashSet<u128, Fixed>,
    /// The states on the present path, as a list and as a set.
    path: Vec<u128>,
    on_path: HashSet<u128, Fixed>,
    may_circle: bool,
}

impl Circles {
    fn move_to(&mut self, depth: usize, fingerprint: u128) {
        for left in self.path.drain(depth.min(self.path.len())..) {
            self.on_path.remove(&left);
        }
        self.path.push(fingerprint);
        self.on_path.insert(fingerprint);
    }
}

impl Strategy for Circles {
    const GOES_BACK: bool = true;
    const KNOWS_STATES: bool = true;
    type Rest = ();
    type Shared = ();

    fn name(&self) -> &'static str {
        "circles"
    }

    fn begin(&mut self) {
        *self = Circles::default();
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
