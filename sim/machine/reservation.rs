//! Reservations of LR/SC (RISC-V unprivileged specification 20191213, section 8.2).
//!
//! A hart has at most one, of one word of a frame: so a store through any address space breaks it,
//! the kernel's too. The reservation belongs to whoever the registers belong to ([`crate::Registers::hart`]) and
//! survives a switch of threads. Deviation, allowed by the specification: the reservation set is
//! exactly the word, and an SC to another virtual address of the same word succeeds.

use crate::journal::Entry;
use crate::memory::{FrameId, Memory};
use crate::space::SpaceId;
use alloc::vec::Vec;

/// A reserved word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reservation {
    /// Whose.
    pub hart: u32,
    /// Through which address space.
    pub space: SpaceId,
    /// In which frame.
    pub frame: FrameId,
    /// Which word, 0 to 1023.
    pub word: u16,
}

impl Memory {
    /// The reservation of a hart.
    pub(crate) fn reservation(&self, hart: u32) -> Option<Reservation> {
        let i = self.reservations.binary_search_by_key(&hart, |r| r.hart);
        i.ok().map(|i| self.reservations[i])
    }

    /// Reserves or gives up.
    pub(crate) fn set_reservation(&mut self, hart: u32, new: Option<Reservation>) {
        let old = self.reservation(hart);
        if old != new {
            self.journal.log(|| Entry::Reservation { hart, old });
            self.replace_reservation(hart, new);
        }
    }

    /// As [`Memory::set_reservation`], without journal.
    pub(crate) fn replace_reservation(&mut self, hart: u32, new: Option<Reservation>) {
        let old = match (
            self.reservations.binary_search_by_key(&hart, |r| r.hart),
            new,
        ) {
            (Ok(i), Some(new)) => Some(core::mem::replace(&mut self.reservations[i], new)),
            (Ok(i), None) => Some(self.reservations.remove(i)),
            (Err(i), Some(new)) => {
                self.reservations.insert(i, new);
                None
            }
            (Err(_), None) => None,
        };
        if let Some(old) = old {
            self.meta[old.frame.0 as usize].reserved -= 1;
        }
        if let Some(new) = new {
            self.meta[new.frame.0 as usize].reserved += 1;
            self.drop_write_entries(new.space, new.frame);
        }
    }

    /// A hart's thread has ended, or its registers are replaced: it no longer reserves anything.
    pub fn forget_hart(&mut self, hart: u32) {
        self.set_reservation(hart, None);
    }

    /// A store to these words of a frame: nobody's reservation of them survives.
    pub(crate) fn break_reservations(&mut self, frame: FrameId, first: u16, last: u16) {
        self.break_where(|r| r.frame == frame && (first..=last).contains(&r.word));
    }

    /// The frame is freed.
    pub(crate) fn break_reservations_of_frame(&mut self, frame: FrameId) {
        if self.meta[frame.0 as usize].reserved > 0 {
            self.break_where(|r| r.frame == frame);
        }
    }

    fn break_where(&mut self, broken: impl Fn(&Reservation) -> bool) {
        let mut i = 0;
        while let Some(r) = self.reservations.get(i) {
            if broken(r) {
                self.set_reservation(r.hart, None);
            } else {
                i += 1;
            }
        }
    }

    /// A copy of a page is the same memory to its address space, with the same reservations.
    pub(crate) fn move_reservations(&mut self, s: SpaceId, from: FrameId, to: FrameId) {
        let moved = |r: &&Reservation| r.space == s && r.frame == from;
        let moved: Vec<Reservation> = self.reservations.iter().filter(moved).copied().collect();
        for r in moved {
            self.set_reservation(r.hart, Some(Reservation { frame: to, ..r }));
        }
    }
}
