//! Findings: what is wrong with the simulated program, with both sides and names a person knows.
//! Values: returned, never printed from the inside.

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::Tick;

/// What a run or a check says in one word. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing wrong (of a check: in every interleaving).
    Ok,
    /// Threads that can never go on.
    Deadlock,
    /// Threads that move for ever without getting anywhere.
    Livelock,
    /// Two accesses without order, one of them a write.
    DataRace,
    /// A failed `assert`, invariant or expected outcome.
    AssertionFailed,
    /// A process was killed by a fault or a deadly signal.
    Crashed,
    /// A wrong use of the heap.
    MemoryError,
    /// A wrong use of a lock or another kernel object.
    Misuse,
    /// A limit of the scenario was reached.
    LimitReached,
    /// A check that could not look at everything.
    Unfinished,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Verdict; 10] = [
        Verdict::Ok,
        Verdict::Deadlock,
        Verdict::Livelock,
        Verdict::DataRace,
        Verdict::AssertionFailed,
        Verdict::Crashed,
        Verdict::MemoryError,
        Verdict::Misuse,
        Verdict::LimitReached,
        Verdict::Unfinished,
    ];

    /// As it is written: `data-race`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Deadlock => "deadlock",
            Verdict::Livelock => "livelock",
            Verdict::DataRace => "data-race",
            Verdict::AssertionFailed => "assertion-failed",
            Verdict::Crashed => "crashed",
            Verdict::MemoryError => "memory-error",
            Verdict::Misuse => "misuse",
            Verdict::LimitReached => "limit-reached",
            Verdict::Unfinished => "unfinished",
        }
    }

    /// The verdict with this name.
    pub fn from_name(name: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|v| v.name() == name)
    }
}

/// What a finding is about. Errors decide the verdict; warnings do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// An error; its name is the verdict's.
    Error(Verdict),
    /// Two locks taken in both orders.
    LockOrder,
    /// Heap blocks nobody freed.
    Leak,
    /// A thread or process ended while it held a lock.
    ExitHoldingLock,
    /// A signal or broadcast nobody waited for.
    LostSignal,
}

impl FindingKind {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::Error(verdict) => verdict.name(),
            FindingKind::LockOrder => "lock-order",
            FindingKind::Leak => "leak",
            FindingKind::ExitHoldingLock => "exit-holding-lock",
            FindingKind::LostSignal => "lost-signal",
        }
    }

    /// Does it decide the verdict?
    pub fn is_error(self) -> bool {
        matches!(self, FindingKind::Error(_))
    }
}

/// One thing wrong with the simulated program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// One sentence without full stop: "deadlock: 2 threads wait for each other, forever".
    pub message: String,
    /// When it was found.
    pub tick: Tick,
    /// What it is about, if that has a name: the variable of a race.
    pub about: Option<String>,
    /// Who is in it: `bank/t1`, in a fixed order.
    pub threads: Vec<String>,
    /// Where: each side of it.
    pub locations: Vec<Site>,
    /// Further lines: the wait-for graph, the four conditions.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

/// One side of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Site {
    /// Which thread.
    pub thread: String,
    /// What happened there: "writes counter", "holds a", "waits for b".
    pub what: String,
    /// When, if known.
    pub tick: Option<Tick>,
    /// The source file; empty if unknown.
    pub file: String,
    /// Its line, from 1; 0 if unknown.
    pub line: u32,
    /// Callers, innermost first: function, file, line; the first is where it happened.
    pub stack: Vec<StackFrame>,
    /// Names of the locks the thread held then.
    pub held: Vec<String>,
}

/// One function on a call stack.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct StackFrame {
    /// The function; empty if unknown.
    pub function: String,
    /// Its source file; empty if unknown.
    pub file: String,
    /// The line in it, from 1; 0 if unknown.
    pub line: u32,
    /// The program counter.
    pub pc: u32,
}
