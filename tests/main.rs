//! The computer as a whole, through the command that people use. What is tested where:
//!
//!   * `scenarios.rs`   every scenario is run: what `[expect]` says, its whole report (snapshots in
//!     `snapshots/`), and the same bytes when it is run again;
//!   * `bad_input.rs`   malformed scenarios and programs: exit code 2, the right line and column;
//!   * `programs.rs`    the scenarios' C programs against the host's gcc: the same output;
//!   * `console.rs`     the command line itself: the blocks in `command/*.trycmd`.
//!
//! Tests of one part stand beside that part, in `sim/*`.

mod bad_input;
mod command;
mod console;
mod programs;
mod scenarios;
