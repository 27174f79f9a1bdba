//! A scenario file → a world's [`Config`](sim_kernel::Config), or diagnostics.
//!
//! Two steps, so that nothing here touches the outside world:
//!   1. [`parse`] reads the TOML text and says which program files it needs ([`Document::sources`]);
//!   2. somebody reads those files (and what they include, see [`includes`]);
//!   3. [`build`] compiles the programs and returns a [`Scenario`].
//!
//! Every mistake is reported in one go, with line and column: syntax (`document.rs`), unknown keys and
//! wrong types (`conform.rs`, from the one table of keys in `keys.rs`), values that do not fit
//! together (`read.rs`), missing programs (`assemble.rs`), mistakes in the C itself (`compile.rs`).
//!
//! Not here: reading files (`cli`), the meaning of the values (`kernel`).
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod assemble;
mod compile;
mod conform;
mod document;
mod include;
mod keys;
mod library;
mod names;
mod path;
mod precompiled;
mod read;
mod schema;
mod suggest;
mod text;

#[cfg(test)]
mod tests;

pub use assemble::{Scenario, build, program};
pub use compile::{Compiled, Compiler, Options};
pub use document::{CheckOptions, Document, Expect, parse};
pub use include::includes;
pub use path::join;
pub use schema::schema;
pub use sim_cc::Files;
