//! The shortest way to an error: fewest steps over all interleavings, then fewest switches.
//!
//! [`Levels`] finds the length: breadth first without a queue of worlds. In round n it walks, depth first,
//! the tree of shortest ways to states less than n steps away, and one step further: what it meets there
//! for the first time is n steps away. Each round visits each state once; memory is what states are known
//! by and one number each. The first round that meets an error ends it.
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
    /// States n steps away were met in this round.
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
                self.goes_on = true;
                // To be looked at; what comes after it is the next round's.
                true
            }
            hashbrown::hash_map::Entry::Occupied(mut known) => {
                let first = known.get().round != round && known.get().steps == steps;
                if first {
                    known.get_mut().round = round;
                }
                first
            }
        };
        Arrived::new_if(is_new)
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        if depth as u32 >= self.round {
            return None;
        }
        self.cursor.next(depth, enabled.len())
    }

    fn again(&mut self) -> bool {
        let more = self.goes_on && self.round < self.most;
        self.round += 1;
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
