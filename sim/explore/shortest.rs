//! The shortest way to an error: fewest steps over all interleavings, then fewest switches.
//!
//! [`Levels`] finds the length, without a queue of worlds: depth first, no deeper than a bound, and a state
//! that is met again on a shorter way is walked again. When nothing is left the distance of every state
//! within the bound is exact. The bound grows by a quarter each round, until a round meets an error: a
//! plain queue would hold a world for each state, and growing by one would walk every state as often as
//! the way is long. Memory is what states are known by and one number each.
//!
//! [`Straightest`] then walks all ways of that length to states at their shortest distance (a shortest way
//! goes through no others), and keeps for each state and last thread the fewest switches.

use hashbrown::HashMap;
use sim_abi::{Choice, Tid};
use sim_kernel::Enabled;

use crate::dfs::Cursor;
use crate::hash::Fixed;
use crate::search::{mover, switches};
use crate::strategy::{Arrival, Arrived, Strategy};

/// How far a state is from the start, and the last round that came there.
#[derive(Clone, Copy, Debug)]
struct Level {
    steps: u32,
    round: u32,
}

/// Finds the length of the shortest way.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    cursor: Cursor,
    levels: HashMap<u128, Level, Fixed>,
    round: u32,
    /// No way is followed further in this round.
    bound: u32,
    /// There is more behind the bound.
    goes_on: bool,
    /// No way longer than this is asked for.
    most: u32,
}

impl Levels {
    /// No way longer than `most` is asked for.
    pub fn new(most: u32) -> Levels {
        Levels {
            most,
            ..Levels::default()
        }
    }
}

impl Strategy for Levels {
    const GOES_BACK: bool = true;
    const KNOWS_STATES: bool = true;
    type Rest = ();
    type Shared = ();

    fn name(&self) -> &'static str {
        "levels"
    }

    fn begin(&mut self) {
        *self = Levels::new(self.most);
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        let steps = at.path.len() as u32;
        let round = self.round;
        let level = self.levels.entry(at.fingerprint());
        let new = Level { steps, round };
        let is_new = match level {
            hashbrown::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(new);
                true
            }
            hashbrown::hash_map::Entry::Occupied(mut known) => {
                let nearer = steps < known.get().steps;
                let first = known.get().round != round && known.get().steps == steps;
                if nearer || first {
                    known.insert(new);
                }
                nearer || first
            }
        };
        Arrived::new_if(is_new)
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        if depth as u32 >= self.bound {
            self.goes_on = true;
            return None;
        }
        self.cursor.next(depth, enabled.len())
    }

    fn again(&mut self) -> bool {
        const STEPS_MORE: u32 = 4;
        let more = self.goes_on && self.bound < self.most;
        self.round += 1;
        let bound = self.bound + (self.bound / 4).max(STEPS_MORE);
        self.bound = bound.min(self.most);
        self.goes_on = false;
        self.cursor.clear();
        more
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn memory_bytes(&self) -> u64 {
        self.levels.allocation_size() as u64
    }
}

/// Finds the way with the fewest switches among the shortest.
#[derive(Clone, Debug)]
pub struct Straightest {
    cursor: Cursor,
    /// The states at their shortest distance, from [`Levels`].
    levels: HashMap<u128, Level, Fixed>,
    steps: usize,
    fewest: HashMap<(u128, Option<Tid>), u64, Fixed>,
}

impl Straightest {
    /// Among all ways of so many steps.
    pub fn new(levels: Levels, steps: usize) -> Straightest {
        Straightest {
            cursor: Cursor::default(),
            levels: levels.levels,
            steps,
            fewest: HashMap::default(),
        }
    }
}

fn last(path: &[Choice]) -> Option<Tid> {
    path.last().and_then(|choice| mover(*choice))
}

impl Strategy for Straightest {
    const GOES_BACK: bool = true;
    type Rest = ();
    type Shared = ();

    fn name(&self) -> &'static str {
        "straightest"
    }

    fn begin(&mut self) {
        self.cursor.clear();
        self.fewest.clear();
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        let fingerprint = at.fingerprint();
        let level = self.levels.get(&fingerprint);
        if level.is_none_or(|level| level.steps as usize != at.path.len()) {
            return Arrived::Known;
        }
        let switches = switches(at.path);
        let fewest = self.fewest.entry((fingerprint, last(at.path)));
        let known = fewest.or_insert(u64::MAX);
        let better = switches < *known;
        *known = switches.min(*known);
        Arrived::new_if(better)
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        if depth >= self.steps {
            return None;
        }
        self.cursor.next(depth, enabled.len())
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn memory_bytes(&self) -> u64 {
        (self.levels.allocation_size() + self.fewest.allocation_size()) as u64
    }
}
