//! Memory errors in the heap: use after free, out of bounds, uninitialised reads, double and invalid
//! free; leaks at exit.
//!
//! Rules, for accesses that are not `internal` to the C library (what it reads and writes on behalf
//! of the program is checked):
//!
//!   H1  a byte of a freed block that has not been handed out again: use after free;
//!   H2  another byte between the lowest block ever and the end of the heap that is in no live block:
//!       out of bounds, named after the nearest live block and the distance to it;
//!   H3  a read of bytes of a live block that were never written: uninitialised. `calloc` counts as
//!       written, so does what `realloc` keeps. Not at once: C allows to *copy* such bytes (padding,
//!       `memcpy`, struct assignment) and to change a part of them (bit-fields). So a read is an error
//!       only if the thread's next access is not a store, within [`NEAR`] bytes of code, of the same
//!       value and size (a copy: its bytes count as uninitialised too, wherever they are) or to the
//!       same place (a change: its bytes count as written). And only if none of the bytes it reads was
//!       written: a word may hold members and padding, and is read whole when its struct is passed in
//!       registers, or when one of its members is a bit-field. An access does not tell such a read from
//!       that of an `int`;
//!   H4  what the kernel says of `free`: `FreeTwice`, `FreeInvalid`.
//!
//! Each kind is reported once for each program counter, or for each thread and program counter
//! ([`Heap::by_thread`]); [`Heap::count`] counts all.
//!
//! **Guarantees.** H1, H2, H4 are never reported falsely, except H2 in a program that calls `sbrk`
//! itself and `malloc` besides. May miss: an access so far off that it hits another live block or
//! leaves the heap; H1 once the memory has been handed out again; H3 after `x++` on such a word, of a
//! word of which a part was written, and when a value travels through registers into a store further
//! away than [`NEAR`].

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use sim_abi::event::{Event, EventKind, MemoryAccess, Misuse};
use sim_abi::layout::{MMAP_BASE, MMAP_LIMIT};
use sim_abi::mixer::Mixer;
use sim_abi::syscall::Call;
use sim_abi::{Pid, Tid};

use crate::heap_map::{HeapMap, State};
use crate::side::{Place, Side};

/// A store belongs to the load before it if it is at most so many bytes of code away (H3).
pub const NEAR: u32 = 32;
/// Copies of uninitialised words outside the heap that are followed at the same time.
const COPIES_MAX: usize = 4096;
/// Bytes below the lowest block that still count as "before it": the allocator's header.
const MARGIN: u32 = 16;

/// A heap block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its address.
    pub start: u32,
    /// Its size in bytes.
    pub size: u32,
    /// Who allocated it.
    pub allocated: Place,
    /// Who freed it.
    pub freed: Option<Place>,
}

impl Block {
    fn end(&self) -> u32 {
        self.start.saturating_add(self.size)
    }

    fn contains(&self, address: u32) -> bool {
        address.wrapping_sub(self.start) < self.size
    }
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeapErrorKind {
    /// The block has been freed.
    UseAfterFree,
    /// No block is there.
    OutOfBounds {
        /// Bytes between the block and the access: 0 is the byte right behind its last, or right
        /// before its first.
        distance: u32,
        /// Behind the block, or before it.
        after: bool,
    },
    /// These bytes of the block were never written.
    Uninitialised,
    /// `free` of a block that has been freed.
    FreeTwice,
    /// `free` of something that is no block.
    FreeInvalid,
}

impl HeapErrorKind {
    /// The same mistake at another distance is no other mistake.
    #[must_use]
    pub fn without_distance(self) -> HeapErrorKind {
        match self {
            HeapErrorKind::OutOfBounds { after, .. } => {
                HeapErrorKind::OutOfBounds { distance: 0, after }
            }
            kind => kind,
        }
    }
}

/// A wrong use of the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapError {
    /// What.
    pub kind: HeapErrorKind,
    /// The process whose heap it is.
    pub process: Pid,
    /// The access, or the call of `free`.
    pub access: Side,
    /// The first wrong byte.
    pub address: u32,
    /// The block: freed, nearest, or read.
    pub block: Option<Block>,
}

/// An uninitialised read of which the next access will tell whether it is a use (H3).
#[derive(Clone, Copy, Debug)]
struct Pending {
    error: HeapError,
    /// Where and what was read, maybe from a copy.
    pc: u32,
    address: u32,
    value: u32,
}

/// The heap of one process.
#[derive(Clone, Debug, Default)]
struct ProcessHeap {
    live: BTreeMap<u32, Block>,
    /// Freed and not handed out again: no two overlap, nor do they overlap live ones.
    freed: BTreeMap<u32, Block>,
    map: HeapMap,
    /// Below are no blocks, and never were.
    low: u32,
    /// From here on nothing is the heap's.
    high: u32,
    /// Copies of uninitialised words outside live blocks: the error and the value (H3).
    copies: BTreeMap<u32, (HeapError, u32)>,
}

/// The heap checker, for all processes.
#[derive(Clone, Debug, Default)]
pub struct Heap {
    processes: BTreeMap<Pid, ProcessHeap>,
    /// All heaps lie in `low..high`.
    low: u32,
    high: u32,
    /// The end of each process's heap as `brk` said.
    ends: BTreeMap<Pid, u32>,
    pending: BTreeMap<Tid, Pending>,
    /// Errors found but not returned yet.
    found: VecDeque<HeapError>,
    /// There are pending reads, followed copies or errors to return: no short way.
    is_busy: bool,
    reported: BTreeSet<(Tid, u32, HeapErrorKind)>,
    /// What one thread has done says nothing of another.
    by_thread: bool,
    count: u64,
    /// Grows with every change of what [`Heap::digest`] is of.
    version: u64,
}

impl Heap {
    /// No blocks.
    pub fn new() -> Heap {
        Heap::default()
    }

    /// No blocks; the same mistake at the same place is reported of each thread that makes it. For searches:
    /// whether it is reported then does not depend on who was first.
    pub fn by_thread() -> Heap {
        Heap {
            by_thread: true,
            ..Heap::default()
        }
    }

    /// Errors found so far, with those that are not reported because their place has been.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Another number than before if [`Heap::digest`] may have become another one.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What future errors depend on besides the blocks: which of their bytes were never written, reads that
    /// may yet prove to be uses (H3), copies of such bytes.
    pub fn digest(&self) -> u128 {
        let mut mixer = Mixer::new(0);
        for (pid, heap) in &self.processes {
            mixer.add(u64::from(pid.0));
            heap.map.mix_fresh(&mut mixer);
            for (address, (error, value)) in &heap.copies {
                mixer.add(u64::from(*address) << 32 | u64::from(*value));
                mixer.add(u64::from(error.access.pc));
            }
        }
        for (thread, pending) in &self.pending {
            mixer.add(u64::from(thread.0) << 32 | u64::from(pending.pc));
            mixer.add(u64::from(pending.error.access.pc));
            mixer.add(u64::from(pending.address) << 32 | u64::from(pending.value));
        }
        mixer.finish()
    }

    /// An event has happened. An error may be an earlier read of the same thread (H3).
    pub fn event(&mut self, event: &Event) -> Option<HeapError> {
        let pid = event.process;
        match event.kind {
            EventKind::HeapAllocated {
                block,
                size,
                zeroed,
            } => self.allocates(event, block, size, zeroed),
            EventKind::HeapFreed { block, .. } => self.frees(event, block),
            EventKind::Misuses {
                misuse: Misuse::FreeTwice(address),
            } => self.misfrees(event, address, HeapErrorKind::FreeTwice),
            EventKind::Misuses {
                misuse: Misuse::FreeInvalid(address),
            } => self.misfrees(event, address, HeapErrorKind::FreeInvalid),
            EventKind::SystemCall {
                call: Some(Call::Brk),
                result,
                ..
            } => {
                self.ends.insert(pid, result);
                self.widen(pid);
            }
            // Who ends by itself makes a call for it.
            EventKind::SystemCall { .. } | EventKind::Blocks { .. } => self.settle(event.thread),
            EventKind::ProcessExits { .. } => self.settle_last(event),
            EventKind::Executes => {
                self.settle_last(event);
                self.forget(pid);
            }
            _ => {}
        }
        self.next()
    }

    /// An access was made. An error may be an earlier read of the same thread (H3).
    #[inline]
    pub fn access(&mut self, access: &MemoryAccess) -> Option<HeapError> {
        let outside =
            access.address < self.low || access.address >= self.high || is_mapping(access.address);
        if access.internal || (outside && !self.is_busy) {
            return None;
        }
        if !self.is_busy
            && let Some(heap) = self.processes.get(&access.process)
            && heap.map.is_settled(access.address, access.size)
        {
            return None;
        }
        self.check(access)
    }

    /// A fork: the child has what the parent has.
    pub fn fork(&mut self, parent: Pid, child: Pid) {
        self.version += 1;
        if let Some(heap) = self.processes.get(&parent).cloned() {
            self.processes.insert(child, heap);
        }
        if let Some(&end) = self.ends.get(&parent) {
            self.ends.insert(child, end);
        }
    }

    /// Blocks that a process has allocated and not freed, by address. Those it got by `fork` are its
    /// parent's to free: threads with lower numbers than the process allocated them.
    pub fn leaks(&self, process: Pid) -> Vec<Block> {
        let own = |block: &&Block| block.allocated.thread.0 >= process.0;
        let heap = self.processes.get(&process);
        heap.map_or(Vec::new(), |heap| {
            heap.live.values().filter(own).copied().collect()
        })
    }

    /// The process is gone, and nobody will ask for its leaks.
    pub fn forget(&mut self, process: Pid) {
        self.version += 1;
        self.processes.remove(&process);
        self.ends.remove(&process);
    }

    /// The block at an address: a live one, or the freed one that was there last.
    pub fn block_at(&self, process: Pid, address: u32) -> Option<Block> {
        self.processes.get(&process)?.block_at(address)
    }

    /// All that is left to report at the end of a run.
    pub fn finish(&mut self) -> Vec<HeapError> {
        let threads: Vec<Tid> = self.pending.keys().copied().collect();
        for thread in threads {
            self.settle(thread);
        }
        core::iter::from_fn(|| self.next()).collect()
    }

    fn allocates(&mut self, event: &Event, start: u32, size: u32, zeroed: bool) {
        self.version += 1;
        self.settle(event.thread);
        let heap = self.processes.entry(event.process).or_default();
        let block = Block {
            start,
            size,
            allocated: Place::from(event),
            freed: None,
        };
        let state = if zeroed { State::Written } else { State::Fresh };
        remove_overlapping(&mut heap.freed, &block);
        remove_overlapping(&mut heap.live, &block);
        heap.map.set(start, size, state);
        heap.live.insert(start, block);
        let low = start.saturating_sub(MARGIN);
        heap.low = if heap.high == 0 {
            low
        } else {
            heap.low.min(low)
        };
        heap.high = heap.high.max(block.end().saturating_add(MARGIN));
        self.widen(event.process);
    }

    /// `low..high` of a process reaches to its `brk`, and that of all covers it.
    fn widen(&mut self, process: Pid) {
        let Some(heap) = self.processes.get_mut(&process) else {
            return;
        };
        if let Some(&end) = self.ends.get(&process) {
            heap.high = heap.high.max(end);
        }
        self.low = if self.high == 0 {
            heap.low
        } else {
            self.low.min(heap.low)
        };
        self.high = self.high.max(heap.high);
    }

    fn frees(&mut self, event: &Event, start: u32) {
        self.version += 1;
        self.settle(event.thread);
        let Some(heap) = self.processes.get_mut(&event.process) else {
            return;
        };
        if let Some(mut block) = heap.live.remove(&start) {
            heap.map.set(start, block.size, State::Dead);
            block.freed = Some(Place::from(event));
            heap.freed.insert(start, block);
        }
    }

    fn misfrees(&mut self, event: &Event, address: u32, kind: HeapErrorKind) {
        self.settle(event.thread);
        let access = Side {
            thread: event.thread,
            pc: event.pc,
            tick: event.tick,
            address,
            size: 0,
            write: true,
            atomic: false,
            free: true,
        };
        let block = self.block_at(event.process, address);
        self.report(HeapError {
            kind,
            process: event.process,
            access,
            address,
            block,
        });
    }

    fn check(&mut self, access: &MemoryAccess) -> Option<HeapError> {
        self.version += 1;
        let copied = self.settle_by(access);
        if let Some(heap) = self.processes.get_mut(&access.process) {
            if !heap.copies.is_empty() {
                if let Some(&(error, value)) = heap.copies.get(&access.address)
                    && access.read
                    && value == access.value
                {
                    self.pending.insert(access.thread, pending(error, access));
                }
                if access.write {
                    heap.forget_copies(access.address, access.size);
                }
            }
            let inside = access.address >= heap.low
                && access.address < heap.high
                && !is_mapping(access.address);
            if inside && !heap.map.is_settled(access.address, access.size) {
                match heap.look(access) {
                    Look::Fine => {}
                    Look::Wrong(error) => self.report(error),
                    Look::Unwritten(error) if access.size > 4 => self.report(error),
                    Look::Unwritten(error) => {
                        self.pending.insert(access.thread, pending(error, access));
                    }
                }
            }
        }
        if let Some(error) = copied
            && let Some(heap) = self.processes.get_mut(&access.process)
        {
            heap.copy(access, error);
        }
        self.is_busy = !self.found.is_empty()
            || !self.pending.is_empty()
            || self.processes.values().any(|heap| !heap.copies.is_empty());
        self.next()
    }

    /// The thread's next access decides about its pending read. `Some`: it is a copy of it.
    fn settle_by(&mut self, access: &MemoryAccess) -> Option<HeapError> {
        let pending = self.pending.remove(&access.thread)?;
        let is_near = access.pc.abs_diff(pending.pc) <= NEAR;
        let is_store = access.write && access.size == pending.error.access.size && is_near;
        if is_store && access.address == pending.address {
            return None;
        }
        if is_store && access.value == pending.value {
            return Some(pending.error);
        }
        self.report(pending.error);
        None
    }

    /// The thread has done something else: its pending read was a use.
    fn settle(&mut self, thread: Tid) {
        if let Some(pending) = self.pending.remove(&thread) {
            self.version += 1;
            self.report(pending.error);
        }
    }

    /// The thread's process ends, or its program: what the others have read they will never use.
    fn settle_last(&mut self, event: &Event) {
        self.settle(event.thread);
        let pending = self.pending.len();
        self.pending
            .retain(|_, pending| pending.error.process != event.process);
        if self.pending.len() != pending {
            self.version += 1;
        }
    }

    fn report(&mut self, error: HeapError) {
        self.count += 1;
        let thread = match self.by_thread {
            true => error.access.thread,
            false => Tid::default(),
        };
        if self
            .reported
            .insert((thread, error.access.pc, error.kind.without_distance()))
        {
            self.found.push_back(error);
            self.is_busy = true;
        }
    }

    fn next(&mut self) -> Option<HeapError> {
        self.found.pop_front()
    }
}

/// Between the heap that grows by `brk` and those of the threads are mappings.
fn is_mapping(address: u32) -> bool {
    (MMAP_BASE..MMAP_LIMIT).contains(&address)
}

fn pending(error: HeapError, access: &MemoryAccess) -> Pending {
    Pending {
        error,
        pc: access.pc,
        address: access.address,
        value: access.value,
    }
}

/// What an access is found to be.
enum Look {
    Fine,
    Wrong(HeapError),
    Unwritten(HeapError),
}

impl ProcessHeap {
    fn block_at(&self, address: u32) -> Option<Block> {
        let below = |blocks: &BTreeMap<u32, Block>| {
            let (_, block) = blocks.range(..=address).next_back()?;
            Some(*block).filter(|block| block.contains(address))
        };
        below(&self.live).or_else(|| below(&self.freed))
    }

    /// Judges an access that starts in the heap's range; a write to live bytes is recorded.
    fn look(&mut self, access: &MemoryAccess) -> Look {
        // Of what goes beyond the heap's end nothing is known; it faults, or is another's.
        let size = access.size.min(self.high.saturating_sub(access.address));
        let error = |kind, address, block| HeapError {
            kind,
            process: access.process,
            access: Side::from(access),
            address,
            block,
        };
        if let Some(address) = self.map.find(access.address, size, &[State::Dead]) {
            let block = self.block_at(address);
            if block.is_some() {
                return Look::Wrong(error(HeapErrorKind::UseAfterFree, address, block));
            }
            let (kind, block) = self.nearest(address);
            return Look::Wrong(error(kind, address, Some(block)));
        }
        let unwritten = self.map.find(access.address, size, &[State::Fresh]);
        let Some(address) = unwritten else {
            return Look::Fine;
        };
        // An access that reads and writes (an atomic) reads first, and changes what it has read.
        if access.write {
            self.map.set(access.address, size, State::Written);
            return Look::Fine;
        }
        if access.size > 1
            && let Some(_) = self.map.find(access.address, size, &[State::Written])
        {
            return Look::Fine;
        }
        let block = self.block_at(address);
        Look::Unwritten(error(HeapErrorKind::Uninitialised, address, block))
    }

    /// The block nearest to an address in none, and where from it the address lies.
    fn nearest(&self, address: u32) -> (HeapErrorKind, Block) {
        let blocks = if self.live.is_empty() {
            &self.freed
        } else {
            &self.live
        };
        let before = blocks.range(..=address).next_back();
        let behind = blocks.range(address.saturating_add(1)..).next();
        let after = before.map(|(_, block)| (address.saturating_sub(block.end()), true, *block));
        let ahead =
            behind.map(|(&start, block)| ((start - address).saturating_sub(1), false, *block));
        let nearest = after.into_iter().chain(ahead).min_by_key(|near| near.0);
        let (distance, after, block) =
            nearest.expect("a heap's range is made by its blocks, which are live or freed");
        (HeapErrorKind::OutOfBounds { distance, after }, block)
    }

    /// An uninitialised word was stored by this access.
    fn copy(&mut self, access: &MemoryAccess, error: HeapError) {
        if self
            .map
            .find(access.address, access.size, &[State::Dead])
            .is_none()
        {
            self.map.set(access.address, access.size, State::Fresh);
        } else if self.copies.len() < COPIES_MAX {
            self.copies.insert(access.address, (error, access.value));
        }
    }

    fn forget_copies(&mut self, address: u32, size: u32) {
        let from = address.saturating_sub(3);
        let to = address.saturating_add(size);
        let gone: Vec<u32> = self.copies.range(from..to).map(|(&at, _)| at).collect();
        for at in gone {
            self.copies.remove(&at);
        }
    }
}

fn remove_overlapping(blocks: &mut BTreeMap<u32, Block>, new: &Block) {
    let overlaps = |block: &&Block| block.end() > new.start || block.start == new.start;
    // They do not overlap each other: seen from the top, all that reach into the new one come first.
    let below = blocks.range(..new.end().max(new.start + u32::from(new.size == 0)));
    let gone: Vec<u32> = below
        .rev()
        .map(|(_, block)| block)
        .take_while(overlaps)
        .map(|block| block.start)
        .collect();
    for start in gone {
        blocks.remove(&start);
    }
}

#[cfg(test)]
mod tests;
