//! What a run leaves behind: its trace, and the accounts of processes, threads and cores. Made by `explore`, shown by `report`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::event::ExitStatus;
use crate::finding::{Finding, Verdict};
use crate::ids::{CoreId, Pid, Tick, Tid};
use crate::trace::Trace;

/// A part of a core's time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which core.
    pub core: CoreId,
    /// First tick.
    pub from: Tick,
    /// One past the last tick.
    pub to: Tick,
    /// The thread that ran, or for which the core switched.
    pub thread: Tid,
    /// The core did kernel work (a switch, a system call).
    pub overhead: bool,
}

/// A process, at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessRecord {
    /// Which.
    pub pid: Pid,
    /// Its name.
    pub name: String,
    /// Its parent, if it had one.
    pub parent: Option<Pid>,
    /// How it ended; `None`: it had not.
    pub status: Option<ExitStatus>,
    /// Most pages it had resident at once.
    pub pages_max: u32,
    /// Page faults served.
    pub page_faults: u64,
}

/// A thread, at the end. Times in ticks; `running + ready + blocked` = finish − arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadRecord {
    /// Which.
    pub tid: Tid,
    /// Its name without the process's.
    pub name: String,
    /// The process's name.
    pub process: String,
    /// Its process.
    pub pid: Pid,
    /// When it came into being.
    pub arrival: Tick,
    /// When it ran first.
    pub first_run: Option<Tick>,
    /// When it ended.
    pub finish: Option<Tick>,
    /// Ticks in which it executed.
    pub running: u64,
    /// Ticks in which it could have (overhead of the kernel included).
    pub ready: u64,
    /// Ticks in which it could not.
    pub blocked: u64,
    /// How often it left a core for another thread, or to block.
    pub switches: u64,
    /// Of these: not by its own will.
    pub preemptions: u64,
    /// Instructions executed.
    pub instructions: u64,
}

/// A core, at the end; in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CoreRecord {
    /// Executing programs.
    pub busy: u64,
    /// Nothing to run.
    pub idle: u64,
    /// Switches, system calls, page faults.
    pub overhead: u64,
}

/// A whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// The first error, or `ok`, or `limit-reached`.
    pub verdict: Verdict,
    /// Errors and warnings, in the order in which they were found.
    pub findings: Vec<Finding>,
    /// Length of the run.
    pub ticks: Tick,
    /// Instructions executed.
    pub instructions: u64,
    /// What the programs wrote to stdout, in order.
    pub stdout: Vec<u8>,
    /// What they wrote to stderr, in order.
    pub stderr: Vec<u8>,
    /// Both, interleaved as they were written: stream, bytes.
    pub output: Vec<(u8, Vec<u8>)>,
    /// By pid.
    pub processes: Vec<ProcessRecord>,
    /// By tid.
    pub threads: Vec<ThreadRecord>,
    /// By number.
    pub cores: Vec<CoreRecord>,
    /// Times a core changed to another thread: of the same process, of another.
    pub switches: (u64, u64),
    /// Data races found (also counted beyond those reported).
    pub races: u64,
    /// The trace, at the level that was asked for.
    pub trace: Trace,
    /// Lines of the trace that came after the last one kept.
    pub trace_left_out: u64,
    /// The cores' time lines, by tick and core.
    pub timeline: Vec<Span>,
    /// Outcomes (`sim_outcome`), in order.
    pub outcomes: Vec<String>,
}
