//! Virtual memory: page faults, `brk`, `mmap` and their ends.
//!
//! An *area* is a promise (these addresses may be used like that); a *page* is made when it is first
//! touched (demand zero), or when a page shared since `fork` is first written (copy on write). The
//! page tables themselves are the machine's.
//!
//! Not here: the areas themselves (`space`), copies to and from programs (`user_memory`).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use sim_abi::EventKind;
use sim_abi::event::{Fault, PageFault};
use sim_abi::image::Permissions;
use sim_abi::layout::{
    HEAP_LIMIT, MMAP_BASE, MMAP_LIMIT, PAGE_SIZE, THREAD_HEAP_SIZE, THREAD_HEAPS, THREAD_STACKS,
};
use sim_abi::syscall::Errno;
use sim_machine::{FrameId, Miss, MissReason, Sharing, SpaceId};

use crate::space::{AddressSpace, Area, AreaKind, SharedObject};
use crate::thread::ThreadKey;
use crate::user_memory::{permits, refused};
use crate::world::{Mode, Notice, World};

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

    /// `brk`: moves the end of the heap, if it is where it is expected (0: wherever it is); refuses silently, as Linux does. Memory counts when it is touched.
    pub(crate) fn brk(&mut self, t: ThreadKey, wanted: u32, expected: u32) -> u32 {
        let p = self.threads[t].process;
        let space = &mut self.processes[p].space;
        if expected != 0 && expected != space.heap_end {
            return 0;
        }
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

    /// The heap that goes with a thread's stack, or the first such heap from an address on. It stays when its
    /// thread ends: its blocks may still be used, and the next thread with that stack takes it over. So
    /// addresses of blocks follow from those of stacks, and not from who allocates first.
    pub(crate) fn heap_of_thread(&mut self, t: ThreadKey, from: u32) -> u32 {
        let slot = self.threads[t].stack_slot;
        let space = &mut self.processes[self.threads[t].process].space;
        if from != 0 {
            let pages = from.max(THREAD_HEAPS).div_ceil(PAGE_SIZE)..THREAD_STACKS / PAGE_SIZE;
            let next = { pages.start < pages.end }.then(|| space.areas.range(pages).next());
            return next.flatten().map_or(0, |(start, _)| start * PAGE_SIZE);
        }
        let room = (THREAD_STACKS - THREAD_HEAPS) / THREAD_HEAP_SIZE;
        let Some(slot) = slot.filter(|slot| *slot < room) else {
            return 0;
        };
        let at = THREAD_HEAPS + slot * THREAD_HEAP_SIZE;
        if space.area_of(at / PAGE_SIZE).is_none() {
            space.add(at, THREAD_HEAP_SIZE, Permissions::RW, AreaKind::Heap);
        }
        at
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
        let space = self.processes[p].pid.0;
        self.notices.push(Notice::SpaceGone(space));
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
        let space = self.space_number(t);
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

fn protection_bits(protection: u32) -> Permissions {
    Permissions {
        read: protection & 1 != 0,
        write: protection & 2 != 0,
        execute: protection & 4 != 0,
    }
}
