//! The slow road of a store: journal, reservations and decoded text are kept true.

use crate::journal::{Change, Entry};
use crate::memory::{FrameId, Memory};
use crate::space::{Sharing, SpaceId};

impl Memory {
    /// Stores bytes into one frame; all of them must lie in it.
    pub(crate) fn poke(&mut self, frame: FrameId, offset: u32, bytes: &[u8]) {
        let start = offset as usize;
        let Some(data) = self.frames.get_mut(frame.0 as usize) else {
            return;
        };
        if bytes.is_empty() {
            return;
        }
        let (first, last) = (start / 4, (start + bytes.len() - 1) / 4);
        if self.journal.on {
            for word in first..=last {
                let old = word_of(data, word);
                let word = word as u16;
                self.journal
                    .log(|| Entry::Word(Change { frame, word, old }));
            }
        }
        data[start..start + bytes.len()].copy_from_slice(bytes);
        let meta = self.meta[frame.0 as usize];
        if meta.reserved > 0 {
            self.break_reservations(frame, first as u16, last as u16);
        }
        if meta.texts > 0 {
            self.patch_texts(frame, first as u16, last as u16);
        }
    }

    /// Puts a word back, for the journal.
    pub(crate) fn set_word(&mut self, frame: FrameId, word: u16, value: u32) {
        let at = usize::from(word) * 4;
        self.frames[frame.0 as usize][at..at + 4].copy_from_slice(&value.to_le_bytes());
        if self.meta[frame.0 as usize].texts > 0 {
            self.patch_texts(frame, word, word);
        }
    }

    /// After a load that missed the cache: the next one of this page hits.
    pub(crate) fn cache_read(&mut self, s: SpaceId, address: u32) {
        let page = address >> 12;
        if let Some(p) = self.page(s, page).filter(|p| p.permissions.read) {
            self.spaces[s.0 as usize].cache.fill_read(page, p);
        }
    }

    /// After a store that missed the cache: the next one of this page hits, if nothing has to be
    /// looked at then.
    pub(crate) fn cache_write(&mut self, s: SpaceId, address: u32) {
        let page = address >> 12;
        let Some(p) = self.page(s, page) else {
            return;
        };
        let meta = &mut self.meta[p.frame.0 as usize];
        if p.permissions.read
            && p.permissions.write
            && p.sharing != Sharing::CopyOnWrite
            && meta.reserved == 0
            && meta.texts == 0
        {
            meta.write_cached = true;
            self.spaces[s.0 as usize].cache.fill_write(page, p);
        }
    }

    /// Stores to this frame, which `s` maps, must take the slow road from now on.
    pub(crate) fn drop_write_entries(&mut self, s: SpaceId, frame: FrameId) {
        let meta = &mut self.meta[frame.0 as usize];
        if !core::mem::take(&mut meta.write_cached) {
            return;
        }
        // A page holds a reference: with only one, nobody else maps the frame.
        let alone = meta.references == 1;
        let skipped = if alone { s.0 as usize } else { 0 };
        let wanted = if alone { 1 } else { self.spaces.len() };
        for space in self.spaces.iter_mut().skip(skipped).take(wanted) {
            space.cache.drop_writes_to(frame);
        }
    }
}

/// A word of a frame.
pub(crate) fn word_of(bytes: &[u8; 4096], word: usize) -> u32 {
    let at = (word & 1023) * 4;
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
