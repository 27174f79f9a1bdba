//! Data races by happens-before: FastTrack (Flanagan & Freund, "FastTrack: efficient and precise
//! dynamic race detection", PLDI 2009).
//!
//! Two accesses race if they touch a common byte, come from different threads, at least one writes,
//! at least one is plain, and neither happens before the other. Happens-before is program order and:
//!
//!   R1  release → acquire of one object, by the footprints of events (`sync.rs`, E1–E6);
//!   R2  atomic write → atomic read of one word; a read-modify-write is both;
//!   R3  nothing else: accesses the C library makes to its own data are not seen at all, so that its
//!       internal locks hide no race of the program.
//!
//! What is known of memory ends when it gets a new owner: R4 `HeapAllocated` and `MemoryReused` clear
//! their range, R5 `HeapFreed` counts as a write to the whole block and then clears it, R6
//! [`Races::forget_space`] and [`Races::forget_frame`] are the caller's, when a process ends or
//! executes, or a shared frame is given back, before the number is used again.
//!
//! R7 Before there is a second thread nothing is recorded: all of it happens before that thread.
//!
//! **Guarantees.** Never reports two accesses that this run orders, or that share no byte. The first
//! race on each byte of this run is reported. May miss: a second race on a byte that has raced; races
//! of schedules that did not happen and that this run's synchronisation ordered; races that only
//! `memory_order_relaxed` makes (memory is sequentially consistent, every atomic synchronises).

use alloc::collections::{BTreeMap, BTreeSet};
use sim_abi::event::{Event, EventKind, Location, MemoryAccess, Object};
use sim_abi::{Pid, Tid};

use crate::clock::Threads;
use crate::shadow::{Key, Shadow, words};
use crate::side::Side;
use crate::sync::Objects;
use crate::word::{Conflict, Mark, Touching};

/// Two accesses without order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Race {
    /// The first byte on which they meet.
    pub location: Location,
    /// Its address, as the second thread sees it.
    pub address: u32,
    /// The one that came first in this run.
    pub first: Side,
    /// The one with which the race was found.
    pub second: Side,
}

/// The race detector.
#[derive(Clone, Debug)]
pub struct Races {
    /// There is more than one thread, or has been (R7).
    active: bool,
    threads: Threads,
    objects: Objects,
    shadow: Shadow,
    /// The address space of each process that has made a recorded access.
    spaces: BTreeMap<Pid, u32>,
    /// Pairs of program counters that have been reported, the smaller one first.
    reported: BTreeSet<(u32, u32)>,
    count: u64,
}

impl Default for Races {
    fn default() -> Self {
        Races::new()
    }
}

impl Races {
    /// Knows of nothing yet.
    pub fn new() -> Races {
        Races {
            active: false,
            threads: Threads::default(),
            objects: Objects::default(),
            shadow: Shadow::new(),
            spaces: BTreeMap::new(),
            reported: BTreeSet::new(),
            count: 0,
        }
    }

    /// Races found so far, with those that are not reported because their two places have been.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// An event has happened. A race can only come from `HeapFreed` (R5).
    pub fn event(&mut self, event: &Event) -> Option<Race> {
        match event.kind {
            EventKind::HeapAllocated { block, size, .. } => {
                if let Some(&space) = self.spaces.get(&event.process) {
                    self.clear(space, block, size);
                }
                None
            }
            EventKind::HeapFreed { block, size } => self.frees(event, block, size),
            EventKind::MemoryReused {
                space,
                address,
                size,
            } => {
                self.clear(space, address, size);
                None
            }
            EventKind::ProcessCreated { .. } => {
                self.threads.enter(event.thread, event.process);
                self.active |= self.threads.len() > 1;
                None
            }
            _ => {
                self.synchronise(event);
                None
            }
        }
    }

    /// An access was made. `Some`: it races with an earlier one, and this pair of places is new.
    #[inline]
    pub fn access(&mut self, access: &MemoryAccess) -> Option<Race> {
        if !self.active || access.internal {
            return None;
        }
        let key = Key::new(access.location);
        if !access.atomic
            && let Some(slot) = self.threads.find(access.thread)
            && access.size <= 4 - key.byte()
        {
            let now = self.threads.get(slot).now;
            if self
                .shadow
                .is_same_epoch(key, access.size, access.write, now)
            {
                return None;
            }
        }
        self.record(key, access)
    }

    /// This private address space is gone; its number may be used again.
    pub fn forget_space(&mut self, space: u32) {
        self.shadow.forget_space(space);
        self.objects.forget_space(space);
        self.spaces.retain(|_, &mut known| known != space);
    }

    /// This frame is no longer part of a shared mapping; its number may be used again.
    pub fn forget_frame(&mut self, frame: u32) {
        self.shadow.forget_frame(frame);
    }

    fn clear(&mut self, space: u32, address: u32, size: u32) {
        self.shadow
            .forget(Key::new(Location::Private { space, address }), size);
        self.objects.forget_range(space, address, size);
    }

    fn synchronise(&mut self, event: &Event) {
        let footprint = event.kind.footprint(event.thread, event.process);
        if footprint.touches().next().is_none() {
            return;
        }
        let Some(slot) = self.threads.enter(event.thread, event.process) else {
            return;
        };
        if let EventKind::ThreadCreated { child } = event.kind {
            self.active = true;
            self.threads.create(child, slot);
        }
        if let EventKind::ProcessExits { .. } = event.kind {
            self.end_process(event.process);
        }
        let mut released = false;
        for touch in footprint.touches() {
            released |= self
                .objects
                .touch(&event.kind, touch, self.threads.get_mut(slot));
        }
        match event.kind {
            // A start or an end has been seen once and for all: nobody acquires it again.
            EventKind::Starts => self.objects.forget(Object::Thread(event.thread)),
            EventKind::Joins { child } => self.objects.forget(Object::Thread(child)),
            EventKind::Reaps { child, .. } => self.objects.forget(Object::Process(child)),
            EventKind::Exits => self.threads.end(slot),
            _ => {}
        }
        if released {
            self.threads.get_mut(slot).advance();
        }
    }

    /// All threads of the process end with it (E6).
    fn end_process(&mut self, process: Pid) {
        for slot in self.threads.of_process(process) {
            self.objects
                .release_for(Object::Process(process), self.threads.get(slot));
            self.threads.end(slot);
        }
    }

    fn record(&mut self, key: Key, access: &MemoryAccess) -> Option<Race> {
        if !(access.read || access.write) {
            return None;
        }
        if let Location::Private { space, .. } = access.location
            && !self.shadow.is_cached(key)
        {
            self.spaces.insert(access.process, space);
        }
        let slot = self.threads.enter(access.thread, access.process)?;
        let thread = self.threads.get_mut(slot);
        let mut t = Touching {
            mask: 0,
            write: access.write,
            read: access.read,
            atomic: access.atomic,
            mark: Mark {
                epoch: thread.now,
                tick: access.tick,
                pc: access.pc,
                address: access.address,
                size: access.size,
            },
        };
        let mut released = false;
        let mut first: Option<(u32, Conflict)> = None;
        let mut unreported = None;
        for (offset, mask) in words(key.byte(), access.size) {
            t.mask = mask;
            let word = Key::new(access.location.plus(offset));
            let (conflict, has_released) = self.shadow.access(word, &t, thread);
            released |= has_released;
            if let Some(conflict) = conflict {
                // Of the words of a longer access, one pair of places that is new is reported.
                if unreported.is_none() && !self.reported.contains(&pair(&conflict, access.pc)) {
                    unreported = Some((offset, conflict));
                }
                first = first.or(Some((offset, conflict)));
            }
        }
        if released {
            thread.advance();
        }
        let (offset, conflict) = unreported.or(first)?;
        let (location, second) = (access.location, Side::from(access));
        self.report(location, offset, &conflict, second)
    }

    /// `free` by a thread that has not seen all accesses to the block is a race (R5).
    fn frees(&mut self, event: &Event, block: u32, size: u32) -> Option<Race> {
        let space = *self.spaces.get(&event.process)?;
        let location = Location::Private {
            space,
            address: block,
        };
        let slot = self.threads.enter(event.thread, event.process)?;
        let write = Touching {
            mask: 0,
            write: true,
            read: false,
            atomic: false,
            mark: Mark::default(),
        };
        let thread = self.threads.get(slot);
        let found = self.shadow.peek(Key::new(location), size, &write, thread);
        self.clear(space, block, size);
        let (offset, conflict) = found?;
        let second = Side {
            thread: event.thread,
            pc: event.pc,
            tick: event.tick,
            address: block,
            size,
            write: true,
            atomic: false,
            free: true,
        };
        self.report(location, offset, &conflict, second)
    }

    fn report(
        &mut self,
        start: Location,
        offset: u32,
        conflict: &Conflict,
        second: Side,
    ) -> Option<Race> {
        self.count += 1;
        if !self.reported.insert(pair(conflict, second.pc)) {
            return None;
        }
        // Where in the access this word begins, and in the word the byte on which they meet.
        let byte = Key::new(start.plus(offset)).byte();
        let offset = (offset + conflict.mask.trailing_zeros()).saturating_sub(byte);
        Some(Race {
            location: start.plus(offset),
            address: second.address.wrapping_add(offset),
            first: self.side(conflict),
            second,
        })
    }

    fn side(&self, conflict: &Conflict) -> Side {
        let mark = conflict.mark;
        let thread: Tid = self.threads.tenant(mark.epoch);
        Side {
            thread,
            pc: mark.pc,
            tick: mark.tick,
            address: mark.address,
            size: mark.size,
            write: conflict.write,
            atomic: conflict.atomic,
            free: false,
        }
    }
}

fn pair(conflict: &Conflict, pc: u32) -> (u32, u32) {
    (conflict.mark.pc.min(pc), conflict.mark.pc.max(pc))
}

#[cfg(test)]
mod tests;
