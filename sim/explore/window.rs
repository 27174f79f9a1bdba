//! Threads that wait in a loop: the places a thread has been in since it last wrote something, and what it
//! has read since. When it comes back to one of them it has learnt nothing, and will learn nothing until
//! something that it read is changed.
//!
//! A list whose tail is shared with the windows of the states before: a step adds one place.

use alloc::rc::Rc;

use crate::footprint::Footprint;

/// What a thread has done since it last wrote.
#[derive(Clone, Debug, Default)]
pub struct Window {
    last: Option<Rc<Place>>,
    is_closed: bool,
}

/// Where a thread has been.
#[derive(Debug)]
struct Place {
    /// Its registers, its stack.
    place: u128,
    /// What it touched on the way there from the place before.
    read: Option<Rc<Footprint>>,
    before: Option<Rc<Place>>,
}

/// One after the other: a long list would need too much stack.
impl Drop for Place {
    fn drop(&mut self) {
        let mut next = self.before.take();
        while let Some(mut place) = next.and_then(Rc::into_inner) {
            next = place.before.take();
        }
    }
}

impl Window {
    /// It has made a step, and stands in this place now.
    pub fn step(&mut self, footprint: &Rc<Footprint>, wrote: bool, place: u128) {
        if wrote || footprint.writes() {
            *self = Window::starting(place);
            return;
        }
        let is_known = self.places().any(|known| known.place == place);
        self.is_closed = is_known;
        self.last = Some(Rc::new(Place {
            place,
            read: Some(footprint.clone()),
            before: self.last.take(),
        }));
    }

    /// It stands in this place, and nothing before that matters any more.
    pub fn starting(place: u128) -> Window {
        Window {
            last: Some(Rc::new(Place {
                place,
                read: None,
                before: None,
            })),
            is_closed: false,
        }
    }

    /// It has been here before, and nothing has changed for it.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// It has not been anywhere.
    pub fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// Is something that it read changed by another thread's step?
    pub fn is_changed_by(&self, footprint: &Footprint) -> bool {
        let mut read = self.places().filter_map(|place| place.read.as_ref());
        read.any(|read| read.conflicts(footprint))
    }

    fn places(&self) -> impl Iterator<Item = &Place> {
        core::iter::successors(self.last.as_deref(), |place| place.before.as_deref())
    }
}
