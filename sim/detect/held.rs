//! Which locks each thread holds, in the order in which it took them, and where.
//!
//! Followed from `Locks`, `Unlocks` and `ConditionWaits`. Exact as long as every lock operation is
//! told; a lock that another thread gives back is taken off the one that holds it. Who is killed by a fault,
//! a failed assertion or a signal had no chance to give anything back: its locks are left, not forgotten.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use sim_abi::event::{Event, EventKind, ExitStatus, Location, Mode, Object};
use sim_abi::mixer::Mixer;
use sim_abi::{Pid, Tid};

use crate::side::{Place, forget_range, forget_space};

/// A lock that a thread holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Mutex or rwlock.
    pub object: Object,
    /// Alone or with other readers.
    pub mode: Mode,
    /// How often (recursive mutexes, read locks).
    pub count: u32,
    /// Where and when it was taken first.
    pub place: Place,
}

/// So many locks of one thread are a plain list.
const FEW: usize = 16;

/// The locks of one thread. Most hold one or two, and searches copy them at every step; some hold a hundred
/// thousand: those beyond a few are found without looking through all of them.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    /// Those that were taken first.
    few: Vec<Hold>,
    /// The others, by when they were taken.
    many: BTreeMap<u64, Hold>,
    /// Each one's key in `many`.
    turns: BTreeMap<Object, u64>,
    taken: u64,
}

impl Holds {
    const NONE: &Holds = &Holds {
        few: Vec::new(),
        many: BTreeMap::new(),
        turns: BTreeMap::new(),
        taken: 0,
    };

    /// First taken first.
    pub fn iter(&self) -> impl Iterator<Item = &Hold> {
        self.few.iter().chain(self.many.values())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }

    /// It holds nothing.
    pub fn is_empty(&self) -> bool {
        self.few.is_empty() && self.many.is_empty()
    }

    /// Is this one of them?
    pub fn contains(&self, object: Object) -> bool {
        self.place_in_few(object).is_some() || self.turns.contains_key(&object)
    }

    fn place_in_few(&self, object: Object) -> Option<usize> {
        self.few.iter().rposition(|hold| hold.object == object)
    }

    fn get_mut(&mut self, object: Object) -> Option<&mut Hold> {
        match self.place_in_few(object) {
            Some(place) => self.few.get_mut(place),
            None => self.many.get_mut(self.turns.get(&object)?),
        }
    }

    fn add(&mut self, hold: Hold) {
        if let Some(old) = self.get_mut(hold.object) {
            old.count = old.count.saturating_add(1);
        } else if self.many.is_empty() && self.few.len() < FEW {
            self.few.push(hold);
        } else {
            self.turns.insert(hold.object, self.taken);
            self.many.insert(self.taken, hold);
            self.taken += 1;
        }
    }

    /// Given back, once or (`wholly`) as often as it was taken.
    fn remove(&mut self, object: Object, wholly: bool) {
        let Some(hold) = self.get_mut(object) else {
            return;
        };
        hold.count -= 1;
        if !wholly && hold.count > 0 {
            return;
        }
        if let Some(place) = self.place_in_few(object) {
            self.few.remove(place);
        } else if let Some(turn) = self.turns.remove(&object) {
            self.many.remove(&turn);
        }
    }
}

/// The lock sets of all threads. Copies are cheap: searches make one for each state on their way.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Of those who hold something, by tid.
    threads: Vec<(Tid, Pid, Arc<Holds>)>,
    /// Locks whose holder has ended.
    left: BTreeMap<Object, Hold>,
    /// Processes that are being killed: their threads do not end by themselves.
    killed: BTreeSet<Pid>,
    /// The private address space of each process, learnt from its locks.
    spaces: Arc<BTreeMap<Pid, u32>>,
}

impl Held {
    /// Nobody holds anything.
    pub fn new() -> Held {
        Held::default()
    }

    /// The locks a thread holds, first taken first.
    pub fn of(&self, thread: Tid) -> &Holds {
        match self.index(thread) {
            Ok(n) => &self.threads[n].2,
            Err(_) => Holds::NONE,
        }
    }

    /// The hold of a thread that has ended without giving this lock back.
    pub fn left_behind(&self, object: Object) -> Option<&Hold> {
        self.left.get(&object)
    }

    /// The holds of all threads of a process, by thread.
    pub fn of_process(&self, process: Pid) -> impl Iterator<Item = &Hold> {
        self.threads
            .iter()
            .filter(move |(_, of, _)| *of == process)
            .flat_map(|(_, _, holds)| holds.iter())
    }

    /// What the end of a thread or a process, which this event tells and which has not happened here yet,
    /// forgets to give back.
    pub fn forgotten(&self, event: &Event) -> Vec<Hold> {
        match event.kind {
            EventKind::Exits if !self.killed.contains(&event.process) => {
                self.of(event.thread).iter().copied().collect()
            }
            EventKind::ProcessExits {
                status: ExitStatus::Exited(_),
            } => self.of_process(event.process).copied().collect(),
            _ => Vec::new(),
        }
    }

    /// Who reads under which read-write locks: the locks' own bytes only say how many do.
    pub fn mix_readers(&self, mixer: &mut Mixer) {
        for (thread, _, holds) in &self.threads {
            for hold in holds.iter().filter(|hold| hold.mode == Mode::Shared) {
                mixer.add(hold.object.location().map_or(0, Location::number));
                mixer.add(u64::from(thread.0) << 32 | u64::from(hold.count));
            }
        }
    }

    /// The private address space in which the process has its locks, if it has taken one.
    pub fn space_of(&self, process: Pid) -> Option<u32> {
        self.spaces.get(&process).copied()
    }

    /// An event has happened.
    pub fn event(&mut self, event: &Event) {
        match event.kind {
            EventKind::Locks { object, mode, .. } => self.locks(event, object, mode),
            EventKind::Unlocks { object, .. } => self.unlocks(event.thread, object, false),
            // However often it was taken: the waiter holds it no more, and takes it anew.
            EventKind::ConditionWaits { mutex, .. } => self.unlocks(event.thread, mutex, true),
            EventKind::AssertFails
            | EventKind::Faults { .. }
            | EventKind::KilledBySignal { .. } => {
                self.killed.insert(event.process);
            }
            EventKind::Exits => self.ends(event.thread),
            EventKind::ProcessExits { .. } | EventKind::Executes => {
                self.killed.remove(&event.process);
                self.ends_all(event.process);
            }
            EventKind::HeapAllocated { block, size, .. } | EventKind::HeapFreed { block, size } => {
                if let Some(space) = self.space_of(event.process) {
                    forget_range(&mut self.left, space, block, size);
                }
            }
            EventKind::MemoryReused {
                space,
                address,
                size,
            } => forget_range(&mut self.left, space, address, size),
            _ => {}
        }
    }

    /// This private address space is gone; its number may be used again.
    pub fn forget_space(&mut self, space: u32) {
        forget_space(&mut self.left, space);
        if self.spaces.values().any(|known| *known == space) {
            Arc::make_mut(&mut self.spaces).retain(|_, &mut known| known != space);
        }
    }

    fn locks(&mut self, event: &Event, object: Object, mode: Mode) {
        if let Some(Location::Private { space, .. }) = object.location()
            && self.space_of(event.process) != Some(space)
        {
            Arc::make_mut(&mut self.spaces).insert(event.process, space);
        }
        self.left.remove(&object);
        let n = self.index(event.thread).unwrap_or_else(|n| {
            let fresh = (event.thread, event.process, Arc::default());
            self.threads.insert(n, fresh);
            n
        });
        Arc::make_mut(&mut self.threads[n].2).add(Hold {
            object,
            mode,
            count: 1,
            place: Place::from(event),
        });
    }

    fn unlocks(&mut self, thread: Tid, object: Object, wholly: bool) {
        self.left.remove(&object);
        let holds = |n: &usize| self.threads[*n].2.contains(object);
        let own = self.index(thread).ok().filter(holds);
        let Some(n) = own.or_else(|| (0..self.threads.len()).find(holds)) else {
            return;
        };
        Arc::make_mut(&mut self.threads[n].2).remove(object, wholly);
        if self.threads[n].2.is_empty() {
            self.threads.remove(n);
        }
    }

    fn ends(&mut self, thread: Tid) {
        let Ok(n) = self.index(thread) else {
            return;
        };
        let (_, _, holds) = self.threads.remove(n);
        for hold in holds.iter() {
            self.left.insert(hold.object, *hold);
        }
    }

    fn ends_all(&mut self, process: Pid) {
        let of_process = self.threads.iter().filter(|(_, of, _)| *of == process);
        let threads: Vec<Tid> = of_process.map(|(tid, ..)| *tid).collect();
        for thread in threads {
            self.ends(thread);
        }
    }

    /// Where a thread stands in the list, or would.
    fn index(&self, thread: Tid) -> Result<usize, usize> {
        self.threads.binary_search_by_key(&thread, |(tid, ..)| *tid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{event, mutex};
    use sim_abi::event::{Asked, ExitStatus};

    fn lock(thread: u32, pc: u32, at: u32) -> Event {
        let (object, mode) = (mutex(at), Mode::Exclusive);
        let asked = Asked::Waits;
        event(
            thread,
            pc,
            EventKind::Locks {
                object,
                mode,
                asked,
            },
        )
    }

    fn unlock(thread: u32, pc: u32, at: u32) -> Event {
        let (object, mode) = (mutex(at), Mode::Exclusive);
        event(thread, pc, EventKind::Unlocks { object, mode })
    }

    fn names(held: &Held, thread: u32) -> Vec<(Object, u32)> {
        let holds = held.of(Tid(thread)).iter();
        holds.map(|hold| (hold.object, hold.place.pc)).collect()
    }

    #[test]
    fn in_order_with_places_until_given_back() {
        let mut held = Held::new();
        for e in [
            lock(1, 10, 0),
            lock(1, 20, 4),
            lock(2, 30, 8),
            unlock(1, 40, 0),
        ] {
            held.event(&e);
        }
        assert_eq!(names(&held, 1), [(mutex(4), 20)]);
        assert_eq!(names(&held, 2), [(mutex(8), 30)]);
        held.event(&unlock(1, 50, 8));
        assert!(held.of(Tid(2)).is_empty(), "given back by another thread");
    }

    /// Taken twice, given back once: still held. A condition wait gives it back wholly.
    #[test]
    fn recursive_and_condition_wait() {
        let mut held = Held::new();
        for e in [lock(1, 10, 0), lock(1, 20, 0), unlock(1, 30, 0)] {
            held.event(&e);
        }
        assert_eq!(names(&held, 1), [(mutex(0), 10)]);
        held.event(&lock(1, 40, 0));
        let condition = Object::Condition(crate::samples::at(64));
        let mutex = mutex(0);
        held.event(&event(
            1,
            50,
            EventKind::ConditionWaits { condition, mutex },
        ));
        assert!(held.of(Tid(1)).is_empty());
    }

    /// Whoever is killed has forgotten nothing; a later process with the same number may.
    #[test]
    fn the_killed_forget_nothing() {
        let signal = 6;
        let exit = |status| event(1, 30, EventKind::ProcessExits { status });
        for death in [EventKind::AssertFails, EventKind::KilledBySignal { signal }] {
            let mut held = Held::new();
            held.event(&lock(1, 10, 0));
            held.event(&event(1, 20, death));
            let end = event(1, 20, EventKind::Exits);
            assert_eq!(held.forgotten(&end), []);
            assert_eq!(held.forgotten(&exit(ExitStatus::Killed(signal))), []);
            held.event(&end);
            assert!(held.left_behind(mutex(0)).is_some(), "but it is left");
            held.event(&exit(ExitStatus::Killed(signal)));
            held.event(&lock(1, 40, 4));
            assert_eq!(held.forgotten(&end).len(), 1);
            assert_eq!(held.forgotten(&exit(ExitStatus::Exited(0))).len(), 1);
        }
    }

    #[test]
    fn what_an_ended_thread_held_is_left_behind_until_taken() {
        let mut held = Held::new();
        held.event(&lock(1, 10, 0));
        held.event(&event(1, 20, EventKind::Exits));
        assert_eq!(
            held.left_behind(mutex(0)).map(|hold| hold.place.pc),
            Some(10)
        );
        held.event(&lock(2, 30, 0));
        assert_eq!(held.left_behind(mutex(0)), None);
        let status = ExitStatus::Exited(0);
        held.event(&event(3, 40, EventKind::ProcessExits { status }));
        assert!(held.of(Tid(2)).is_empty());
    }
}
