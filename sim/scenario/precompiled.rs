//! A file of the C library as a typed tree: what `build.rs` writes and `library.rs` reads.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One file.
#[derive(Serialize, Deserialize)]
pub struct Precompiled<'a> {
    /// Its path in the library.
    pub path: &'a str,
    /// What it defines for others.
    pub defines: Vec<&'a str>,
    /// What it mentions of others, and of itself.
    pub mentions: Vec<&'a str>,
    /// The tree, in postcard's format: read only when it is needed.
    pub unit: &'a [u8],
}
