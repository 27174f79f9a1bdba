//! Facts about a moment: who waits for what, and who could end that wait. Detectors work on these.

use alloc::vec::Vec;

use crate::event::Object;
use crate::ids::{Pid, Tick, Tid};

/// A thread that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadFact {
    /// Which.
    pub thread: Tid,
    /// Its process.
    pub process: Pid,
    /// Its process may wait for ever (`daemon = true`).
    pub daemon: bool,
    /// What it waits for; `None`: it can run.
    pub wait: Option<WaitFact>,
    /// Locks it holds.
    pub holds: Vec<Object>,
}

/// A wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitFact {
    /// On what.
    pub on: Object,
    /// Since when.
    pub since: Tick,
    /// Where: the program counter of the call.
    pub pc: u32,
    /// It ends by itself: a timeout, a sleep, a device.
    pub timed: bool,
    /// Who could end it.
    pub enders: Enders,
}

/// Who could end a wait. Threads that have ended are in no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enders {
    /// This thread alone; if it has ended (`None`), nobody.
    Owner(Option<Tid>),
    /// Any one of these; nobody if empty.
    AnyOf(Vec<Tid>),
    /// All of these are needed.
    AllOf(Vec<Tid>),
    /// So many of these are needed.
    Count(u32, Vec<Tid>),
}
