//! What is remembered of the accesses to one word of memory: FastTrack's rules (Flanagan & Freund
//! 2009, figure 5), byte-exact, with atomics.
//!
//! Numbered deviations:
//!   W1  The unit is the byte; bytes of a word that have always been accessed together share one
//!       record (a [`Part`] with their mask) and are split when an access takes only some of them.
//!   W2  Atomic accesses are kept beside plain ones, since they conflict only with plain ones.
//!   W3  A read in the epoch of the thread's own last write is not recorded: whoever races with it
//!       races with the write.
//!   W4  A read that comes after another read replaces it; reads without order are all kept (in the
//!       paper a vector clock, here a list of marks, for the report needs their places).
//!
//! A word without order between its reads, without atomics and without mixed sizes is a [`Cell`]
//! alone; others have a [`Rich`] record in the shadow's arena.

use alloc::vec::Vec;
use sim_abi::Tick;

use crate::clock::{Clock, Epoch, Thread};

/// An access that was made. `NONE` as epoch: none was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark {
    pub(crate) epoch: Epoch,
    pub(crate) tick: Tick,
    pub(crate) pc: u32,
    pub(crate) address: u32,
    pub(crate) size: u32,
}

/// An earlier access that conflicts with the present one and is not ordered before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conflict {
    pub(crate) mark: Mark,
    pub(crate) write: bool,
    pub(crate) atomic: bool,
    /// Bytes of the word on which they meet.
    pub(crate) mask: u8,
}

/// What an access does to the bytes of `mask`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Touching {
    pub(crate) mask: u8,
    pub(crate) write: bool,
    pub(crate) read: bool,
    pub(crate) atomic: bool,
    pub(crate) mark: Mark,
}

/// The usual record of a word.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) write: Mark,
    pub(crate) read: Mark,
    /// The bytes that `write` and `read` are about; 0: nothing is known of the word.
    pub(crate) mask: u8,
    /// Number of the [`Rich`] record that holds instead; 0: none.
    pub(crate) rich: u32,
}

/// The record of a word that needs more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rich {
    parts: Vec<Part>,
    /// Released by atomic writes to this word, acquired by atomic reads.
    sync: Option<Clock>,
}

/// Bytes of a word with one history.
#[derive(Clone, Debug, Default)]
struct Part {
    mask: u8,
    write: Mark,
    reads: Vec<Mark>,
    atomic_writes: Vec<Mark>,
    atomic_reads: Vec<Mark>,
}

impl Cell {
    /// Nothing to do: the same thread has made such an access since its last release.
    #[inline]
    pub(crate) fn is_same_epoch(&self, mask: u8, write: bool, now: Epoch) -> bool {
        self.mask == mask
            && self.rich == 0
            && (self.write.epoch == now || (!write && self.read.epoch == now))
    }

    /// Makes the access, if this record can hold it; otherwise the caller needs [`Cell::enrich`].
    pub(crate) fn access(&mut self, t: &Touching, thread: &Thread) -> Option<Option<Conflict>> {
        if self.rich != 0 || t.atomic || (self.mask != 0 && self.mask != t.mask) {
            return None;
        }
        if !t.write && !thread.knows(self.read.epoch) {
            return None;
        }
        let conflict = self.conflict(t, thread);
        self.mask = t.mask;
        if t.write {
            self.write = t.mark;
            self.read = Mark::default();
        } else if self.write.epoch != t.mark.epoch {
            self.read = t.mark;
        }
        Some(conflict)
    }

    /// The first unordered access, without making this one. Only for a plain one on a cell that is
    /// not rich.
    fn conflict(&self, t: &Touching, thread: &Thread) -> Option<Conflict> {
        let mask = self.mask & t.mask;
        let (write, mark) = if mask == 0 {
            return None;
        } else if !thread.knows(self.write.epoch) {
            (true, self.write)
        } else if t.write && !thread.knows(self.read.epoch) {
            (false, self.read)
        } else {
            return None;
        };
        Some(Conflict {
            mark,
            write,
            atomic: false,
            mask,
        })
    }

    /// The same knowledge as a rich record.
    pub(crate) fn enrich(&self) -> Rich {
        let mut rich = Rich::default();
        if self.mask != 0 {
            rich.parts.push(Part {
                mask: self.mask,
                write: self.write,
                reads: Some(self.read)
                    .filter(|read| read.epoch != Epoch::NONE)
                    .into_iter()
                    .collect(),
                ..Part::default()
            });
        }
        rich
    }

    /// Forgets these bytes.
    pub(crate) fn clear(&mut self, mask: u8) {
        self.mask &= !mask;
        if self.mask == 0 {
            *self = Cell {
                rich: self.rich,
                ..Cell::default()
            };
        }
    }

    /// What a write to these bytes would conflict with.
    pub(crate) fn peek(&self, rich: &Rich, t: &Touching, thread: &Thread) -> Option<Conflict> {
        if self.rich == 0 {
            return self.conflict(t, thread);
        }
        rich.parts.iter().find_map(|part| part.conflict(t, thread))
    }
}

impl Rich {
    /// Makes the access: first acquires (an atomic read sees what it synchronises with before it is
    /// judged), then looks for conflicts, then records, then releases. The flag: it has released.
    pub(crate) fn access(&mut self, t: &Touching, thread: &mut Thread) -> (Option<Conflict>, bool) {
        if t.atomic
            && t.read
            && let Some(sync) = &self.sync
        {
            thread.acquire(sync);
        }
        let mut first = None;
        let mut rest = t.mask;
        self.split(t.mask);
        for part in self.parts.iter_mut().filter(|part| part.mask & t.mask != 0) {
            rest &= !part.mask;
            let found = part.conflict(t, thread);
            first = first.or(found);
            part.record(t, thread);
        }
        if rest != 0 {
            let mut part = Part {
                mask: rest,
                ..Part::default()
            };
            part.record(t, thread);
            self.parts.push(part);
        }
        (first, t.atomic && self.synchronise(t, thread))
    }

    /// An atomic write releases. One that has not read replaces what was released before: who reads
    /// its value has seen nothing of earlier writers.
    fn synchronise(&mut self, t: &Touching, thread: &Thread) -> bool {
        let sync = self.sync.get_or_insert_default();
        if t.write {
            if !t.read {
                *sync = Clock::default();
            }
            thread.release(sync);
        }
        t.write
    }

    /// Splits the parts of which `mask` takes only some bytes.
    fn split(&mut self, mask: u8) {
        for index in 0..self.parts.len() {
            let outside = self.parts[index].mask & !mask;
            if outside != 0 && outside != self.parts[index].mask {
                let mut other = self.parts[index].clone();
                other.mask = outside;
                self.parts[index].mask &= mask;
                self.parts.push(other);
            }
        }
    }

    /// Forgets these bytes; of what an atomic released, all if the first byte goes.
    pub(crate) fn clear(&mut self, mask: u8) {
        for part in &mut self.parts {
            part.mask &= !mask;
        }
        self.parts.retain(|part| part.mask != 0);
        if mask & 1 != 0 {
            self.sync = None;
        }
    }

    /// The same knowledge as a plain record, if one can hold it.
    pub(crate) fn simple(&self) -> Option<Cell> {
        if self.sync.is_some() {
            return None;
        }
        match self.parts.as_slice() {
            [] => Some(Cell::default()),
            [part] if part.reads.len() <= 1 && part.has_no_atomics() => Some(Cell {
                write: part.write,
                read: part.reads.first().copied().unwrap_or_default(),
                mask: part.mask,
                rich: 0,
            }),
            _ => None,
        }
    }

    /// As [`Cell::is_same_epoch`]: for the words that many threads only read.
    pub(crate) fn is_same_epoch(&self, mask: u8, write: bool, now: Epoch) -> bool {
        self.parts.iter().any(|part| {
            part.mask == mask
                && (part.write.epoch == now
                    || (!write && part.reads.iter().any(|read| read.epoch == now)))
        })
    }
}

impl Part {
    fn has_no_atomics(&self) -> bool {
        self.atomic_reads.is_empty() && self.atomic_writes.is_empty()
    }

    fn conflict(&self, t: &Touching, thread: &Thread) -> Option<Conflict> {
        let mask = self.mask & t.mask;
        if mask == 0 {
            return None;
        }
        let found = |write, atomic| {
            move |mark: &Mark| Conflict {
                mark: *mark,
                write,
                atomic,
                mask,
            }
        };
        let unordered = |marks: &[Mark], wanted: bool| {
            marks
                .iter()
                .find(|mark| wanted && !thread.knows(mark.epoch))
                .copied()
        };
        let write = unordered(core::slice::from_ref(&self.write), true);
        let read = unordered(&self.reads, t.write);
        let atomic_write = unordered(&self.atomic_writes, !t.atomic);
        let atomic_read = unordered(&self.atomic_reads, !t.atomic && t.write);
        write
            .as_ref()
            .map(found(true, false))
            .or(read.as_ref().map(found(false, false)))
            .or(atomic_write.as_ref().map(found(true, true)))
            .or(atomic_read.as_ref().map(found(false, true)))
    }

    fn record(&mut self, t: &Touching, thread: &Thread) {
        match (t.atomic, t.write) {
            (false, true) => {
                // Whoever races with one of those before races with this write.
                *self = Part {
                    mask: self.mask,
                    write: t.mark,
                    ..Part::default()
                };
            }
            (false, false) if self.write.epoch == t.mark.epoch => {}
            (false, false) => replace(&mut self.reads, t.mark, thread),
            (true, true) => replace(&mut self.atomic_writes, t.mark, thread),
            (true, false) => replace(&mut self.atomic_reads, t.mark, thread),
        }
    }
}

/// `mark` takes the place of those that come before it.
fn replace(marks: &mut Vec<Mark>, mark: Mark, thread: &Thread) {
    marks.retain(|earlier| !thread.knows(earlier.epoch));
    marks.push(mark);
}
