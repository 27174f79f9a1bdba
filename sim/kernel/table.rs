//! Copy on write: a table that is shared with its copies until one of them is changed. Copying a world's
//! small tables then costs one count each.

use alloc::sync::Arc;
use core::ops::{Deref, DerefMut};

/// A value shared with its copies until it is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table<T>(Arc<T>);

impl<T> Table<T> {
    /// Not shared yet.
    pub fn new(value: T) -> Table<T> {
        Table(Arc::new(value))
    }
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Table(Arc::clone(&self.0))
    }

    fn clone_from(&mut self, source: &Self) {
        if !Arc::ptr_eq(&self.0, &source.0) {
            self.0 = Arc::clone(&source.0);
        }
    }
}

impl<T> Deref for Table<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Table<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}
