//! Tests of the back end alone, on trees made by hand and by chance.
//!
//! * `build`: trees by hand
//! * `machine`: runs an image on the simulated hardware
//! * `model`: what a tree means, computed directly: the reference
//! * `chance`: random trees; machine and model must agree
//! * `linking`: names, sections, tables, diagnostics
//! * `limits`: deep trees, large functions, large frames

mod build;
mod chance;
mod limits;
mod linking;
mod machine;
mod model;
