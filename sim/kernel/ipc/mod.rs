//! Communication between processes: one file per means.

pub mod pipe;
