//! Pictures as SVG: the cores' time line, memory maps, the wait-for graph.
//!
//! Text is text, colours are CSS variables with a light and a dark value, all numbers are integers: the
//! same input gives the same bytes. A picture stands alone (it follows `prefers-color-scheme`) and in a
//! page too, which may set the variables itself. No scripts, no fonts from elsewhere.
//!
//! Not here: finding out what to draw (`explore::moment`, `RunRecord`).

mod canvas;
mod memory;
mod ring;
mod timeline;
mod waits;

pub use memory::memory;
pub use timeline::{Window, timeline};
pub use waits::waits;
