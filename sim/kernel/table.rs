//! Copy on write: a table that is shared with its copies until one of them is changed. Copying a world's
//! small tables then costs one count each.
//!
//! A table also remembers a digest of itself, until somebody may change it: fingerprints ask for that of
//! every table after every step, and a step changes few.

use alloc::sync::Arc;
use core::ops::{Deref, DerefMut};

/// A value shared with its copies until it is written.
#[derive(Debug, Default)]
pub struct Table<T> {
    value: Arc<T>,
    digest: Option<u128>,
}

impl<T> Table<T> {
    /// Not shared yet.
    pub fn new(value: T) -> Table<T> {
        Table {
            value: Arc::new(value),
            digest: None,
        }
    }

    /// What [`Table::remember`] was told, if nobody has had the chance to change the value since.
    pub(crate) fn digest(&self) -> Option<u128> {
        self.digest
    }

    /// Remembers a digest of the value, and of what else only changes with [`Table::forget_digest`].
    pub(crate) fn remember(&mut self, digest: u128) {
        self.digest = Some(digest);
    }

    /// The digest is void.
    pub(crate) fn forget_digest(&mut self) {
        self.digest = None;
    }
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Table {
            value: Arc::clone(&self.value),
            digest: self.digest,
        }
    }

    fn clone_from(&mut self, source: &Self) {
        if !Arc::ptr_eq(&self.value, &source.value) {
            self.value = Arc::clone(&source.value);
        }
        self.digest = source.digest;
    }
}

impl<T> Deref for Table<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Clone> DerefMut for Table<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.digest = None;
        Arc::make_mut(&mut self.value)
    }
}
