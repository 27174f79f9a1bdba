//! Footprints: which objects an event touches, and how. Two relations derive from it:
//!
//!   * *happens-before*: an event that releases an object comes before each later one that acquires it;
//!   * *dependence*: two events that touch one object, one of them writing, do not commute.
//!
//! Every happens-before edge joins two dependent events: a `Touch` that releases also writes.

use crate::event::{EventKind, Mode, Object};
use crate::ids::{Pid, Tid};

/// How an event touches one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Which.
    pub object: Object,
    /// It sees what others did before they released the object.
    pub acquires: bool,
    /// What this thread did before is seen by those who acquire the object later.
    pub releases: bool,
}

/// At most this many objects are touched by one event.
pub const TOUCHES_MAX: usize = 2;

/// The objects an event touches. All touches write: synchronisation operations on one object
/// never commute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Footprint {
    touches: [Option<Touch>; TOUCHES_MAX],
}

impl Footprint {
    /// Touches nothing.
    pub const NONE: Footprint = Footprint {
        touches: [None; TOUCHES_MAX],
    };

    fn one(object: Object, acquires: bool, releases: bool) -> Footprint {
        Footprint {
            touches: [
                Some(Touch {
                    object,
                    acquires,
                    releases,
                }),
                None,
            ],
        }
    }

    fn and(mut self, object: Object, acquires: bool, releases: bool) -> Footprint {
        self.touches[1] = Some(Touch {
            object,
            acquires,
            releases,
        });
        self
    }

    /// The objects.
    pub fn touches(&self) -> impl Iterator<Item = Touch> + '_ {
        self.touches.iter().flatten().copied()
    }
}

impl EventKind {
    /// What the event of `thread` in `process` touches.
    pub fn footprint(&self, thread: Tid, process: Pid) -> Footprint {
        match *self {
            EventKind::ThreadCreated { child } => {
                Footprint::one(Object::Thread(child), false, true).and(Object::Ids, false, false)
            }
            EventKind::Starts => Footprint::one(Object::Thread(thread), true, false),
            // The process too: its end, which the parent waits for, comes after all its threads'.
            EventKind::Exits => Footprint::one(Object::Thread(thread), false, true).and(
                Object::Process(process),
                false,
                true,
            ),
            EventKind::Joins { child } => Footprint::one(Object::Thread(child), true, false),
            EventKind::ProcessExits { .. } => Footprint::one(Object::Process(process), true, true),
            EventKind::Reaps { child, .. } => Footprint::one(Object::Process(child), true, false),
            // Acquisition also releases: a try-lock that fails has seen that the lock was taken.
            EventKind::Locks {
                object,
                mode: Mode::Exclusive,
                ..
            } => Footprint::one(object, true, true),
            EventKind::Locks {
                object,
                mode: Mode::Shared,
                ..
            } => Footprint::one(object, true, false),
            EventKind::TryFails { object, .. } => Footprint::one(object, true, false),
            EventKind::Unlocks { object, .. } => Footprint::one(object, false, true),
            EventKind::ConditionWaits { condition, mutex } => {
                Footprint::one(mutex, false, true).and(condition, false, true)
            }
            EventKind::Signals { condition, .. } => Footprint::one(condition, false, true),
            EventKind::Signalled { condition } => Footprint::one(condition, true, false),
            EventKind::Posts { object, .. } => Footprint::one(object, false, true),
            EventKind::Takes { object, .. } => Footprint::one(object, true, true),
            EventKind::Arrives { object, .. } => Footprint::one(object, false, true),
            EventKind::Passes { object } => Footprint::one(object, true, false),
            EventKind::Once { object, done } => Footprint::one(object, true, done),
            EventKind::PipeWrites { pipe, .. } => Footprint::one(Object::Pipe(pipe), true, true),
            EventKind::PipeReads { pipe, .. } => Footprint::one(Object::Pipe(pipe), true, true),
            EventKind::PipeCloses { pipe, .. } => Footprint::one(Object::Pipe(pipe), false, true),
            EventKind::Writes { stream, .. } => {
                Footprint::one(Object::Output(stream), false, false)
            }
            EventKind::ProcessCreated { .. }
            | EventKind::Executes
            | EventKind::Dispatched { .. }
            | EventKind::Preempted
            | EventKind::Yields
            | EventKind::Blocks { .. }
            | EventKind::Wakes { .. }
            | EventKind::TimesOut { .. }
            | EventKind::PipeCreated { .. }
            | EventKind::Sleeps { .. }
            | EventKind::WaitsForDevice { .. }
            | EventKind::PageFault { .. }
            | EventKind::SystemCall { .. }
            | EventKind::HeapAllocated { .. }
            | EventKind::HeapFreed { .. }
            | EventKind::MemoryReused { .. }
            | EventKind::Faults { .. }
            | EventKind::AssertFails
            | EventKind::Sometimes { .. }
            | EventKind::Handles { .. }
            | EventKind::KilledBySignal { .. }
            | EventKind::Misuses { .. }
            | EventKind::Outcome
            | EventKind::Progress => Footprint::NONE,
        }
    }
}
