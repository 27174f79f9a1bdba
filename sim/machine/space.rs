//! An address space: a sorted list of pages, and a cache of translations in front of it.
//!
//! The cache (a soft TLB, direct-mapped, reads and writes apart) is what a load or store of the fast
//! path asks. An entry promises that *nothing but the bytes* has to be looked at: a write entry
//! exists only for a page that is writable and readable, not copy-on-write, not decoded as text and not
//! reserved by any hart. Whoever ends one of these conditions drops
//! the entry; `Memory` does.

use crate::memory::FrameId;
use alloc::vec::Vec;
use sim_abi::Permissions;

/// Names an address space.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SpaceId(pub u32);

/// To whom a page's stores are visible.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sharing {
    /// To this address space only.
    Private,
    /// To every address space that maps the frame.
    Shared,
    /// To this one only, but the frame still has other users: a store misses until
    /// [`crate::Memory::copy_page`].
    CopyOnWrite,
}

/// A mapped page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Page {
    /// Where its bytes are.
    pub frame: FrameId,
    /// What it may be used for.
    pub permissions: Permissions,
    /// Who sees stores to it.
    pub sharing: Sharing,
}

/// Entries of each half of the translation cache; a power of two.
const ENTRIES: usize = 64;
/// A tag that no address has, however it is masked: bit 11 is in the middle of the offset.
const NO_TAG: u32 = 0x800;

/// One cached translation.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The page's address.
    pub tag: u32,
    /// Its frame.
    pub frame: u32,
}

const EMPTY: Entry = Entry {
    tag: NO_TAG,
    frame: 0,
};

/// One half of the translation cache.
#[derive(Clone)]
pub(crate) struct Half {
    entries: [Entry; ENTRIES],
    shared: [bool; ENTRIES],
}

impl Half {
    /// The only entry that may be about `address`.
    #[inline(always)]
    pub fn entry(&self, address: u32) -> Entry {
        self.entries[(address >> 12) as usize % ENTRIES]
    }

    /// Whether the page of a hit is a shared mapping.
    #[inline(always)]
    pub fn shared(&self, address: u32) -> bool {
        self.shared[(address >> 12) as usize % ENTRIES]
    }

    fn fill(&mut self, page: u32, p: Page) {
        let i = page as usize % ENTRIES;
        self.entries[i] = Entry {
            tag: page << 12,
            frame: p.frame.0,
        };
        self.shared[i] = p.sharing == Sharing::Shared;
    }

    fn drop_page(&mut self, page: u32) {
        let e = &mut self.entries[page as usize % ENTRIES];
        if e.tag == page << 12 {
            *e = EMPTY;
        }
    }

    fn drop_frame(&mut self, frame: FrameId) {
        for e in &mut self.entries {
            if e.frame == frame.0 {
                *e = EMPTY;
            }
        }
    }
}

/// The translation cache of one address space.
#[derive(Clone)]
pub(crate) struct Cache {
    pub read: Half,
    pub write: Half,
}

impl Cache {
    const NEW: Cache = Cache {
        read: Half {
            entries: [EMPTY; ENTRIES],
            shared: [false; ENTRIES],
        },
        write: Half {
            entries: [EMPTY; ENTRIES],
            shared: [false; ENTRIES],
        },
    };

    /// Remembers a readable page.
    pub fn fill_read(&mut self, page: u32, p: Page) {
        self.read.fill(page, p);
    }

    /// Remembers a page to which stores need no further thought.
    pub fn fill_write(&mut self, page: u32, p: Page) {
        self.write.fill(page, p);
    }

    /// Forgets a page.
    pub fn drop_page(&mut self, page: u32) {
        self.read.drop_page(page);
        self.write.drop_page(page);
    }

    /// Stores to this frame need thought again.
    pub fn drop_writes_to(&mut self, frame: FrameId) {
        self.write.drop_frame(frame);
    }
}

/// An address space. A destroyed one keeps its index until it is used again.
#[derive(Clone)]
pub(crate) struct Space {
    /// Exists.
    pub alive: bool,
    /// Pages, sorted by number.
    table: Vec<(u32, Page)>,
    /// Derived from `table`, never compared.
    pub cache: Cache,
    /// The decoded text in use: index into `Memory`'s; 0 is the empty one. Derived too.
    pub text: u32,
    /// All decoded texts of this space.
    pub texts: Vec<u32>,
}

impl Space {
    /// An empty one.
    pub fn new() -> Space {
        Space {
            alive: true,
            table: Vec::new(),
            cache: Cache::NEW,
            text: 0,
            texts: Vec::new(),
        }
    }

    /// The page with this number.
    pub fn page(&self, page: u32) -> Option<Page> {
        let i = self.table.binary_search_by_key(&page, |e| e.0).ok()?;
        Some(self.table[i].1)
    }

    /// All pages, ascending.
    pub fn pages(&self) -> &[(u32, Page)] {
        &self.table
    }

    /// Changes the table; what was there before.
    pub fn set(&mut self, page: u32, new: Option<Page>) -> Option<Page> {
        self.cache.drop_page(page);
        match (self.table.binary_search_by_key(&page, |e| e.0), new) {
            (Ok(i), Some(new)) => Some(core::mem::replace(&mut self.table[i].1, new)),
            (Ok(i), None) => Some(self.table.remove(i).1),
            (Err(i), Some(new)) => {
                self.table.insert(i, (page, new));
                None
            }
            (Err(_), None) => None,
        }
    }
}

/// Equal if a program could not tell them apart; caches do not count.
impl PartialEq for Space {
    fn eq(&self, other: &Space) -> bool {
        let Space {
            alive,
            table,
            cache: _,
            text: _,
            texts: _,
        } = self;
        *alive == other.alive && *table == other.table
    }
}
