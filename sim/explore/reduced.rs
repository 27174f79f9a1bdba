//! Explicit-state search that makes fewer steps: every state is visited, but not by every step that leads
//! to it. Sleep sets stored with the states (Godefroid 1996, "sleep sets and state-space caching").
//!
//! Rules:
//!   R1  a state is stored with who slept when it was left. Who sleeps there (`sleep.rs`) is not tried;
//!   R2  a state that is met again with fewer asleep is walked again from: those are tried who slept then
//!       and do not now; from then on only those sleep who slept both times;
//!   R3  so each trace has an interleaving that is walked: every state, race, deadlock and outcome of the
//!       unreduced search is met. No step is put off for ever, as there are no persistent sets: no proviso
//!       for cycles is needed;
//!   R4  where the program can go round in circles there is a step to a state that is not further from
//!       the start, in the order in which the states were met first. There may be one without a circle:
//!       whether there is one, the unreduced search says (`states.rs`).
//!
//! Only threads with ids below 32 ever sleep: a state takes 25 bytes, which the table's free places make 57
//! at most. Not with a bound on preemptions, which does not commute.

use alloc::vec::Vec;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use sim_abi::Tid;
use sim_kernel::Enabled;

use crate::hash::Fixed;
use crate::search::mover;
use crate::sleep::Sleep;
use crate::strategy::{Arrival, Arrived, Strategy};

/// Threads, one bit each: those whose numbers fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Threads(u32);

impl Threads {
    fn bit(tid: Tid) -> u32 {
        1_u32.checked_shl(tid.0).unwrap_or(0)
    }

    fn of(tids: impl Iterator<Item = Tid>) -> Threads {
        Threads(tids.fold(0, |bits, tid| bits | Threads::bit(tid)))
    }

    fn has(self, tid: Tid) -> bool {
        self.0 & Threads::bit(tid) != 0
    }
}

/// What is remembered of a state.
#[derive(Clone, Copy, Debug)]
struct Seen {
    asleep: Threads,
    /// How far from the start it was when it was met first.
    distance: u32,
}

/// A state on the present way.
#[derive(Clone, Debug)]
struct Node {
    sleep: Sleep,
    /// Of those who can move: who is not to be tried.
    skipped: Skipped,
    distance: u32,
}

/// Whom a visit leaves out.
#[derive(Clone, Copy, Debug)]
enum Skipped {
    /// The first visit: those asleep.
    Asleep,
    /// A later one: all but these.
    AllBut(Threads),
}

/// Knows the states it has seen, and who slept there. Two halves of a fingerprint as key: a `u128` would
/// be padded.
#[derive(Clone, Debug, Default)]
pub struct Reduced {
    seen: HashMap<(u64, u64), Seen, Fixed>,
    nodes: Vec<Node>,
    may_circle: bool,
}

impl Strategy for Reduced {
    const GOES_BACK: bool = true;
    const KNOWS_STATES: bool = true;
    const RECORDS: bool = true;

    fn name(&self) -> &'static str {
        "states"
    }

    fn begin(&mut self) {
        *self = Reduced::default();
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        let depth = at.path.len();
        self.nodes.truncate(depth);
        let mut sleep = self.sleep_after(at);
        sleep.keep(|tid| Threads::bit(tid) != 0);
        let asleep = Threads::of(sleep.asleep());
        let before = self.nodes.last().map(|node| node.distance);
        let distance = before.map_or(0, |before| before + 1);
        let fingerprint = at.fingerprint();
        let key = ((fingerprint >> 64) as u64, fingerprint as u64);
        let seen = match self.seen.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(Seen { asleep, distance });
                let skipped = Skipped::Asleep;
                self.nodes.push(Node {
                    sleep,
                    skipped,
                    distance,
                });
                return Arrived::New;
            }
            Entry::Occupied(seen) => seen.into_mut(),
        };
        // R4
        self.may_circle |= seen.distance < distance;
        let woken = Threads(seen.asleep.0 & !asleep.0);
        if woken == Threads::default() {
            return Arrived::Known;
        }
        seen.asleep.0 &= asleep.0;
        let still = seen.asleep;
        sleep.keep(|tid| still.has(tid));
        self.nodes.push(Node {
            sleep,
            skipped: Skipped::AllBut(woken),
            distance: seen.distance,
        });
        Arrived::Again
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        self.nodes.truncate(depth + 1);
        let Node { sleep, skipped, .. } = self.nodes.get_mut(depth)?;
        let skipped = *skipped;
        let is_left_out = |sleep: &Sleep, tid: Tid| match skipped {
            Skipped::Asleep => sleep.sleeps(tid),
            Skipped::AllBut(woken) => !woken.has(tid),
        };
        sleep.next(enabled, |sleep| {
            let fresh = |tid: &Tid| !is_left_out(sleep, *tid) && !sleep.is_done(*tid);
            enabled.iter().map(|e| e.thread).find(fresh)
        })
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn may_circle(&self) -> bool {
        self.may_circle
    }

    fn memory_bytes(&self) -> u64 {
        self.seen.allocation_size() as u64
    }
}

impl Reduced {
    /// Who sleeps in the state that the last step led to.
    fn sleep_after(&mut self, at: &Arrival) -> Sleep {
        let Some(choice) = at.path.last() else {
            return Sleep::default();
        };
        let parent = self.nodes.last_mut().expect("a step has a state before it");
        let mover = mover(*choice).expect("threads make steps");
        parent.sleep.touched(&at.step.footprint);
        parent
            .sleep
            .after(mover, &at.step.moved, &at.step.footprint)
    }
}
