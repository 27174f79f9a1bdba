//! The C compiler: C source → program image, or diagnostics.
//!
//! [`mod@front`] reads one translation unit (preprocessor, parser, checker) into the typed tree of
//! [`tree`]; the back end turns trees into a linked image. Files come as a map from path to bytes,
//! so that nothing here touches the outside world.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod back;
pub mod front;
pub mod tree;

pub use front::{Files, Front, Options, front};
