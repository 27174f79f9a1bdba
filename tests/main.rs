//! The computer as a whole, through the command that people use. What is tested where:
//!
//!   * `check.rs`         every interleaving: exact numbers of executions and states, strategies that agree, replays;
//!   * `scenarios.rs`     every scenario is run: what `[expect]` says, its whole report (snapshots in
//!     `snapshots/`), times that add up, and the same bytes when it is run again;
//!   * `programs.rs`      small C programs with what must come out of them in their first lines (`programs/`),
//!     and the host's gcc beside;
//!   * `corners.rs`       the corners of C beside the host's gcc (`corners/`);
//!   * `random_c.rs`     random C programs beside the host's gcc;
//!   * `schedules.rs`     round-robin on paper, worked out by hand;
//!   * `lockstep.rs`      several cores at once: the fast road and tick by tick are the same run;
//!   * `keys.rs`          what the keys of a scenario do; exit codes; the keys of the JSON;
//!   * `bad_input.rs`     malformed scenarios and programs: exit code 2, the right line and column;
//!   * `findings.rs`      small programs with all that is said of them by `run` and `check`, and nothing else;
//!   * `elf.rs`           ELF files that `sim build` writes, run here and in qemu;
//!   * `book.rs`          every page of the book: what its blocks claim about runs;
//!   * `pages.rs`         what its pages say beside their blocks: links, parts, every key, flag and header;
//!   * `console.rs`       the command line itself: the blocks in `command/*.trycmd`, the README and the book;
//!   * `truth.rs`         deadlocks: in every interleaving of random programs, reported means dead for ever;
//!   * `hostile.rs`       programs that mean no good: a verdict, never a panic; and no false alarms;
//!   * `mutations.rs`      scenarios, C sources and ELF files with a few changes: an exit code, never a panic;
//!   * `architecture.rs`  ARCHITECTURE.md is true.
//!
//! Tests of one part stand beside that part, in `sim/*`.

mod agreement;
mod architecture;
mod bad_input;
mod book;
mod check;
mod command;
mod console;
mod corners;
mod elf;
mod findings;
mod hostile;
mod keys;
mod lockstep;
mod mutations;
mod pages;
mod programs;
mod random_c;
mod scenarios;
mod schedules;
mod truth;
