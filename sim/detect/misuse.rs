//! Wrong use of locks and conditions, from events.
//!
//!   M1  what the kernel says is misuse (`Misuses`), with its place; wrong use of the heap is
//!       `heap.rs`'s;
//!   M2  a thread ends while it holds locks;
//!   M3  a process ends by `exit` or return from main while its threads hold locks. Of a process that is
//!       killed neither is said (`Held::forgotten`): what killed it is the finding;
//!   M4  signals and broadcasts that woke nobody are remembered, the last of each condition, so that
//!       the report about a waiter that sleeps for ever can name the wakeup it lost.
//!
//! **Guarantees.** M1–M3 are exact. M4 is a hint: the signal came before the wait and nobody waited;
//! that the waiter needed it is the deadlock detector's knowledge.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use sim_abi::Tick;
use sim_abi::event::{Event, EventKind, Misuse, Object};

use crate::held::{Held, Hold};
use crate::side::{Place, forget_range, forget_space};

/// Something wrong with how a lock was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The kernel refused it (M1): an error.
    Misused {
        /// What.
        misuse: Misuse,
        /// Where.
        place: Place,
    },
    /// A thread ended while it held these (M2): a warning.
    ThreadEnded {
        /// Where it ended.
        place: Place,
        /// The locks, with the places where they were taken.
        holds: Vec<Hold>,
    },
    /// A process ended while its threads held these (M3): a warning.
    ProcessEnded {
        /// Who ended it, where.
        place: Place,
        /// The locks; their places name the threads.
        holds: Vec<Hold>,
    },
}

/// A signal or broadcast that woke nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostSignal {
    /// Who, where, when.
    pub place: Place,
    /// All waiters, or one.
    pub broadcast: bool,
}

/// What is remembered between events.
#[derive(Clone, Debug, Default)]
pub struct Misuses {
    lost: BTreeMap<Object, LostSignal>,
}

impl Misuses {
    /// Nothing has happened.
    pub fn new() -> Misuses {
        Misuses::default()
    }

    /// An event has happened; `held` has not been told of it yet.
    pub fn event(&mut self, event: &Event, held: &Held) -> Option<Mishap> {
        let place = Place::from(event);
        match event.kind {
            EventKind::Misuses { misuse } if !is_heap(misuse) => {
                Some(Mishap::Misused { misuse, place })
            }
            EventKind::Exits => {
                let holds = held.forgotten(event);
                (!holds.is_empty()).then_some(Mishap::ThreadEnded { place, holds })
            }
            EventKind::ProcessExits { .. } => {
                let holds = held.forgotten(event);
                (!holds.is_empty()).then_some(Mishap::ProcessEnded { place, holds })
            }
            EventKind::Signals {
                condition,
                broadcast,
                woken: 0,
            } => {
                self.lost.insert(condition, LostSignal { place, broadcast });
                None
            }
            EventKind::MemoryReused {
                space,
                address,
                size,
            } => {
                forget_range(&mut self.lost, space, address, size);
                None
            }
            _ => None,
        }
    }

    /// The last signal on this condition that woke nobody and came no later than `since` (M4).
    pub fn lost_signal(&self, condition: Object, since: Tick) -> Option<&LostSignal> {
        let lost = self.lost.get(&condition);
        lost.filter(|lost| lost.place.tick <= since)
    }

    /// This private address space is gone; its number may be used again.
    pub fn forget_space(&mut self, space: u32) {
        forget_space(&mut self.lost, space);
    }
}

fn is_heap(misuse: Misuse) -> bool {
    match misuse {
        Misuse::FreeInvalid(_) | Misuse::FreeTwice(_) => true,
        Misuse::UnlockNotOwner(..)
        | Misuse::DestroyBusy(_)
        | Misuse::UseDestroyed(_)
        | Misuse::WaitWithoutLock(_)
        | Misuse::JoinTwice(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, event, mutex};
    use sim_abi::event::{Asked, ExitStatus, Mode};

    fn run(kinds: &[(u32, EventKind)]) -> (Vec<Mishap>, Misuses) {
        let (mut misuses, mut held) = (Misuses::new(), Held::new());
        let mut found = Vec::new();
        for (n, &(thread, kind)) in kinds.iter().enumerate() {
            let e = event(thread, n as u32, kind);
            found.extend(misuses.event(&e, &held));
            held.event(&e);
        }
        (found, misuses)
    }

    fn lock() -> EventKind {
        EventKind::Locks {
            object: mutex(0),
            mode: Mode::Exclusive,
            asked: Asked::Waits,
        }
    }

    fn unlock() -> EventKind {
        EventKind::Unlocks {
            object: mutex(0),
            mode: Mode::Exclusive,
        }
    }

    /// Whoever is killed had no chance to unlock; a later process with the same number has.
    #[test]
    fn the_killed_are_not_blamed() {
        let signal = 6;
        for death in [EventKind::AssertFails, EventKind::KilledBySignal { signal }] {
            let status = ExitStatus::Killed(signal);
            let end = EventKind::ProcessExits { status };
            let kinds = [(2, lock()), (2, death), (2, EventKind::Exits), (2, end)];
            assert_eq!(run(&kinds).0, []);
            let again = [(3, lock()), (3, EventKind::Exits)];
            assert_eq!(run(&[&kinds[..], &again].concat()).0.len(), 1);
        }
    }

    #[test]
    fn a_thread_that_ends_with_a_lock_held_and_its_twin() {
        let (found, _) = run(&[(2, lock()), (2, EventKind::Exits)]);
        let [Mishap::ThreadEnded { place, holds }] = found.as_slice() else {
            panic!("one warning about the thread: {found:?}");
        };
        assert_eq!(
            (place.pc, holds[0].place.pc, holds[0].object),
            (1, 0, mutex(0))
        );
        assert!(
            run(&[(2, lock()), (2, unlock()), (2, EventKind::Exits)])
                .0
                .is_empty()
        );
    }

    /// Thread 1 ends the process while thread 2 holds the lock: a warning; killed: none.
    #[test]
    fn a_process_that_ends_with_a_lock_held() {
        let end = |status| run(&[(2, lock()), (1, EventKind::ProcessExits { status })]).0;
        assert!(matches!(
            end(ExitStatus::Exited(0)).as_slice(),
            [Mishap::ProcessEnded { holds, .. }] if holds[0].place.thread == sim_abi::Tid(2)
        ));
        assert!(end(ExitStatus::Killed(11)).is_empty());
    }

    #[test]
    fn misuse_of_a_lock_is_told_that_of_the_heap_is_not() {
        let misuse = Misuse::UnlockNotOwner(mutex(0), None);
        assert_eq!(run(&[(1, EventKind::Misuses { misuse })]).0.len(), 1);
        let misuse = Misuse::FreeTwice(64);
        assert!(run(&[(1, EventKind::Misuses { misuse })]).0.is_empty());
    }

    #[test]
    fn the_lost_signal_is_the_one_before_the_wait_that_woke_nobody() {
        let condition = Object::Condition(at(8));
        let signal = |woken| EventKind::Signals {
            condition,
            broadcast: false,
            woken,
        };
        let (_, misuses) = run(&[(1, signal(1)), (1, signal(0))]);
        let lost = misuses.lost_signal(condition, Tick(5));
        assert_eq!(lost.map(|lost| lost.place.pc), Some(1));
        assert!(misuses.lost_signal(condition, Tick(0)).is_none());
        assert!(
            run(&[(1, signal(1))])
                .1
                .lost_signal(condition, Tick(5))
                .is_none()
        );
    }
}
