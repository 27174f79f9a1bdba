//! Programs' memory, read and written by the kernel for them: arguments and results of system calls, and the
//! bytes of synchronisation objects. Page faults on the way are served as the program's own are.
//!
//! Not here: mappings and page faults themselves (`vm`).

use alloc::vec;
use alloc::vec::Vec;

use sim_abi::Location;
use sim_abi::event::Fault;
use sim_abi::image::Permissions;
use sim_abi::layout::PAGE_SIZE;
use sim_machine::{AccessKind, Miss, MissReason, Sharing, SpaceId};

use crate::buffers::Buffer;
use crate::space::own_heap;
use crate::thread::ThreadKey;
use crate::world::{Notice, World};

impl World {
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
        let id = self.space_of(t);
        if let Ok(word) = self.memory.load_u32(id, address) {
            return Ok(word);
        }
        self.touch(t, address, 4, AccessKind::Load)?;
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
        let id = self.space_of(t);
        if self.memory.store_u32(id, address, value).is_ok() {
            return Ok(());
        }
        self.touch(t, address, 4, AccessKind::Store)?;
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
        let bytes = self.read_string(t, address, max)?;
        self.note_copy(t, address, &bytes, false);
        Ok(bytes)
    }

    /// The same for a text that only people read: no access of the program's.
    pub(crate) fn read_string(
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
                space: self.space_number(t),
                address,
            },
        }
    }

    /// What a private address space is called outside: its process's pid. The machine's own number comes back
    /// for another process, and which one gets which depends on the order of things.
    pub(crate) fn space_number(&self, t: ThreadKey) -> u32 {
        self.threads[t].pid.0
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
}

/// Do a page's permissions allow this use?
pub(crate) fn permits(permissions: Permissions, access: AccessKind) -> bool {
    match access {
        AccessKind::Load => permissions.read,
        AccessKind::Store => permissions.write,
        AccessKind::Execute => permissions.execute,
    }
}

/// What a program dies of that used an address so.
pub(crate) fn refused(miss: Miss) -> Fault {
    match miss.access {
        AccessKind::Load => Fault::Load(miss.address),
        AccessKind::Store => Fault::Store(miss.address),
        AccessKind::Execute => Fault::Execute(miss.address),
    }
}
