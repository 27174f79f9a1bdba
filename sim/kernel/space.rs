//! The memory of a process as the kernel sees it: areas, each a range of pages with one purpose, and the
//! objects behind those that processes share.
//!
//! Not here: which pages exist (the machine's page tables), what makes and removes areas (`vm`).

use alloc::collections::{BTreeMap, BTreeSet};

use sim_abi::image::Permissions;
use sim_abi::layout::{
    MAIN_GUARD, MAIN_STACK_SIZE, MMAP_BASE, MMAP_LIMIT, PAGE_SIZE, STACK_SLOT, STACK_TOP,
    THREAD_HEAPS, THREAD_STACKS,
};
use sim_machine::{FrameId, SpaceId};

slotmap::new_key_type! {
    /// A shared memory object: anonymous memory that `fork` shares.
    pub struct SharedKey;
}

/// What an area is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaKind {
    /// A segment of the program; all its pages exist from the start.
    Image,
    /// Grows by `brk`; or a thread's own.
    Heap,
    /// The first thread's stack.
    MainStack,
    /// A thread's stack, by slot.
    ThreadStack(u32),
    /// `mmap`, private.
    Mapping {
        /// Where the program made it.
        made: u32,
        /// The mapping's page at the area's start.
        first: u32,
    },
    /// `mmap`, shared: which object, and the object's page at the area's start.
    Shared(SharedKey, u32),
}

/// A range of pages with one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// First page number.
    pub start: u32,
    /// One past the last page number.
    pub end: u32,
    /// What its pages may be used for.
    pub permissions: Permissions,
    /// What it is for.
    pub kind: AreaKind,
}

impl Area {
    /// Its shared object, if it has one.
    pub fn shared_key(&self) -> Option<SharedKey> {
        match self.kind {
            AreaKind::Shared(key, _) => Some(key),
            AreaKind::Image
            | AreaKind::Heap
            | AreaKind::MainStack
            | AreaKind::ThreadStack(_)
            | AreaKind::Mapping { .. } => None,
        }
    }
}

/// The memory of a process.
#[derive(Clone, Debug)]
pub struct AddressSpace {
    /// The machine's page table.
    pub id: SpaceId,
    /// Areas by first page; they do not overlap.
    pub areas: BTreeMap<u32, Area>,
    /// Where the heap starts.
    pub heap_start: u32,
    /// Where it ends now.
    pub heap_end: u32,
    /// Live heap blocks as the C library told: address, size.
    pub blocks: BTreeMap<u32, u32>,
    /// Blocks that were freed and not handed out again.
    pub freed: BTreeMap<u32, u32>,
    /// Thread-stack slots in use.
    pub stacks: BTreeSet<u32>,
}

impl AddressSpace {
    /// No areas yet.
    pub fn new(id: SpaceId) -> AddressSpace {
        AddressSpace {
            id,
            areas: BTreeMap::new(),
            heap_start: 0,
            heap_end: 0,
            blocks: BTreeMap::new(),
            freed: BTreeMap::new(),
            stacks: Default::default(),
        }
    }

    /// The area that contains a page.
    pub fn area_of(&self, page: u32) -> Option<&Area> {
        let (_, area) = self.areas.range(..=page).next_back()?;
        (page < area.end).then_some(area)
    }

    /// Adds an area of `size` bytes at a page-aligned address.
    pub fn add(&mut self, address: u32, size: u32, permissions: Permissions, kind: AreaKind) {
        let start = address / PAGE_SIZE;
        let end = start + size.div_ceil(PAGE_SIZE);
        let area = Area {
            start,
            end,
            permissions,
            kind,
        };
        assert!(!self.overlaps(start, end), "areas do not overlap");
        if start < end {
            self.areas.insert(start, area);
        }
    }

    pub(crate) fn overlaps(&self, start: u32, end: u32) -> bool {
        self.areas
            .range(..end)
            .next_back()
            .is_some_and(|(_, area)| area.end > start)
    }

    /// Is this address in the heap, or in that of a thread?
    pub(crate) fn is_heap(&self, address: u32) -> bool {
        (self.heap_start..self.heap_end).contains(&address)
            || (THREAD_HEAPS..THREAD_STACKS).contains(&address)
                && self.area_of(address / PAGE_SIZE).is_some()
    }

    /// Is this address in the guard of a stack?
    pub(crate) fn guards(&self, address: u32) -> bool {
        let bottom = STACK_TOP - MAIN_STACK_SIZE;
        if (bottom - MAIN_GUARD..bottom).contains(&address) {
            return true;
        }
        let Some(above) = address.checked_sub(THREAD_STACKS) else {
            return false;
        };
        above % STACK_SLOT < PAGE_SIZE && self.stacks.contains(&(above / STACK_SLOT))
    }

    /// The lowest room for a mapping of `size` bytes.
    pub(crate) fn find_room(&self, size: u32) -> Option<u32> {
        let mut at = MMAP_BASE;
        for area in self
            .areas
            .range(MMAP_BASE / PAGE_SIZE..MMAP_LIMIT / PAGE_SIZE)
            .map(|(_, a)| a)
        {
            if area.start * PAGE_SIZE - at >= size {
                break;
            }
            at = area.end * PAGE_SIZE;
        }
        (at.checked_add(size)? <= MMAP_LIMIT).then_some(at)
    }
}

/// Shared memory objects: frames by page, and how many areas map them.
#[derive(Clone, Debug, Default)]
pub struct SharedObjects {
    pub(crate) objects: slotmap::SlotMap<SharedKey, SharedObject>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct SharedObject {
    pub(crate) frames: BTreeMap<u32, FrameId>,
    /// How many areas map it.
    pub(crate) areas: u32,
    /// Where the program made it.
    pub(crate) made: u32,
}

impl SharedObjects {
    /// What an object is known by: its first frame, which it has from the start.
    pub(crate) fn first_frame(&self, key: SharedKey) -> u32 {
        let first = self.objects[key].frames.values().next();
        first.map_or(0, |frame| frame.0)
    }

    /// Where the program made this one.
    pub(crate) fn made(&self, key: SharedKey) -> u32 {
        self.objects[key].made
    }
}

/// Is this address in the heap, and the library's own: in no block, live or freed? Right behind a block
/// begins what only the allocator may touch: a string that is one byte too long is the program's mistake.
pub(crate) fn own_heap(space: &AddressSpace, address: u32, by_allocator: bool) -> bool {
    /// Bytes of the allocator's header before each block.
    const HEADER: u32 = 16;
    if !space.is_heap(address) {
        return false;
    }
    let margin = if by_allocator { 0 } else { HEADER };
    let near = |blocks: &BTreeMap<u32, u32>, margin: u32| {
        let below = blocks.range(..=address).next_back();
        below.is_some_and(|(block, size)| address - block < size.saturating_add(margin))
    };
    !near(&space.blocks, margin) && (by_allocator || !near(&space.freed, 0))
}
