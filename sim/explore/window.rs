//! Threads that wait in a loop: the places a thread has been in since it last wrote something, and what it
//! has read since. When it comes back to one of them it has learnt nothing, and will learn nothing until
//! something that it read is changed.

use alloc::vec::Vec;

use crate::footprint::Footprint;

/// What a thread has done since it last wrote.
#[derive(Clone, Debug, Default)]
pub struct Window {
    places: Vec<u128>,
    read: Footprint,
    is_closed: bool,
}

impl Window {
    /// It has made a step.
    pub fn step(&mut self, footprint: &Footprint, wrote: bool) {
        if wrote || footprint.writes() {
            *self = Window::default();
        } else {
            self.read.merge(footprint);
        }
    }

    /// It stands in this place: its registers, its stack.
    pub fn arrive(&mut self, place: u128) {
        self.is_closed = self.places.contains(&place);
        if !self.is_closed {
            self.places.push(place);
        }
    }

    /// It has been here before, and nothing has changed for it.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// It has not been anywhere.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Is something that it read changed by another thread's step?
    pub fn is_changed_by(&self, footprint: &Footprint) -> bool {
        self.read.conflicts(footprint)
    }
}
