//! Values → text: diagnostics, the report of a run, JSON, explanations, a program's dump; and pictures.
//!
//! Everything a person reads is made here, and only made: nothing is printed. Plain by default; a
//! [`Style`] colours it. Names and source lines, never bare numbers.
//!
//! Not here: finding anything out (`detect`, `explore`), terminals (`cli`).
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod check;
mod columns;
mod diagnostics;
mod dump;
mod event;
mod explain;
mod finding;
mod json;
mod processes;
mod registers;
mod run;
mod signal;
mod style;
pub mod svg;
mod syscall;
mod threads;
mod trace;

#[cfg(test)]
mod tests;

pub use check::{CheckHeading, check, check_json};
pub use diagnostics::{Sources, diagnostics};
pub use dump::{disassembly, dump};
pub use explain::{TOPICS, explain};
pub use json::json;
pub use registers::registers;
pub use run::{Heading, Part, parts, run, write};
pub use style::Style;
pub use trace::line_words;
