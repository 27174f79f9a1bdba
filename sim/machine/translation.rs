//! From a virtual address to bytes in frames, with permissions, and the reasons why not.

use crate::memory::{FrameId, Memory};
use crate::space::{Page, Sharing, SpaceId};

/// For what an address is used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AccessKind {
    /// Reading.
    Load,
    /// Writing; read-modify-write too.
    Store,
    /// Fetching an instruction.
    Execute,
}

/// Why a page could not be used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MissReason {
    /// Nothing is mapped there.
    NotMapped,
    /// The page may not be used for that.
    NotPermitted,
    /// It may, but must be copied first ([`Memory::copy_page`]).
    CopyOnWrite,
}

/// A page fault. Nothing has happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Miss {
    /// The first byte that could not be used.
    pub address: u32,
    /// For what.
    pub access: AccessKind,
    /// Why not.
    pub reason: MissReason,
}

/// What a tag of the cache is compared with: the page of a word, and that it is aligned.
const ALIGNED: u32 = 0xffff_f003;

/// The place of at most 4 bytes: in one frame, or from the end of one to the start of another.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// The page of the first byte.
    pub page: Page,
    /// The first byte's offset.
    pub offset: u32,
    /// The frame with the bytes after the page's end, if there are any.
    pub next: Option<FrameId>,
}

impl Memory {
    /// The page of `address` if it may be used so.
    pub(crate) fn translate(
        &self,
        s: SpaceId,
        address: u32,
        access: AccessKind,
    ) -> Result<Page, Miss> {
        let miss = |reason| Miss {
            address,
            access,
            reason,
        };
        let page = self
            .page(s, address >> 12)
            .ok_or(miss(MissReason::NotMapped))?;
        let permitted = match access {
            AccessKind::Load => page.permissions.read,
            AccessKind::Store => page.permissions.write,
            AccessKind::Execute => page.permissions.execute,
        };
        if !permitted {
            return Err(miss(MissReason::NotPermitted));
        }
        if access == AccessKind::Store && page.sharing == Sharing::CopyOnWrite {
            return Err(miss(MissReason::CopyOnWrite));
        }
        Ok(page)
    }

    /// The place of `size` bytes (1 to 4) if all of them may be used so. Addresses wrap at 2³².
    pub(crate) fn locate(
        &self,
        s: SpaceId,
        address: u32,
        size: u32,
        access: AccessKind,
    ) -> Result<Place, Miss> {
        let page = self.translate(s, address, access)?;
        let offset = address & 0xfff;
        let next = if offset + size > 4096 {
            let second = (address | 0xfff).wrapping_add(1);
            Some(self.translate(s, second, access)?.frame)
        } else {
            None
        };
        Ok(Place { page, offset, next })
    }

    /// The bytes at a place, little-endian.
    pub(crate) fn peek(&self, place: Place, size: u32) -> u32 {
        let (at, size) = (place.offset as usize, size as usize);
        let bytes = self.frame_bytes(place.page.frame);
        // The usual case: a whole word.
        if let (4, Some(word)) = (size, bytes[at..].first_chunk()) {
            return u32::from_le_bytes(*word);
        }
        let mut value = [0; 4];
        let here = size.min(4096 - at);
        value[..here].copy_from_slice(&bytes[at..at + here]);
        if let Some(next) = place.next {
            value[here..size].copy_from_slice(&self.frame_bytes(next)[..size - here]);
        }
        u32::from_le_bytes(value)
    }

    /// Stores the low `size` bytes of `value` at a place.
    pub(crate) fn put(&mut self, place: Place, size: u32, value: u32) {
        let bytes = value.to_le_bytes();
        let bytes = &bytes[..size as usize];
        let here = bytes.len().min((4096 - place.offset) as usize);
        self.poke(place.page.frame, place.offset, &bytes[..here]);
        if let Some(next) = place.next {
            self.poke(next, 0, &bytes[here..]);
        }
    }

    /// Checks `len` bytes from `address` on; wrapping past the end of memory is a miss at 0.
    fn check(&self, s: SpaceId, address: u32, len: usize, access: AccessKind) -> Result<(), Miss> {
        let mut done = 0usize;
        while done < len {
            let at = address.wrapping_add(done as u32);
            if at < address && done > 0 {
                return Err(Miss {
                    address: at,
                    access,
                    reason: MissReason::NotMapped,
                });
            }
            self.translate(s, at, access)?;
            done += 4096 - (at & 0xfff) as usize;
        }
        Ok(())
    }

    /// Copies bytes out of an address space, as the kernel does for a system call.
    ///
    /// # Errors
    /// The first byte that is not readable; `into` is then unchanged.
    pub fn read(&self, s: SpaceId, address: u32, into: &mut [u8]) -> Result<(), Miss> {
        self.check(s, address, into.len(), AccessKind::Load)?;
        let mut done = 0;
        while done < into.len() {
            let at = address.wrapping_add(done as u32);
            let page = self.translate(s, at, AccessKind::Load)?;
            let offset = (at & 0xfff) as usize;
            let part = (into.len() - done).min(4096 - offset);
            into[done..done + part]
                .copy_from_slice(&self.frame_bytes(page.frame)[offset..offset + part]);
            done += part;
        }
        Ok(())
    }

    /// Copies bytes into an address space, as the kernel does for a system call.
    ///
    /// # Errors
    /// The first byte that is not writable or must be copied first; memory is then unchanged.
    pub fn write(&mut self, s: SpaceId, address: u32, from: &[u8]) -> Result<(), Miss> {
        self.check(s, address, from.len(), AccessKind::Store)?;
        let mut done = 0;
        while done < from.len() {
            let at = address.wrapping_add(done as u32);
            let page = self.translate(s, at, AccessKind::Store)?;
            let offset = (at & 0xfff) as usize;
            let part = (from.len() - done).min(4096 - offset);
            self.poke(page.frame, offset as u32, &from[done..done + part]);
            done += part;
        }
        Ok(())
    }

    /// Reads a word, at any alignment.
    ///
    /// # Errors
    /// As [`Memory::read`].
    pub fn load_u32(&self, s: SpaceId, address: u32) -> Result<u32, Miss> {
        if let Some(word) = self.cached_word(s, address) {
            return Ok(u32::from_le_bytes(*word));
        }
        let place = self.locate(s, address, 4, AccessKind::Load)?;
        Ok(self.peek(place, 4))
    }

    /// Writes a word, at any alignment.
    ///
    /// # Errors
    /// As [`Memory::write`].
    pub fn store_u32(&mut self, s: SpaceId, address: u32, value: u32) -> Result<(), Miss> {
        // A store that a journal must know of takes the other road.
        if !self.journal.on
            && let Some(word) = self.cached_word_mut(s, address)
        {
            *word = value.to_le_bytes();
            return Ok(());
        }
        let place = self.locate(s, address, 4, AccessKind::Store)?;
        self.put(place, 4, value);
        Ok(())
    }

    /// The aligned word at an address that programs have read, if the cache still has its page.
    fn cached_word(&self, s: SpaceId, address: u32) -> Option<&[u8; 4]> {
        let entry = self.spaces.get(s.0 as usize)?.cache.read.entry(address);
        let hits = entry.tag == address & ALIGNED;
        let bytes = self.frames.get(entry.frame as usize).filter(|_| hits)?;
        bytes[(address & 0xffc) as usize..].first_chunk()
    }

    /// The same, to which programs have written, if stores to it need no thought.
    fn cached_word_mut(&mut self, s: SpaceId, address: u32) -> Option<&mut [u8; 4]> {
        let entry = self.spaces.get(s.0 as usize)?.cache.write.entry(address);
        let hits = entry.tag == address & ALIGNED;
        let bytes = self.frames.get_mut(entry.frame as usize).filter(|_| hits)?;
        bytes[(address & 0xffc) as usize..].first_chunk_mut()
    }
}
