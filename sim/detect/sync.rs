//! Happens-before edges: which clocks of an object an event acquires and releases.
//!
//! An edge exists only where [`EventKind::footprint`] has one (release → acquire on one object). An
//! object has three clocks instead of one, so that some pairs which the footprint joins for the
//! explorer's sake order nothing for the race detector, and races are not hidden:
//!
//!   E1  readers of a rwlock are not ordered among each other: what they release, writers acquire;
//!   E2  taking a lock or a semaphore releases to failed try-locks only (they have seen it taken);
//!   E3  a pipe: writes order later reads, reads order later writes (they made room), not writes
//!       writes, nor reads reads;
//!   E4  a barrier: arrivals are seen by those who pass once the last one of the round is there, so
//!       an arrival for the next round orders nothing in this one;
//!   E5  a signal that woke nobody releases nothing, and a wait releases the mutex alone;
//!   E6  the end of a process is the end of all its threads, told of or not.
//!
//! May miss: an edge of a signal also reaches threads woken by a later one, an edge of a `Once` also
//! those between two late callers. Never too few edges for a correct program.

use alloc::collections::BTreeMap;
use sim_abi::event::{EventKind, Mode, Object};
use sim_abi::footprint::Touch;

use crate::clock::{Clock, Thread};
use crate::side::{forget_range, forget_space};

/// The clocks of one object.
#[derive(Clone, Debug, Default)]
struct Sync {
    /// Released for all who acquire the object.
    given: Clock,
    /// Released by readers, for writers.
    shared: Clock,
    /// Released by taking (E2), reading a pipe (E3), arriving (E4).
    taken: Clock,
}

/// Which clocks an event acquires, and which one it releases to.
#[derive(Clone, Copy)]
struct Roles {
    acquires: &'static [Part],
    releases: Option<Part>,
}

#[derive(Clone, Copy)]
enum Part {
    Given,
    Shared,
    Taken,
}

impl Sync {
    fn part(&mut self, part: Part) -> &mut Clock {
        match part {
            Part::Given => &mut self.given,
            Part::Shared => &mut self.shared,
            Part::Taken => &mut self.taken,
        }
    }
}

const fn roles(acquires: &'static [Part], releases: Option<Part>) -> Roles {
    Roles { acquires, releases }
}

fn roles_of(kind: &EventKind, touch: Touch) -> Roles {
    use Part::{Given, Shared, Taken};
    let all = match *kind {
        EventKind::Locks {
            mode: Mode::Exclusive,
            ..
        } => roles(&[Given, Shared], Some(Taken)),
        EventKind::Unlocks {
            mode: Mode::Shared, ..
        } => roles(&[], Some(Shared)),
        EventKind::TryFails { .. } => roles(&[Given, Shared, Taken], None),
        EventKind::Takes { .. } => roles(&[Given], Some(Taken)),
        EventKind::PipeWrites { .. } => roles(&[Taken], Some(Given)),
        EventKind::PipeReads { .. } => roles(&[Given], Some(Taken)),
        EventKind::PipeCloses {
            write_end: false, ..
        } => roles(&[], Some(Taken)),
        EventKind::Arrives { .. } => roles(&[], Some(Taken)),
        EventKind::Signals { woken: 0, .. } => roles(&[], None),
        EventKind::ConditionWaits { condition, .. } if touch.object == condition => {
            roles(&[], None)
        }
        _ => roles(&[Given], Some(Given)),
    };
    Roles {
        acquires: if touch.acquires { all.acquires } else { &[] },
        releases: all.releases.filter(|_| touch.releases),
    }
}

/// The clocks of all objects that anybody has released.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    clocks: BTreeMap<Object, Sync>,
}

impl Objects {
    /// `thread` does `kind`, which touches one object like this. True if it has released something:
    /// the thread's time must advance once all touches are done.
    pub(crate) fn touch(&mut self, kind: &EventKind, touch: Touch, thread: &mut Thread) -> bool {
        let roles = roles_of(kind, touch);
        if let Some(sync) = self.clocks.get_mut(&touch.object) {
            for &part in roles.acquires {
                thread.acquire(sync.part(part));
            }
        }
        let Some(part) = roles.releases else {
            return false;
        };
        let sync = self.clocks.entry(touch.object).or_default();
        thread.release(sync.part(part));
        if let EventKind::Arrives {
            arrived, needed, ..
        } = *kind
            && arrived >= needed
        {
            // Joined, not replaced: a thread of an earlier round may not have passed yet.
            let round = core::mem::take(&mut sync.taken);
            sync.given.join(&round);
        }
        true
    }

    /// What a thread that has not told anything itself passes on to those who acquire the object (E6).
    pub(crate) fn release_for(&mut self, object: Object, thread: &Thread) {
        thread.release(&mut self.clocks.entry(object).or_default().given);
    }

    /// Nobody will ask for this object again.
    pub(crate) fn forget(&mut self, object: Object) {
        self.clocks.remove(&object);
    }

    pub(crate) fn forget_space(&mut self, space: u32) {
        forget_space(&mut self.clocks, space);
    }

    pub(crate) fn forget_range(&mut self, space: u32, start: u32, size: u32) {
        forget_range(&mut self.clocks, space, start, size);
    }
}
