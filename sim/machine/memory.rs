//! Everything the harts share: physical frames with their reference counts, and address spaces.
//!
//! Frames are stored in one block, free ones included, and a free frame is all zero. Every change
//! goes through the few functions that also write the journal (`journal.rs`), break reservations
//! (`reservation.rs`) and keep decoded text true (`text.rs`); only the fast path of `run` writes
//! bytes directly, to pages for which none of the three is needed (see `space.rs`).
//!
//! Two memories are equal if no program could tell them apart: caches, decoded text and the journal
//! do not count.

use crate::journal::{Entry, Journal, PageChange};
use crate::reservation::Reservation;
use crate::space::{Page, Sharing, Space, SpaceId};
use crate::text::Texts;
use alloc::boxed::Box;
use alloc::vec::Vec;
use sim_abi::Permissions;

/// Names a physical frame of 4096 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FrameId(pub u32);

/// The bytes of a frame.
pub(crate) type Bytes = [u8; 4096];

/// What is known about a frame beside its bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Meta {
    /// How many pages (and kernel objects) use it; 0: free.
    pub references: u32,
    /// How many harts have reserved a word in it. Derived from the reservations.
    pub reserved: u32,
    /// How many decoded texts have been made of it. Derived.
    pub texts: u32,
    /// Some space may have a write entry for it in its cache. Derived, may be true needlessly.
    pub write_cached: bool,
}

/// The memory of the whole computer.
#[derive(Clone)]
pub struct Memory {
    pub(crate) frames: Vec<Bytes>,
    pub(crate) meta: Vec<Meta>,
    /// Free frames; the last is used first.
    pub(crate) free: Vec<FrameId>,
    pub(crate) spaces: Vec<Space>,
    /// Sorted by hart, at most one of each.
    pub(crate) reservations: Vec<Reservation>,
    pub(crate) texts: Texts,
    pub(crate) journal: Journal,
}

impl Default for Memory {
    fn default() -> Self {
        Memory::new()
    }
}

impl Memory {
    /// No frames, no address spaces.
    pub fn new() -> Memory {
        Memory {
            frames: Vec::new(),
            meta: Vec::new(),
            free: Vec::new(),
            spaces: Vec::new(),
            reservations: Vec::new(),
            texts: Texts::new(),
            journal: Journal::new(),
        }
    }

    /// A frame of zeros with one reference. The number is the one freed last, else the next.
    pub fn new_frame(&mut self) -> FrameId {
        let frame = match self.free.pop() {
            Some(frame) => {
                self.journal.log(|| Entry::Taken { frame });
                self.clear_frame(frame);
                frame
            }
            None => {
                self.frames.push([0; 4096]);
                self.meta.push(Meta::default());
                self.journal.log(|| Entry::Grown);
                FrameId(self.frames.len() as u32 - 1)
            }
        };
        self.set_references(frame, 1);
        frame
    }

    /// One more user of a frame.
    pub fn retain(&mut self, frame: FrameId) {
        self.set_references(frame, self.references(frame) + 1);
    }

    /// One user less; without any the frame is free.
    pub fn release(&mut self, frame: FrameId) {
        let references = self.references(frame);
        debug_assert!(references > 0, "a frame in use has references");
        if references == 0 {
            return;
        }
        self.set_references(frame, references - 1);
        if references == 1 {
            self.free_frame(frame);
        }
    }

    /// Its bytes stay until it is used again: most ends of executions need not touch them.
    fn free_frame(&mut self, frame: FrameId) {
        self.break_reservations_of_frame(frame);
        self.free.push(frame);
        self.journal.log(|| Entry::Freed);
    }

    fn clear_frame(&mut self, frame: FrameId) {
        let bytes = &mut self.frames[frame.0 as usize];
        if *bytes != [0; 4096] {
            self.journal.log(|| Entry::Contents {
                frame,
                old: Box::new(*bytes),
            });
            bytes.fill(0);
        }
    }

    /// How many users a frame has.
    pub fn references(&self, frame: FrameId) -> u32 {
        self.meta.get(frame.0 as usize).map_or(0, |m| m.references)
    }

    fn set_references(&mut self, frame: FrameId, new: u32) {
        if let Some(meta) = self.meta.get_mut(frame.0 as usize) {
            let old = core::mem::replace(&mut meta.references, new);
            self.journal.log(|| Entry::References { frame, old });
        }
    }

    /// Frames with at least one reference.
    pub fn frames_in_use(&self) -> u32 {
        (self.frames.len() - self.free.len()) as u32
    }

    /// The bytes of a frame, whatever its pages permit.
    ///
    /// # Panics
    /// If there has never been such a frame.
    pub fn read_frame(&self, frame: FrameId) -> &[u8; 4096] {
        self.frame_bytes(frame)
    }

    pub(crate) fn frame_bytes(&self, frame: FrameId) -> &Bytes {
        &self.frames[frame.0 as usize]
    }

    /// Changes bytes of a frame, whatever its pages permit; what would be past its end is ignored.
    pub fn write_frame(&mut self, frame: FrameId, offset: u32, bytes: &[u8]) {
        let room = 4096usize.saturating_sub(offset as usize);
        self.poke(frame, offset, &bytes[..bytes.len().min(room)]);
    }

    /// An empty address space; the lowest number that is not in use.
    pub fn create_space(&mut self) -> SpaceId {
        let unused = self.spaces.iter().position(|s| !s.alive);
        let index = match unused {
            Some(index) => {
                self.spaces[index] = Space::new();
                index
            }
            None => {
                self.spaces.push(Space::new());
                self.spaces.len() - 1
            }
        };
        let space = SpaceId(index as u32);
        let grown = unused.is_none();
        self.journal.log(|| Entry::SpaceCreated { space, grown });
        space
    }

    /// Unmaps everything and gives the number back.
    pub fn destroy_space(&mut self, s: SpaceId) {
        self.unmap_all(s, 0..u32::MAX);
        self.drop_texts(s);
        if let Some(space) = self.live(s) {
            space.alive = false;
            self.journal.log(|| Entry::SpaceDestroyed { space: s });
        }
    }

    fn live(&mut self, s: SpaceId) -> Option<&mut Space> {
        self.spaces.get_mut(s.0 as usize).filter(|s| s.alive)
    }

    /// A copy of an address space: shared pages stay shared, private ones are from now on copied on
    /// write, in both.
    pub fn fork_space(&mut self, s: SpaceId) -> SpaceId {
        let child = self.create_space();
        let pages: Vec<(u32, Page)> = self.pages(s).collect();
        for (number, page) in pages {
            let both = match page.sharing {
                Sharing::Shared => page,
                Sharing::Private | Sharing::CopyOnWrite => Page {
                    sharing: Sharing::CopyOnWrite,
                    ..page
                },
            };
            if both != page {
                self.set_sharing(s, number, both);
            }
            self.retain(page.frame);
            self.set_page(child, number, Some(both));
        }
        self.adopt_texts(s, child);
        child
    }

    /// Maps a frame; the page takes over one reference to it. What was mapped there is unmapped.
    pub fn map(
        &mut self,
        s: SpaceId,
        page: u32,
        frame: FrameId,
        permissions: Permissions,
        sharing: Sharing,
    ) {
        let new = Page {
            frame,
            permissions,
            sharing,
        };
        if let Some(old) = self.set_page(s, page, Some(new)) {
            self.release(old.frame);
        }
    }

    /// Unmaps a page; whether there was one.
    pub fn unmap(&mut self, s: SpaceId, page: u32) -> bool {
        let old = self.set_page(s, page, None);
        if let Some(old) = old {
            self.release(old.frame);
        }
        old.is_some()
    }

    /// Unmaps the pages of a range, from the last to the first.
    pub fn unmap_all(&mut self, s: SpaceId, range: core::ops::Range<u32>) {
        let pages = self.pages(s).map(|(page, _)| page);
        let pages: Vec<u32> = pages.filter(|page| range.contains(page)).collect();
        for page in pages.into_iter().rev() {
            self.unmap(s, page);
        }
    }

    /// Changes what a mapped page may be used for.
    pub fn protect(&mut self, s: SpaceId, page: u32, permissions: Permissions) {
        if let Some(old) = self.page(s, page) {
            self.set_page(s, page, Some(Page { permissions, ..old }));
        }
    }

    /// What is mapped at a page number.
    pub fn page(&self, s: SpaceId, page: u32) -> Option<Page> {
        self.spaces.get(s.0 as usize)?.page(page)
    }

    /// All mapped pages with their numbers, ascending.
    pub fn pages(&self, s: SpaceId) -> impl Iterator<Item = (u32, Page)> + '_ {
        let space = self.spaces.get(s.0 as usize);
        space.into_iter().flat_map(|s| s.pages().iter().copied())
    }

    /// How many pages are mapped.
    pub fn resident(&self, s: SpaceId) -> u32 {
        let space = self.spaces.get(s.0 as usize);
        space.map_or(0, |s| s.pages().len() as u32)
    }

    /// Makes a copy-on-write page private. `true`: by copying the frame; `false`: this was its last
    /// user, or the page is not copy-on-write.
    pub fn copy_page(&mut self, s: SpaceId, page: u32) -> bool {
        let Some(old) = self.page(s, page) else {
            return false;
        };
        if old.sharing != Sharing::CopyOnWrite {
            return false;
        }
        let mut new = Page {
            sharing: Sharing::Private,
            ..old
        };
        if self.references(old.frame) == 1 {
            self.set_sharing(s, page, new);
            return false;
        }
        let bytes = *self.frame_bytes(old.frame);
        new.frame = self.new_frame();
        self.write_frame(new.frame, 0, &bytes);
        self.move_reservations(s, old.frame, new.frame);
        self.set_page(s, page, Some(new));
        self.release(old.frame);
        true
    }

    /// The one function that changes a page table. References are the caller's.
    fn set_page(&mut self, s: SpaceId, page: u32, new: Option<Page>) -> Option<Page> {
        let old = self.live(s)?.set(page, new);
        let space = s;
        self.journal
            .log(|| Entry::Page(PageChange { space, page, old }));
        if [old, new]
            .into_iter()
            .flatten()
            .any(|p| p.permissions.execute)
        {
            self.drop_texts(s);
        }
        old
    }

    /// As [`Memory::set_page`] where frame and permissions stay: decoded text stays true.
    fn set_sharing(&mut self, s: SpaceId, page: u32, new: Page) {
        if let Some(space) = self.live(s) {
            let old = space.set(page, Some(new));
            let space = s;
            self.journal
                .log(|| Entry::Page(PageChange { space, page, old }));
        }
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Memory) -> bool {
        let Memory {
            frames,
            meta,
            free,
            spaces,
            reservations,
            texts: _,
            journal: _,
        } = self;
        *frames == other.frames
            && *free == other.free
            && *spaces == other.spaces
            && *reservations == other.reservations
            && meta.len() == other.meta.len()
            && (meta.iter().zip(&other.meta)).all(|(a, b)| a.references == b.references)
    }
}

impl Eq for Memory {}
