//! The undo log: how an explorer goes back without copying the memory.
//!
//! Every elementary change of [`Memory`] leaves an entry that says what was there before; rolling
//! back undoes them from the last to the mark. The result is equal to the memory at the mark, free
//! lists and numbers included. The fast path writes entries too.

use crate::memory::{Bytes, FrameId, Memory};
use crate::reservation::Reservation;
use crate::space::{Page, SpaceId};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A point in the journal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Mark(usize);

/// A word that was stored to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Change {
    /// In which frame.
    pub frame: FrameId,
    /// Which word of it, 0 to 1023.
    pub word: u16,
    /// What it was before.
    pub old: u32,
}

/// An entry of a page table that was changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PageChange {
    /// Whose page table.
    pub space: SpaceId,
    /// The page's number.
    pub page: u32,
    /// What was mapped there before.
    pub old: Option<Page>,
}

/// One elementary change, as what undoes it.
#[derive(Clone)]
pub(crate) enum Entry {
    /// A word was stored.
    Word(Change),
    /// All bytes of a frame became zero.
    Contents { frame: FrameId, old: Box<Bytes> },
    /// A page table changed.
    Page(PageChange),
    /// A reference count changed.
    References { frame: FrameId, old: u32 },
    /// A frame was added at the end.
    Grown,
    /// A frame was taken from the free list.
    Taken { frame: FrameId },
    /// A frame was put on the free list.
    Freed,
    /// A space was created; `grown`: at the end of the list.
    SpaceCreated { space: SpaceId, grown: bool },
    /// A space, empty by then, was destroyed.
    SpaceDestroyed { space: SpaceId },
    /// A hart's reservation changed.
    Reservation { hart: u32, old: Option<Reservation> },
}

/// The log.
#[derive(Clone)]
pub(crate) struct Journal {
    pub on: bool,
    entries: Vec<Entry>,
}

impl Journal {
    pub fn new() -> Journal {
        Journal {
            on: false,
            entries: Vec::new(),
        }
    }

    /// Adds an entry if a journal is kept.
    #[inline(always)]
    pub fn log(&mut self, entry: impl FnOnce() -> Entry) {
        if self.on {
            self.entries.push(entry());
        }
    }
}

impl Memory {
    /// Starts keeping a journal, or stops and forgets it; all marks are then void.
    pub fn journal(&mut self, on: bool) {
        self.journal.on = on;
        self.journal.entries.clear();
    }

    /// This point, to go back to. Marks nest.
    pub fn mark(&self) -> Mark {
        Mark(self.journal.entries.len())
    }

    /// Undoes everything since the mark. Later marks are void, this one stays.
    pub fn rollback(&mut self, mark: Mark) {
        while self.journal.entries.len() > mark.0 {
            if let Some(entry) = self.journal.entries.pop() {
                self.undo(entry);
            }
        }
    }

    /// The words stored since the mark, in the order of the stores: the first of several to one word
    /// has its value at the mark. Frames that were cleared to be used again are not in it
    /// ([`Memory::spaces_changed_since`]).
    pub fn changes_since(&self, mark: Mark) -> impl Iterator<Item = Change> + '_ {
        self.since(mark).iter().filter_map(|e| match e {
            Entry::Word(change) => Some(*change),
            _ => None,
        })
    }

    /// The pages mapped, unmapped or protected since the mark, in that order: the first of several
    /// changes of one has what was there at the mark.
    pub fn pages_changed_since(&self, mark: Mark) -> impl Iterator<Item = PageChange> + '_ {
        self.since(mark).iter().filter_map(|e| match e {
            Entry::Page(change) => Some(*change),
            _ => None,
        })
    }

    /// Whether address spaces have come or gone since the mark, or frames have been cleared: changes
    /// beyond words and pages.
    pub fn spaces_changed_since(&self, mark: Mark) -> bool {
        self.since(mark).iter().any(|e| {
            matches!(
                e,
                Entry::Contents { .. } | Entry::SpaceCreated { .. } | Entry::SpaceDestroyed { .. }
            )
        })
    }

    fn since(&self, mark: Mark) -> &[Entry] {
        let entries = &self.journal.entries;
        &entries[mark.0.min(entries.len())..]
    }

    fn undo(&mut self, entry: Entry) {
        match entry {
            Entry::Word(Change { frame, word, old }) => self.set_word(frame, word, old),
            Entry::Contents { frame, old } => self.frames[frame.0 as usize] = *old,
            Entry::Page(PageChange { space, page, old }) => self.undo_page(space, page, old),
            Entry::References { frame, old } => self.meta[frame.0 as usize].references = old,
            Entry::Grown => {
                self.frames.pop();
                self.meta.pop();
            }
            Entry::Taken { frame } => self.free.push(frame),
            Entry::Freed => {
                self.free.pop();
            }
            Entry::SpaceCreated { space, grown } => {
                self.drop_texts(space);
                if grown {
                    self.spaces.pop();
                } else {
                    self.spaces[space.0 as usize].alive = false;
                }
            }
            Entry::SpaceDestroyed { space } => self.spaces[space.0 as usize].alive = true,
            Entry::Reservation { hart, old } => self.replace_reservation(hart, old),
        }
    }

    fn undo_page(&mut self, s: SpaceId, page: u32, old: Option<Page>) {
        let undone = self.spaces[s.0 as usize].set(page, old);
        if [old, undone]
            .into_iter()
            .flatten()
            .any(|p| p.permissions.execute)
            && old.map(|p| (p.frame, p.permissions)) != undone.map(|p| (p.frame, p.permissions))
        {
            self.drop_texts(s);
        }
    }
}
