//! The one table of a scenario's keys: what is checked, what the JSON Schema says, what is suggested
//! for a misspelt key.
//!
//! Numbers are bounded here where the bound is a constant; what depends on other keys (a core that
//! does not exist) is in `read.rs`.

use alloc::vec::Vec;
use sim_abi::Verdict;
use sim_kernel::PolicyKind;

/// A table of the file: `[machine]`, `[[process]]`.
pub struct Table {
    /// As a person writes it: `[machine]`.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it means, with unit and default.
    pub about: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A string.
    Text,
    /// A string from a closed list.
    Choice(fn() -> Vec<&'static str>),
    /// `true` or `false`.
    Bool,
    /// An integer between the two, both included.
    Integer(i64, i64),
    /// A list of integers between the two.
    Integers(i64, i64),
    /// A list of strings.
    Texts,
    /// A string or a list of strings.
    TextOrTexts,
    /// A table of strings: `{ HOME = "/" }`.
    TextTable,
    /// A table.
    Table(&'static Table),
    /// Any number of tables: `[[process]]`.
    Tables(&'static Table),
}

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, about }
}

/// Ticks that a person may write: three hundred years.
const TICKS_MAX: i64 = 10_000_000_000_000_000;

fn policies() -> Vec<&'static str> {
    PolicyKind::ALL.iter().map(|p| p.name()).collect()
}

fn verdicts() -> Vec<&'static str> {
    Verdict::ALL.iter().map(|v| v.name()).collect()
}

/// What a single run can say: all but `unfinished`.
fn run_verdicts() -> Vec<&'static str> {
    let possible = |v: &&Verdict| **v != Verdict::Unfinished;
    Verdict::ALL
        .iter()
        .filter(possible)
        .map(|v| v.name())
        .collect()
}

fn strategies() -> Vec<&'static str> {
    Vec::from(["states", "dpor", "dfs", "random", "pct"])
}

/// The whole file.
pub const SCENARIO: Table = Table {
    name: "the scenario",
    about: "A scenario of the deterministic computer `sim`.",
    keys: &[
        key("title", Kind::Text, "One line: what this scenario shows."),
        key(
            "about",
            Kind::Text,
            "A few sentences: what to look at, and why it happens.",
        ),
        key("machine", Kind::Table(&MACHINE), "The computer."),
        key(
            "process",
            Kind::Tables(&PROCESS),
            "The processes that exist at the start, in this order.",
        ),
        key(
            "program",
            Kind::Tables(&PROGRAM),
            "Programs that only `execve` uses.",
        ),
        key(
            "file",
            Kind::Tables(&FILE),
            "Files that exist in the simulated file system at the start.",
        ),
        key(
            "limits",
            Kind::Table(&LIMITS),
            "Bounds; reaching one ends the run with the verdict `limit-reached`.",
        ),
        key(
            "expect",
            Kind::Table(&EXPECT),
            "What should come out: turns the file into a test.",
        ),
        key(
            "check",
            Kind::Table(&CHECK),
            "How `sim check` explores the interleavings.",
        ),
    ],
};

const MACHINE: Table = Table {
    name: "[machine]",
    about: "The computer: its cores and its scheduler.",
    keys: &[
        key(
            "cores",
            Kind::Integer(1, 4096),
            "Number of cores. Default: 1.",
        ),
        key(
            "quantum",
            Kind::Integer(1, TICKS_MAX),
            "Length of a time slice in ticks. Default: 100.",
        ),
        key(
            "policy",
            Kind::Choice(policies),
            "Which ready thread gets a core. Default: round-robin.",
        ),
        key(
            "seed",
            Kind::Integer(0, i64::MAX),
            "Where all randomness comes from. Default: 0.",
        ),
        key(
            "jitter",
            Kind::Integer(0, TICKS_MAX),
            "Each quantum is random between `quantum - jitter` and `quantum + jitter` ticks. Default: 0.",
        ),
        key(
            "cost",
            Kind::Table(&COST),
            "What the kernel's work costs, in ticks.",
        ),
    ],
};

const COST: Table = Table {
    name: "[machine.cost]",
    about: "What the kernel's work costs, in ticks. All 0: the schedule is the textbook's.",
    keys: &[
        key(
            "thread-switch",
            Kind::Integer(0, TICKS_MAX),
            "Switching to another thread of the same process. Default: 2.",
        ),
        key(
            "process-switch",
            Kind::Integer(0, TICKS_MAX),
            "Switching to a thread of another process: address space and TLB change too. Default: 10.",
        ),
        key(
            "system-call",
            Kind::Integer(0, TICKS_MAX),
            "Each system call, besides the instruction itself. Default: 1.",
        ),
        key(
            "page-fault",
            Kind::Integer(0, TICKS_MAX),
            "Serving a page fault. Default: 2.",
        ),
        key(
            "thread-create",
            Kind::Integer(0, TICKS_MAX),
            "Creating a thread. Default: 10.",
        ),
        key(
            "process-create",
            Kind::Integer(0, TICKS_MAX),
            "Creating a process (fork, exec), besides its pages. Default: 100.",
        ),
        key(
            "page-copy",
            Kind::Integer(0, TICKS_MAX),
            "Copying a page: at fork for each page table entry, and at the first write to a shared page. Default: 1.",
        ),
        key(
            "copy",
            Kind::Integer(0, TICKS_MAX),
            "Each byte the kernel copies between programs. Default: 0.",
        ),
    ],
};

/// `[[process]]`
pub const PROCESS: Table = Table {
    name: "[[process]]",
    about: "A process: a C program (`program` or `source`), or computing and waiting on paper (`bursts`).",
    keys: &[
        key(
            "name",
            Kind::Text,
            "Its name in traces and reports. Default: the program's name without extension.",
        ),
        key(
            "program",
            Kind::TextOrTexts,
            "The C file (or several, of one program) or RV32IMA ELF file to run, in or below the scenario's folder.",
        ),
        key(
            "source",
            Kind::Text,
            "The C program itself, instead of a file; best in `'''` quotes.",
        ),
        key(
            "bursts",
            Kind::Integers(1, TICKS_MAX),
            "Instead of a program: compute so many ticks, wait for a device, compute, …",
        ),
        key("args", Kind::Texts, "Arguments after the program's name."),
        key("env", Kind::TextTable, "Environment variables."),
        key(
            "stdin",
            Kind::Text,
            "What it reads from standard input; then end of file.",
        ),
        key(
            "arrive",
            Kind::Integer(0, TICKS_MAX),
            "The tick at which it starts. Default: 0.",
        ),
        key(
            "daemon",
            Kind::Bool,
            "It may wait for ever: the run ends when all others have ended. Default: false.",
        ),
        key(
            "affinity",
            Kind::Integers(0, 4095),
            "The cores it may run on. Default: all.",
        ),
    ],
};

/// `[[program]]`
pub const PROGRAM: Table = Table {
    name: "[[program]]",
    about: "A program that only `execve` uses.",
    keys: &[
        key(
            "name",
            Kind::Text,
            "What `execve` calls it. Default: the file's name.",
        ),
        key(
            "program",
            Kind::TextOrTexts,
            "The C file (or several) or ELF file, in or below the scenario's folder.",
        ),
        key(
            "source",
            Kind::Text,
            "The C program itself, instead of a file.",
        ),
    ],
};

const FILE: Table = Table {
    name: "[[file]]",
    about: "A file of the simulated file system.",
    keys: &[
        key(
            "path",
            Kind::Text,
            "Its absolute path in the simulated file system: `/etc/motd`.",
        ),
        key("text", Kind::Text, "What is in it. Default: nothing."),
    ],
};

const LIMITS: Table = Table {
    name: "[limits]",
    about: "Bounds of a run.",
    keys: &[
        key(
            "instructions",
            Kind::Integer(1, i64::MAX),
            "Instructions executed by all programs. Default: 1000000000.",
        ),
        key(
            "ticks",
            Kind::Integer(1, i64::MAX),
            "Simulated time. Default: none.",
        ),
        key(
            "output",
            Kind::Integer(0, 1 << 40),
            "Bytes written to stdout and stderr. Default: 16777216.",
        ),
        key(
            "memory",
            Kind::Integer(4096, 1 << 32),
            "Bytes of physical memory in use, rounded up to pages of 4096. Default: 1073741824.",
        ),
        key(
            "processes",
            Kind::Integer(1, 1 << 20),
            "Processes that exist at once, zombies included. Default: 1024.",
        ),
        key(
            "threads",
            Kind::Integer(1, 1 << 20),
            "Threads that exist at once. Default: 20000.",
        ),
    ],
};

const EXPECT: Table = Table {
    name: "[expect]",
    about: "What should come out. `verdict` for both commands, or `run` and `check` apart.",
    keys: &[
        key(
            "verdict",
            Kind::Choice(verdicts),
            "The verdict of `sim run` and of `sim check`.",
        ),
        key(
            "run",
            Kind::Choice(run_verdicts),
            "The verdict of `sim run`.",
        ),
        key(
            "check",
            Kind::Choice(verdicts),
            "The verdict of `sim check`.",
        ),
        key(
            "stdout",
            Kind::Text,
            "What the programs write to standard output in `sim run`.",
        ),
        key(
            "outcomes",
            Kind::Texts,
            "The outcomes that `sim check` finds: all of these and no other.",
        ),
    ],
};

const CHECK: Table = Table {
    name: "[check]",
    about: "How `sim check` explores.",
    keys: &[
        key(
            "strategy",
            Kind::Choice(strategies),
            "How the interleavings are explored. Default: states.",
        ),
        key(
            "max-states",
            Kind::Integer(1, i64::MAX),
            "States to visit at most.",
        ),
        key(
            "preemptions",
            Kind::Integer(0, 1_000_000),
            "Preemptions to try at most.",
        ),
        key("outcomes", Kind::Texts, "The outcomes that are allowed."),
    ],
};

impl Table {
    /// The key with this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}
