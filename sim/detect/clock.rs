//! Vector clocks (Mattern 1989) and epochs (Flanagan & Freund, "FastTrack", 2009).
//!
//! Each thread has a *slot* in all clocks, and a time of its own that grows with each release. An
//! [`Epoch`] is one thread's slot and time: one word instead of a clock.
//!
//! Slots are used again: a new thread gets the slot of an ended one whose whole life its creator has
//! seen (has joined, say). It then goes on with that slot's time, as if it were the old thread's
//! continuation, which in happens-before it is.
//!
//! Times saturate: after 2^32 releases by one thread races may be missed, never invented.

use alloc::sync::Arc;
use alloc::vec::Vec;
use sim_abi::{Pid, Tid};

/// Slot and time of one thread. Times start at 1, so [`Epoch::NONE`] comes before everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Epoch(u64);

impl Epoch {
    /// Before everything: "never accessed".
    pub(crate) const NONE: Epoch = Epoch(0);

    fn new(slot: usize, time: u32) -> Epoch {
        Epoch((slot as u64) << 32 | u64::from(time))
    }

    pub(crate) fn slot(self) -> usize {
        (self.0 >> 32) as usize
    }

    pub(crate) fn time(self) -> u32 {
        self.0 as u32
    }
}

/// Slots in a chunk of a clock.
const CHUNK: usize = 32;
type Chunk = Arc<[u32; CHUNK]>;

/// For each slot, up to which of its times everything is known. Absent entries are 0. Kept in chunks that
/// clocks share: with thousands of threads most of what two of them know is the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    chunks: Vec<Chunk>,
}

impl Clock {
    #[inline]
    fn time(&self, slot: usize) -> u32 {
        match self.chunks.get(slot / CHUNK) {
            Some(chunk) => chunk[slot % CHUNK],
            None => 0,
        }
    }

    pub(crate) fn raise(&mut self, epoch: Epoch) {
        let (chunk, entry) = (epoch.slot() / CHUNK, epoch.slot() % CHUNK);
        if self.time(epoch.slot()) >= epoch.time() {
            return;
        }
        if self.chunks.len() <= chunk {
            self.chunks.resize(chunk + 1, Arc::new([0; CHUNK]));
        }
        Arc::make_mut(&mut self.chunks[chunk])[entry] = epoch.time();
    }

    pub(crate) fn join(&mut self, other: &Clock) {
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            if !Arc::ptr_eq(mine, theirs) {
                join_chunk(mine, theirs);
            }
        }
        if let Some(more) = other.chunks.get(self.chunks.len()..) {
            self.chunks.extend_from_slice(more);
        }
    }
}

/// The later time of each slot; one of the two chunks itself, where that knows all that the other does.
fn join_chunk(mine: &mut Chunk, theirs: &Chunk) {
    let (mut less, mut more) = (false, false);
    for (mine, theirs) in mine.iter().zip(theirs.iter()) {
        less |= mine < theirs;
        more |= mine > theirs;
    }
    match (less, more) {
        (false, _) => {}
        (true, false) => *mine = theirs.clone(),
        (true, true) => {
            for (mine, theirs) in Arc::make_mut(mine).iter_mut().zip(theirs.iter()) {
                *mine = (*mine).max(*theirs);
            }
        }
    }
}

/// One slot: a thread, and those that had the slot before it.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    /// What this thread has seen of the others. Its own entry is not kept up: `now` is it.
    known: Clock,
    /// Its own slot and time.
    pub(crate) now: Epoch,
    /// Its process.
    process: Pid,
    /// It has ended; the slot may get another thread.
    ended: bool,
    /// Who had the slot from which time on, in order.
    tenants: Vec<(u32, Tid)>,
}

impl Thread {
    /// Does what happened at `epoch` happen before what this thread does now?
    #[inline]
    pub(crate) fn knows(&self, epoch: Epoch) -> bool {
        epoch == Epoch::NONE
            || epoch.slot() == self.now.slot()
            || epoch.time() <= self.known.time(epoch.slot())
    }

    pub(crate) fn acquire(&mut self, clock: &Clock) {
        self.known.join(clock);
    }

    /// Tells `clock` all that this thread knows and has done. [`Thread::advance`] must follow.
    pub(crate) fn release(&self, clock: &mut Clock) {
        clock.join(&self.known);
        clock.raise(self.now);
    }

    /// A new time begins: what is done from here on is not covered by earlier releases. An ended
    /// thread keeps its last time, so that who has seen its end has seen all of it.
    pub(crate) fn advance(&mut self) {
        if !self.ended {
            self.tick();
        }
    }

    fn tick(&mut self) {
        self.now = Epoch::new(self.now.slot(), self.now.time().saturating_add(1));
    }
}

const NO_SLOT: u32 = u32::MAX;
/// Threads beyond this number are not followed; programs get numbers from 1 upwards.
const TID_LIMIT: usize = 1 << 24;

/// All threads, by number and by slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Threads {
    slot_of: Vec<u32>,
    slots: Vec<Thread>,
    /// Slots whose thread has ended.
    ended: Vec<u32>,
}

impl Threads {
    /// The thread's slot, if it has one.
    #[inline]
    pub(crate) fn find(&self, tid: Tid) -> Option<usize> {
        match self.slot_of.get(tid.0 as usize) {
            Some(&slot) if slot != NO_SLOT => Some(slot as usize),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn get(&self, slot: usize) -> &Thread {
        &self.slots[slot]
    }

    pub(crate) fn get_mut(&mut self, slot: usize) -> &mut Thread {
        &mut self.slots[slot]
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The thread's slot; a thread nobody has told about gets one of its own.
    pub(crate) fn enter(&mut self, tid: Tid, process: Pid) -> Option<usize> {
        let slot = match self.find(tid) {
            Some(slot) => slot,
            None => self.fresh(tid)?,
        };
        self.slots[slot].process = process;
        Some(slot)
    }

    /// A slot for a thread that the one in slot `creator` makes.
    pub(crate) fn create(&mut self, tid: Tid, creator: usize) -> Option<usize> {
        if let Some(slot) = self.find(tid) {
            return Some(slot);
        }
        /// Of thousands that have ended unseen, the last few are asked.
        const ASKED: usize = 64;
        let maker = &self.slots[creator];
        let from = self.ended.len().saturating_sub(ASKED);
        let free = self.ended[from..].iter().position(|&slot| {
            let last = &self.slots[slot as usize];
            last.ended && maker.knows(last.now)
        });
        let Some(free) = free else {
            return self.fresh(tid);
        };
        let slot = self.ended.remove(from + free) as usize;
        self.name(tid, slot)?;
        let thread = &mut self.slots[slot];
        thread.tick();
        thread.ended = false;
        let gone = thread.tenants.last().map_or(tid, |&(_, gone)| gone);
        thread.tenants.push((thread.now.time(), tid));
        self.slot_of[gone.0 as usize] = NO_SLOT;
        Some(slot)
    }

    fn fresh(&mut self, tid: Tid) -> Option<usize> {
        let slot = self.slots.len();
        self.name(tid, slot)?;
        self.slots.push(Thread {
            known: Clock::default(),
            now: Epoch::new(slot, 1),
            process: Pid(0),
            ended: false,
            tenants: alloc::vec![(1, tid)],
        });
        Some(slot)
    }

    fn name(&mut self, tid: Tid, slot: usize) -> Option<()> {
        let index = tid.0 as usize;
        if index >= TID_LIMIT {
            return None;
        }
        if self.slot_of.len() <= index {
            self.slot_of.resize(index + 1, NO_SLOT);
        }
        self.slot_of[index] = slot as u32;
        Some(())
    }

    /// The thread in this slot has ended. `now` stays at what it told last: see [`Threads::create`].
    pub(crate) fn end(&mut self, slot: usize) {
        if !self.slots[slot].ended {
            self.slots[slot].ended = true;
            self.slots[slot].known = Clock::default();
            self.ended.push(slot as u32);
        }
    }

    /// Slots of the threads of a process that have not ended.
    pub(crate) fn of_process(&self, process: Pid) -> Vec<usize> {
        (0..self.slots.len())
            .filter(|&slot| self.slots[slot].process == process && !self.slots[slot].ended)
            .collect()
    }

    /// Who was in that slot at that time.
    pub(crate) fn tenant(&self, epoch: Epoch) -> Tid {
        let tenants = &self.slots[epoch.slot()].tenants;
        let later = tenants.partition_point(|&(from, _)| from <= epoch.time());
        tenants[later.saturating_sub(1)].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> (Threads, usize, usize) {
        let mut threads = Threads::default();
        let a = threads.enter(Tid(1), Pid(1)).expect("a small number");
        let b = threads.create(Tid(2), a).expect("a small number");
        (threads, a, b)
    }

    #[test]
    fn release_then_acquire_is_known_and_what_follows_is_not() {
        let (mut threads, a, b) = two();
        let before = threads.get(a).now;
        let mut lock = Clock::default();
        threads.get(a).release(&mut lock);
        threads.get_mut(a).advance();
        assert!(!threads.get(b).knows(before));
        threads.get_mut(b).acquire(&lock);
        assert!(threads.get(b).knows(before));
        assert!(!threads.get(b).knows(threads.get(a).now));
    }

    /// Thread 2 ends. While thread 1 has not seen that, thread 3 gets a slot of its own; after the
    /// join, thread 4 gets thread 2's, and marks of both keep their names.
    #[test]
    fn a_slot_is_used_again_only_when_its_whole_past_is_known() {
        let (mut threads, a, b) = two();
        let mut end = Clock::default();
        let last = threads.get(b).now;
        threads.get(b).release(&mut end);
        threads.end(b);
        let third = threads.create(Tid(3), a).expect("a small number");
        assert_ne!(third, b);
        threads.get_mut(a).acquire(&end);
        let fourth = threads.create(Tid(4), a).expect("a small number");
        assert_eq!(fourth, b);
        assert_eq!(threads.tenant(last), Tid(2));
        assert_eq!(threads.tenant(threads.get(fourth).now), Tid(4));
        assert!(!threads.get(third).knows(threads.get(fourth).now));
    }
}
