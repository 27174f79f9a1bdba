//! The computer at one moment: what lies where in a process's memory, who waits for what, and what is in a
//! thread's registers. Names and numbers only; made by `kernel` and `explore`, drawn by `report`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::{CoreId, Pid, Tick, Tid};
use crate::image::Permissions;

/// The memory of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryMap {
    /// When: just before this tick.
    pub tick: Tick,
    /// Whose.
    pub pid: Pid,
    /// Its name.
    pub process: String,
    /// By address, not overlapping.
    pub regions: Vec<Region>,
}

/// A range of addresses with one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// First address.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// What its pages may be used for; a guard page: nothing.
    pub permissions: Permissions,
    /// What it is: `text`, `heap`, `stack of t1`, `guard page` …
    pub name: String,
    /// Pages that exist, by number.
    pub pages: Vec<ResidentPage>,
    /// What a person has a name for in it, by address.
    pub items: Vec<Item>,
}

/// A page that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResidentPage {
    /// Its number: the address divided by the size of a page.
    pub number: u32,
    /// Who else has it.
    pub owners: Owners,
}

/// Who has a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owners {
    /// This process alone.
    One,
    /// Others too; whoever writes first gets a copy.
    CopyOnWrite,
    /// Others too, who see each store.
    Shared,
    /// Others too; nobody may write.
    ReadOnly,
}

/// A variable, a function, a heap block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// First address.
    pub address: u32,
    /// Bytes.
    pub size: u32,
    /// Its name.
    pub name: String,
    /// The C type, as a person would write it; empty if it has none.
    pub type_name: String,
    /// What is there, if it is a number of at most four bytes.
    pub value: Option<u32>,
}

/// Who waits for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitGraph {
    /// When: just before this tick.
    pub tick: Tick,
    /// Threads that have not ended, by tid.
    pub threads: Vec<WaitNode>,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitNode {
    /// Which.
    pub tid: Tid,
    /// Its name: `bank/t1`.
    pub name: String,
    /// The locks it holds, in the order in which it took them.
    pub holds: Vec<Holding>,
    /// What it waits for; `None`: it can run.
    pub waits: Option<Waiting>,
}

/// A lock and where it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Its name.
    pub object: String,
    /// Since when.
    pub since: Tick,
    /// The line: `deadlock.c:12`; empty if unknown.
    pub place: String,
}

/// A wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The name of what it waits for.
    pub object: String,
    /// It waits for the end of this thread, which is the object.
    pub end_of: Option<Tid>,
    /// Since when.
    pub since: Tick,
    /// The line: `deadlock.c:14`; empty if unknown.
    pub place: String,
    /// It ends by itself: a sleep, a timeout, a device.
    pub timed: bool,
    /// Who could end it, as far as the kernel knows.
    pub enders: Vec<Tid>,
}

/// The registers of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterFile {
    /// When: just before this tick.
    pub tick: Tick,
    /// The thread's name: `bank/t1`.
    pub thread: String,
    /// The core that has them; `None`: the kernel keeps them.
    pub core: Option<CoreId>,
    /// `x0` to `x31`.
    pub x: [u32; 32],
    /// The address of the next instruction.
    pub pc: u32,
    /// The function that `pc` is in; empty if unknown.
    pub function: String,
    /// The line: `deadlock.c:14`; empty if unknown.
    pub place: String,
}
