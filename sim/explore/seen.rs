//! What is remembered of states, by all workers of a search.
//!
//! States are known by 128-bit fingerprints (hash compaction: Wolper & Leroy 1993), so two different states
//! pass for one with probability below n²/2¹²⁹ for n states: for a billion, less than 10⁻²⁰. A state takes
//! 25 bytes, which the tables' free places make 57 at most.

use core::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use sim_abi::Tid;
use spin::Mutex;

use crate::hash::Fixed;

/// Tables, so that workers are seldom in each other's way: a power of two.
const TABLES: usize = 64;

/// Threads, one bit each: those whose numbers fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Threads(u32);

impl Threads {
    fn bit(tid: Tid) -> u32 {
        1_u32.checked_shl(tid.0).unwrap_or(0)
    }

    /// Can it be one of them?
    pub fn fits(tid: Tid) -> bool {
        Threads::bit(tid) != 0
    }

    /// Those of them that fit.
    pub fn of(tids: impl Iterator<Item = Tid>) -> Threads {
        Threads(tids.fold(0, |bits, tid| bits | Threads::bit(tid)))
    }

    /// Is it one of them?
    pub fn has(self, tid: Tid) -> bool {
        self.0 & Threads::bit(tid) != 0
    }

    /// Is it one of them, or is there one with a higher number?
    pub fn reaches(self, tid: Tid) -> bool {
        Threads::fits(tid) && self.0 >= Threads::bit(tid)
    }

    /// None.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What is remembered of a state.
#[derive(Clone, Copy, Debug)]
struct Known {
    asleep: Threads,
    /// How far from the start it was when it was met first.
    distance: u32,
}

/// A state that has been met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// For the first time.
    New,
    /// Again.
    Again {
        /// Who slept there every time until now, and does not this time.
        woken: Threads,
        /// Who has slept there every time, this time too.
        still: Threads,
        /// How far from the start it was the first time.
        distance: u32,
    },
}

/// Two halves of a fingerprint as key: a `u128` would be padded.
type Table = HashMap<(u64, u64), Known, Fixed>;

/// The states that have been met.
#[derive(Debug)]
pub struct Seen {
    tables: [Mutex<Table>; TABLES],
    /// A state was met again on a way that is longer than the first.
    may_circle: AtomicBool,
}

impl Default for Seen {
    fn default() -> Self {
        Seen {
            tables: core::array::from_fn(|_| Mutex::default()),
            may_circle: AtomicBool::new(false),
        }
    }
}

impl Seen {
    /// A state is met, with these asleep, so far from the start.
    pub fn meet(&self, fingerprint: u128, asleep: Threads, distance: u32) -> Met {
        let key = ((fingerprint >> 64) as u64, fingerprint as u64);
        let mut table = self.tables[key.0 as usize % TABLES].lock();
        match table.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(Known { asleep, distance });
                Met::New
            }
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                if known.distance < distance {
                    self.may_circle.store(true, Ordering::Relaxed);
                }
                let woken = Threads(known.asleep.0 & !asleep.0);
                known.asleep.0 &= asleep.0;
                Met::Again {
                    woken,
                    still: known.asleep,
                    distance: known.distance,
                }
            }
        }
    }

    /// Has a state been met again on a way that is longer than the first?
    pub fn may_circle(&self) -> bool {
        self.may_circle.load(Ordering::Relaxed)
    }

    /// Bytes.
    pub fn memory_bytes(&self) -> u64 {
        let bytes = |table: &Mutex<Table>| table.lock().allocation_size() as u64;
        self.tables.iter().map(bytes).sum()
    }
}
