//! What was said of an event, to be said again: two threads that share a core are preempted a hundred
//! thousand times, in the same few lines.
//!
//! A table that forgets: an event has few places in it, and when they are full the oldest goes. What is
//! forgotten is said anew, which costs time and changes no letter.

use alloc::vec;
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash, Hasher};
use core::mem;

use sim_abi::trace::SentenceId;
use sim_abi::{Event, EventKind, Tid};

use crate::hash::Fixed;

/// Places that an event has.
const WAYS: usize = 4;
/// Sets of so many places: powers of two. A short run should not pay for what long ones need.
const SETS_MIN: usize = 16;
const SETS_MAX: usize = 1 << 12;

/// Sentences about events that look the same whenever they happen.
#[derive(Default)]
pub(crate) struct Said {
    /// None before the first is remembered. The youngest of a set is its first.
    sets: Vec<[Option<(Same, SentenceId)>; WAYS]>,
    /// How many have been remembered since there are so many sets.
    remembered: usize,
}

/// Events that agree in this are told in the same words, but for time and core.
#[derive(Clone, Copy)]
struct Same {
    thread: Tid,
    pc: u32,
    kind: EventKind,
    /// Names have changed so often.
    names: u64,
}

impl Said {
    /// What was said of such an event, if that is remembered. `names`: how often names have changed so far.
    pub(crate) fn again(&self, event: &Event, names: u64) -> Option<SentenceId> {
        if self.sets.is_empty() {
            return None;
        }
        let mut places = self.sets[self.set_of(event)].iter().flatten();
        let (_, sentence) = places.find(|(same, _)| same.is(event, names))?;
        Some(*sentence)
    }

    /// Whenever such an event happens, this may be said, as long as no name changes.
    pub(crate) fn remember(&mut self, event: &Event, names: u64, sentence: SentenceId) {
        if self.remembered == self.sets.len() * WAYS && self.sets.len() < SETS_MAX {
            let more = (self.sets.len() * 4).max(SETS_MIN);
            (self.sets, self.remembered) = (vec![[None; WAYS]; more], 0);
        }
        self.remembered += 1;
        let same = Same {
            thread: event.thread,
            pc: event.pc,
            kind: event.kind,
            names,
        };
        let set = self.set_of(event);
        self.sets[set].rotate_right(1);
        self.sets[set][0] = Some((same, sentence));
    }

    fn set_of(&self, event: &Event) -> usize {
        let mut hasher = Fixed.build_hasher();
        hasher.write_u64(u64::from(event.thread.0) << 32 | u64::from(event.pc));
        mem::discriminant(&event.kind).hash(&mut hasher);
        hasher.finish() as usize & (self.sets.len() - 1)
    }
}

impl Same {
    fn is(&self, event: &Event, names: u64) -> bool {
        self.thread == event.thread
            && self.pc == event.pc
            && self.names == names
            && self.kind == event.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_abi::trace::{Sentence, Trace, TraceKind};
    use sim_abi::{Pid, Tick};

    fn event(n: u32) -> Event {
        let kind = match n % 3 {
            0 => EventKind::Preempted,
            _ => EventKind::Joins { child: Tid(n % 3) },
        };
        Event {
            tick: Tick(0),
            core: None,
            thread: Tid(n % 7),
            process: Pid(1),
            pc: n / 2 * 4,
            kind,
        }
    }

    /// Many events, some at one place of the program: what is said again is the same event's, and nothing
    /// is said again once a name has changed. At least the younger half is remembered.
    #[test]
    fn what_is_said_again_is_its_own() {
        let (mut said, mut trace) = (Said::default(), Trace::default());
        let mut ids = Vec::new();
        for n in 0..5_000 {
            assert_eq!(said.again(&event(n), 0), None);
            let id = trace.say(Sentence {
                thread: Tid(1),
                name: Default::default(),
                file: Default::default(),
                line: n,
                what: TraceKind::Switch { why: None },
            });
            said.remember(&event(n), 0, id);
            ids.push(id);
        }
        let mut again = 0;
        for (n, id) in (0..).zip(&ids) {
            let found = said.again(&event(n), 0);
            assert!(found.is_none_or(|found| found == *id), "event {n}");
            again += u32::from(found.is_some());
            assert_eq!(said.again(&event(n), 1), None);
        }
        assert!(again > 2_500, "{again}");
    }
}
