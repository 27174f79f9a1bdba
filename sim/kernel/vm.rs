//! Virtual memory: areas of an address space, page faults, `brk`, `mmap`, copies to and from programs.
//!
//! An *area* is a promise (these addresses may be used like that); a *page* is made when it is first
//! touched (demand zero), or when a page shared since `fork` is first written (copy on write). The
//! page tables themselves are the machine's.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use sim_abi::event::{Fault, PageFault};
use sim_abi::image::Permissions;
use sim_abi::layout::{
    HEAP_LIMIT, MAIN_GUARD, MAIN_STACK_SIZE, MMAP_BASE, MMAP_LIMIT, PAGE_SIZE, STACK_SLOT,
    STACK_TOP, THREAD_STACKS,
};
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Location};
use sim_machine::{AccessKind, FrameId, Miss, MissReason, Sharing, SpaceId};

use crate::buffers::Buffer;
use crate::thread::ThreadKey;
use crate::world::{Mode, Notice, World};

slotmap::new_key_type! {
    /// A shared memory object: anonymous memory that `fork` shares.
    pub struct SharedKey;
}

/// What an area is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaKind {
    /// A segment of the program; all its pages exist from the start.
    Image,
    /// Grows by `brk`.
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
    pub stacks: alloc::collections::BTreeSet<u32>,
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

    /// Is this address in the guard of a stack?
    fn guards(&self, address: u32) -> bool {
        let bottom = STACK_TOP - MAIN_STACK_SIZE;
        if (bottom - MAIN_GUARD..bottom).contains(&address) {
            return true;
        }
        let Some(above) = address.checked_sub(THREAD_STACKS) else {
            return false;
        };
        above % STACK_SLOT < PAGE_SIZE && self.stacks.contains(&(above / STACK_SLOT))
    }
}

/// Shared memory objects: frames by page, and how many areas map them.
#[derive(Clone, Debug, Default)]
pub struct SharedObjects {
    objects: slotmap::SlotMap<SharedKey, SharedObject>,
}

#[derive(Clone, Debug, Default)]
struct SharedObject {
    frames: BTreeMap<u32, FrameId>,
    areas: u32,
    /// Where the program made it.
    made: u32,
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

impl World {
    /// Serves a page fault of a thread.
    ///
    /// # Errors
    /// The fault, if the program must not touch that address like that.
    pub(crate) fn page_fault(&mut self, t: ThreadKey, miss: Miss) -> Result<(), Fault> {
        let p = self.threads[t].process;
        let space = &self.processes[p].space;
        let id = space.id;
        let page = miss.address / PAGE_SIZE;
        let area = match space.area_of(page) {
            Some(area) if permits(area.permissions, miss.access) => *area,
            Some(_) => return Err(refused(miss)),
            None if space.guards(miss.address) => return Err(Fault::StackOverflow(miss.address)),
            None => return Err(refused(miss)),
        };
        let why = match miss.reason {
            MissReason::NotPermitted => return Err(refused(miss)),
            MissReason::CopyOnWrite => {
                if self.memory.copy_page(id, page) {
                    self.charge(self.config.cost.page_copy);
                }
                PageFault::Copy
            }
            MissReason::NotMapped => {
                self.make_page(id, page, &area);
                PageFault::Zero
            }
        };
        self.charge(self.config.cost.page_fault);
        let resident = self.memory.resident(id);
        let account = &mut self.processes[p].account;
        account.page_faults += 1;
        account.pages_max = account.pages_max.max(resident);
        if self.memory.frames_in_use() > self.config.limits.pages {
            self.limit = Some("memory");
        }
        self.tell(
            t,
            EventKind::PageFault {
                address: miss.address,
                why,
            },
        );
        Ok(())
    }

    fn make_page(&mut self, id: SpaceId, page: u32, area: &Area) {
        if let AreaKind::Shared(key, first) = area.kind {
            let object = &mut self.shared.objects[key];
            let memory = &mut self.memory;
            let frame = *object
                .frames
                .entry(first + (page - area.start))
                .or_insert_with(|| memory.new_frame());
            memory.retain(frame);
            memory.map(id, page, frame, area.permissions, Sharing::Shared);
        } else {
            let frame = self.memory.new_frame();
            self.memory
                .map(id, page, frame, area.permissions, Sharing::Private);
        }
    }

    /// Copies bytes out of a program's memory, as the kernel does for a system call: page faults are
    /// served, the access is told.
    ///
    /// # Errors
    /// The fault, if the program could not have read them itself.
    pub(crate) fn copy_in(
        &mut self,
        t: ThreadKey,
        address: u32,
        size: u32,
    ) -> Result<Vec<u8>, Fault> {
        // First: a program may name sizes that nobody has room for.
        self.touch(t, address, size, AccessKind::Load)?;
        let mut bytes = vec![0; size as usize];
        let id = self.space_of(t);
        self.memory
            .read(id, address, &mut bytes)
            .expect("touched pages can be read");
        self.note_copy(t, address, &bytes, false);
        Ok(bytes)
    }

    /// Copies bytes into a program's memory; the twin of [`World::copy_in`].
    pub(crate) fn copy_out(
        &mut self,
        t: ThreadKey,
        address: u32,
        bytes: &[u8],
    ) -> Result<(), Fault> {
        self.touch(t, address, bytes.len() as u32, AccessKind::Store)?;
        let id = self.space_of(t);
        self.memory
            .write(id, address, bytes)
            .expect("touched pages can be written");
        self.note_copy(t, address, bytes, true);
        Ok(())
    }

    /// Reads a word of a synchronisation object: the kernel's own business, no access of the program.
    pub(crate) fn load_word(&mut self, t: ThreadKey, address: u32) -> Result<u32, Fault> {
        self.touch(t, address, 4, AccessKind::Load)?;
        let id = self.space_of(t);
        Ok(self
            .memory
            .load_u32(id, address)
            .expect("touched pages can be read"))
    }

    /// Reads a word without serving page faults: an untouched page reads as zeros.
    pub(crate) fn peek_word(&self, t: ThreadKey, address: u32) -> u32 {
        self.memory.load_u32(self.space_of(t), address).unwrap_or(0)
    }

    /// Writes a word of a synchronisation object.
    pub(crate) fn store_word(
        &mut self,
        t: ThreadKey,
        address: u32,
        value: u32,
    ) -> Result<(), Fault> {
        self.touch(t, address, 4, AccessKind::Store)?;
        let id = self.space_of(t);
        self.memory
            .store_u32(id, address, value)
            .expect("touched pages can be written");
        Ok(())
    }

    /// Copies a NUL-terminated string of at most `max` bytes out of a program's memory.
    pub(crate) fn copy_string(
        &mut self,
        t: ThreadKey,
        address: u32,
        max: u32,
    ) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        while (bytes.len() as u32) < max {
            let at = address.wrapping_add(bytes.len() as u32);
            self.touch(t, at, 1, AccessKind::Load)?;
            let mut byte = [0];
            let id = self.space_of(t);
            self.memory
                .read(id, at, &mut byte)
                .expect("touched pages can be read");
            if byte[0] == 0 {
                break;
            }
            bytes.push(byte[0]);
        }
        self.note_copy(t, address, &bytes, false);
        Ok(bytes)
    }

    /// Makes sure that a range can be accessed.
    pub(crate) fn touch(
        &mut self,
        t: ThreadKey,
        address: u32,
        size: u32,
        access: AccessKind,
    ) -> Result<(), Fault> {
        if size == 0 {
            return Ok(());
        }
        self.effort(size);
        let last = address.checked_add(size - 1).ok_or_else(|| {
            refused(Miss {
                address,
                access,
                reason: MissReason::NotMapped,
            })
        })?;
        let id = self.space_of(t);
        for page in address / PAGE_SIZE..=last / PAGE_SIZE {
            let at = address.max(page * PAGE_SIZE);
            let mapped = self.memory.page(id, page);
            let reason = match mapped {
                None => MissReason::NotMapped,
                Some(p) if !permits(p.permissions, access) => MissReason::NotPermitted,
                Some(p) if access == AccessKind::Store && p.sharing == Sharing::CopyOnWrite => {
                    MissReason::CopyOnWrite
                }
                Some(_) => continue,
            };
            self.page_fault(
                t,
                Miss {
                    address: at,
                    access,
                    reason,
                },
            )?;
        }
        Ok(())
    }

    /// The place in memory behind an address, the same for all who can touch it.
    pub fn location(&self, t: ThreadKey, address: u32) -> Location {
        let id = self.space_of(t);
        match self.memory.page(id, address / PAGE_SIZE) {
            Some(page) if page.sharing == Sharing::Shared => Location::Shared {
                frame: page.frame.0,
                offset: address % PAGE_SIZE,
            },
            _ => Location::Private {
                space: id.0,
                address,
            },
        }
    }

    pub(crate) fn space_of(&self, t: ThreadKey) -> SpaceId {
        self.processes[self.threads[t].process].space.id
    }

    fn note_copy(&mut self, t: ThreadKey, address: u32, bytes: &[u8], write: bool) {
        let pc = self.exact_place(t);
        let buffer = Buffer {
            address,
            size: bytes.len() as u32,
            write,
        };
        let mut notices = core::mem::take(&mut self.notices);
        self.copies(t, pc, buffer, |mut copy| {
            let mut word = [0; 4];
            let at = (copy.address - address) as usize;
            let head = &bytes[at..][..copy.size.min(4) as usize];
            word[..head.len()].copy_from_slice(head);
            copy.value = u32::from_le_bytes(word);
            notices.push(Notice::Access(copy));
        });
        self.notices = notices;
    }

    /// Is an access by the instruction at `pc` the C library's own business: its data, or the heap
    /// outside of live blocks?
    pub(crate) fn is_internal(&self, t: ThreadKey, pc: u32, address: u32) -> bool {
        let process = &self.processes[self.threads[t].process];
        let Some(image) = &process.image else {
            return false;
        };
        image.library_text.contains(&pc)
            && (image.library_data.contains(&address)
                || own_heap(&process.space, address, image.allocator_text.contains(&pc)))
    }

    /// `brk`: moves the end of the heap; refuses silently, as Linux does. Memory counts when it is touched.
    pub(crate) fn brk(&mut self, t: ThreadKey, wanted: u32) -> u32 {
        let p = self.threads[t].process;
        let space = &mut self.processes[p].space;
        if wanted < space.heap_start || wanted > HEAP_LIMIT {
            return space.heap_end;
        }
        let start = space.heap_start / PAGE_SIZE;
        let end = wanted.div_ceil(PAGE_SIZE);
        let old_end = space.heap_end.div_ceil(PAGE_SIZE);
        let id = space.id;
        space.heap_end = wanted;
        space.areas.remove(&start);
        if end > start {
            let heap = Area {
                start,
                end,
                permissions: Permissions::RW,
                kind: AreaKind::Heap,
            };
            space.areas.insert(start, heap);
        }
        self.memory.unmap_all(id, end..old_end);
        wanted
    }

    /// `mmap`: anonymous, private or shared.
    pub(crate) fn mmap(
        &mut self,
        t: ThreadKey,
        [address, length, protection, flags]: [u32; 4],
    ) -> Result<u32, Errno> {
        const SHARED: u32 = 1;
        const FIXED: u32 = 0x10;
        const ANONYMOUS: u32 = 0x20;
        if length == 0 || flags & 3 == 0 {
            return Err(Errno::EINVAL);
        }
        if flags & ANONYMOUS == 0 {
            return Err(Errno::ENOSYS);
        }
        let size = length
            .checked_next_multiple_of(PAGE_SIZE)
            .ok_or(Errno::ENOMEM)?;
        if flags & FIXED != 0 {
            let end = address.checked_add(size).ok_or(Errno::ENOMEM)?;
            if !address.is_multiple_of(PAGE_SIZE) || address < MMAP_BASE || end > MMAP_LIMIT {
                return Err(Errno::EINVAL);
            }
            self.munmap(t, address, size)?;
        }
        let p = self.threads[t].process;
        self.effort_of_search(self.processes[p].space.areas.len());
        let at = match flags & FIXED {
            0 => self.processes[p]
                .space
                .find_room(size)
                .ok_or(Errno::ENOMEM)?,
            _ => address,
        };
        let place = self.threads[t]
            .call_pc
            .map_or(0, |pc| self.program_place(t, pc));
        let kind = match flags & SHARED {
            0 => AreaKind::Mapping {
                made: place,
                first: 0,
            },
            _ => {
                let object = SharedObject {
                    frames: self.early_frames(size / PAGE_SIZE),
                    areas: 1,
                    made: place,
                };
                AreaKind::Shared(self.shared.objects.insert(object), 0)
            }
        };
        self.processes[p]
            .space
            .add(at, size, protection_bits(protection), kind);
        self.tell_reused(t, at, size);
        Ok(at)
    }

    /// The frames of a shared object that it has from the start. Under choices a word of shared memory is
    /// known by its frame: that must not depend on who touches it first.
    fn early_frames(&mut self, pages: u32) -> BTreeMap<u32, FrameId> {
        const PAGES_MAX: u32 = 1024;
        match self.mode {
            Mode::Clock => BTreeMap::new(),
            Mode::Choices => (0..pages.min(PAGES_MAX))
                .map(|page| (page, self.memory.new_frame()))
                .collect(),
        }
    }

    /// `munmap`: what lies in the range goes; areas are split.
    pub(crate) fn munmap(&mut self, t: ThreadKey, address: u32, length: u32) -> Result<(), Errno> {
        let size = length
            .checked_next_multiple_of(PAGE_SIZE)
            .ok_or(Errno::EINVAL)?;
        let end = address.checked_add(size).ok_or(Errno::EINVAL)?;
        if !address.is_multiple_of(PAGE_SIZE) || length == 0 {
            return Err(Errno::EINVAL);
        }
        let p = self.threads[t].process;
        self.remove_areas(p, address / PAGE_SIZE..end / PAGE_SIZE);
        self.effort((size / PAGE_SIZE).saturating_mul(64));
        self.tell_reused(t, address, size);
        Ok(())
    }

    /// Removes what lies in a range of pages; areas are split.
    pub(crate) fn remove_areas(
        &mut self,
        p: crate::process::ProcessKey,
        pages: core::ops::Range<u32>,
    ) {
        self.split(p, pages.start);
        self.split(p, pages.end);
        let areas = self.processes[p].space.areas.range(pages);
        let starts: Vec<u32> = areas.map(|(start, _)| *start).collect();
        for start in starts {
            self.remove_area(p, start);
        }
    }

    /// `mprotect`: changes what the pages of a range may be used for.
    pub(crate) fn mprotect(
        &mut self,
        t: ThreadKey,
        address: u32,
        length: u32,
        protection: u32,
    ) -> Result<(), Errno> {
        let size = length
            .checked_next_multiple_of(PAGE_SIZE)
            .ok_or(Errno::EINVAL)?;
        let end = address.checked_add(size).ok_or(Errno::EINVAL)?;
        if !address.is_multiple_of(PAGE_SIZE) {
            return Err(Errno::EINVAL);
        }
        let p = self.threads[t].process;
        self.split(p, address / PAGE_SIZE);
        self.split(p, end / PAGE_SIZE);
        let permissions = protection_bits(protection);
        let space = &mut self.processes[p].space;
        let id = space.id;
        for (_, area) in space.areas.range_mut(address / PAGE_SIZE..end / PAGE_SIZE) {
            area.permissions = permissions;
        }
        let pages: Vec<u32> = self.memory.pages(id).map(|(page, _)| page).collect();
        for page in pages {
            if (address / PAGE_SIZE..end / PAGE_SIZE).contains(&page) {
                self.memory.protect(id, page, permissions);
            }
        }
        Ok(())
    }

    /// Makes `page` the border of two areas, if it is inside one.
    fn split(&mut self, p: crate::process::ProcessKey, page: u32) {
        let space = &mut self.processes[p].space;
        let Some(area) = space.area_of(page).copied().filter(|a| a.start < page) else {
            return;
        };
        let mut upper = Area {
            start: page,
            ..area
        };
        let below = page - area.start;
        match &mut upper.kind {
            AreaKind::Shared(key, first) => {
                *first += below;
                self.shared.objects[*key].areas += 1;
            }
            AreaKind::Mapping { first, .. } => *first += below,
            AreaKind::Image | AreaKind::Heap | AreaKind::MainStack | AreaKind::ThreadStack(_) => {}
        }
        space.areas.insert(area.start, Area { end: page, ..area });
        space.areas.insert(page, upper);
    }

    /// Removes an area and its pages.
    fn remove_area(&mut self, p: crate::process::ProcessKey, start: u32) {
        let space = &mut self.processes[p].space;
        let id = space.id;
        let Some(area) = space.areas.remove(&start) else {
            return;
        };
        self.memory.unmap_all(id, area.start..area.end);
        self.release_shared(&area);
    }

    fn release_shared(&mut self, area: &Area) {
        if let AreaKind::Shared(key, _) = area.kind {
            self.shared.objects[key].areas -= 1;
            if self.shared.objects[key].areas == 0 {
                let object = self
                    .shared
                    .objects
                    .remove(key)
                    .expect("a mapped object exists");
                for frame in object.frames.into_values() {
                    self.memory.release(frame);
                }
            }
        }
    }

    /// All of a process's memory goes.
    pub(crate) fn drop_space(&mut self, p: crate::process::ProcessKey) {
        let areas = core::mem::take(&mut self.processes[p].space.areas);
        let id = self.processes[p].space.id;
        self.memory.destroy_space(id);
        for area in areas.values() {
            self.release_shared(area);
        }
        self.notices.push(Notice::SpaceGone(id.0));
    }

    /// A copy of a process's memory for its child: private pages are copied on write.
    pub(crate) fn fork_memory(&mut self, p: crate::process::ProcessKey) -> AddressSpace {
        let parent = &self.processes[p].space;
        let child = AddressSpace {
            id: self.memory.fork_space(parent.id),
            ..parent.clone()
        };
        for area in child.areas.values() {
            if let AreaKind::Shared(key, _) = area.kind {
                self.shared.objects[key].areas += 1;
            }
        }
        child
    }

    pub(crate) fn tell_reused(&mut self, t: ThreadKey, address: u32, size: u32) {
        let space = self.space_of(t).0;
        self.tell(
            t,
            EventKind::MemoryReused {
                space,
                address,
                size,
            },
        );
    }
}

impl AddressSpace {
    /// The lowest room for a mapping of `size` bytes.
    fn find_room(&self, size: u32) -> Option<u32> {
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

/// Is this address in the heap, and the library's own: in no block, live or freed? Right behind a block
/// begins what only the allocator may touch: a string that is one byte too long is the program's mistake.
pub(crate) fn own_heap(space: &AddressSpace, address: u32, by_allocator: bool) -> bool {
    /// Bytes of the allocator's header before each block.
    const HEADER: u32 = 16;
    if !(space.heap_start..space.heap_end).contains(&address) {
        return false;
    }
    let margin = if by_allocator { 0 } else { HEADER };
    let near = |blocks: &BTreeMap<u32, u32>, margin: u32| {
        let below = blocks.range(..=address).next_back();
        below.is_some_and(|(block, size)| address - block < size.saturating_add(margin))
    };
    !near(&space.blocks, margin) && (by_allocator || !near(&space.freed, 0))
}

fn permits(permissions: Permissions, access: AccessKind) -> bool {
    match access {
        AccessKind::Load => permissions.read,
        AccessKind::Store => permissions.write,
        AccessKind::Execute => permissions.execute,
    }
}

fn refused(miss: Miss) -> Fault {
    match miss.access {
        AccessKind::Load => Fault::Load(miss.address),
        AccessKind::Store => Fault::Store(miss.address),
        AccessKind::Execute => Fault::Execute(miss.address),
    }
}

fn protection_bits(protection: u32) -> Permissions {
    Permissions {
        read: protection & 1 != 0,
        write: protection & 2 != 0,
        execute: protection & 4 != 0,
    }
}
