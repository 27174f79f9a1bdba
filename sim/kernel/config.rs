//! What a world is booted from: the machine's numbers, the programs, the processes, the limits.
//!
//! Plain values with the documented defaults; `scenario` fills them from a TOML file.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::{Image, Tick};

use crate::liveness::Liveness;

/// Everything a world is booted from.
#[derive(Clone, Debug)]
pub struct Config {
    /// Cores, at least 1.
    pub cores: u16,
    /// Length of a time slice in ticks, at least 1.
    pub quantum: u64,
    /// Who gets a core next.
    pub policy: PolicyKind,
    /// Where all randomness comes from.
    pub seed: u64,
    /// Prices of what the kernel does.
    pub cost: CostTable,
    /// Makes each quantum random, between `quantum - jitter` and `quantum + jitter` (at least 1).
    pub jitter: u64,
    /// Programs: what a process runs or `execve` finds, by name.
    pub programs: Vec<Program>,
    /// Processes, in the order of the file.
    pub processes: Vec<ProcessSpec>,
    /// Files that exist at the start: absolute path, bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Bounds.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            cores: 1,
            quantum: 100,
            policy: PolicyKind::RoundRobin,
            seed: 0,
            cost: CostTable::default(),
            jitter: 0,
            programs: Vec::new(),
            processes: Vec::new(),
            files: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// For worlds under choices: without synthetic processes, which do nothing that others could notice, and
    /// with what is known of the programs beforehand. Limits that the scenario leaves as they are get lower:
    /// each word that was touched, and each thread of every state on the way, is remembered, and nobody
    /// explores a thousand processes.
    pub fn for_choices(&self) -> Arc<Config> {
        let mut config = self.clone();
        let runs_program = |p: &ProcessSpec| matches!(p.body, Body::Program { .. });
        config.processes.retain(runs_program);
        let (limits, default) = (&mut config.limits, Limits::default());
        for (limit, default, lower) in [
            (&mut limits.pages, default.pages, 1 << 12),
            (&mut limits.processes, default.processes, 128),
            (&mut limits.threads, default.threads, 1_000),
        ] {
            if *limit == default {
                *limit = lower;
            }
        }
        for program in &mut config.programs {
            program.liveness = Some(Arc::new(Liveness::of(&program.image)));
        }
        Arc::new(config)
    }
}

/// The scheduling policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum PolicyKind {
    /// First come, first served, a quantum each.
    #[default]
    RoundRobin,
}

impl PolicyKind {
    /// All of them.
    pub const ALL: [PolicyKind; 1] = [PolicyKind::RoundRobin];

    /// As a scenario writes it.
    pub fn name(self) -> &'static str {
        match self {
            PolicyKind::RoundRobin => "round-robin",
        }
    }
}

/// Prices in ticks. All 0: the schedule is the textbook's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostTable {
    /// A core goes on with another thread of the same process.
    pub thread_switch: u64,
    /// A core goes on with a thread of another process: address space and TLB change too.
    pub process_switch: u64,
    /// Each system call, besides the instruction itself.
    pub system_call: u64,
    /// Serving a page fault.
    pub page_fault: u64,
    /// Creating a thread.
    pub thread_create: u64,
    /// Creating a process (fork, exec), besides its pages.
    pub process_create: u64,
    /// Copying a page: at fork for each page table entry, and on a write to a shared page.
    pub page_copy: u64,
    /// Each byte the kernel copies between programs (pipes, files).
    pub copy: u64,
}

impl Default for CostTable {
    fn default() -> Self {
        CostTable {
            thread_switch: 2,
            process_switch: 10,
            system_call: 1,
            page_fault: 2,
            thread_create: 10,
            process_create: 100,
            page_copy: 1,
            copy: 0,
        }
    }
}

impl CostTable {
    /// Everything is free.
    pub const FREE: CostTable = CostTable {
        thread_switch: 0,
        process_switch: 0,
        system_call: 0,
        page_fault: 0,
        thread_create: 0,
        process_create: 0,
        page_copy: 0,
        copy: 0,
    };
}

/// A program by name.
#[derive(Clone, Debug)]
pub struct Program {
    /// As processes and `execve` name it: `deadlock.c`; also found without its extension.
    pub name: String,
    /// Compiled and linked.
    pub image: Arc<Image>,
    /// Of its registers: for worlds under choices. `None` until [`Config::for_choices`].
    pub(crate) liveness: Option<Arc<Liveness>>,
}

impl Program {
    /// A program by this name.
    pub fn new(name: &str, image: Image) -> Program {
        Program {
            name: name.into(),
            image: Arc::new(image),
            liveness: None,
        }
    }
}

/// A process of the scenario.
#[derive(Clone, Debug)]
pub struct ProcessSpec {
    /// Its name.
    pub name: String,
    /// What it does.
    pub body: Body,
    /// When it starts.
    pub arrive: Tick,
    /// It may wait for ever: the run ends when all others have.
    pub daemon: bool,
    /// Cores it may run on, ascending; empty: all.
    pub affinity: Vec<u16>,
}

/// What a process does.
#[derive(Clone, Debug)]
pub enum Body {
    /// Runs a program.
    Program {
        /// Index into [`Config::programs`].
        program: usize,
        /// Arguments after the program's name.
        args: Vec<String>,
        /// Environment: `NAME=value`.
        env: Vec<String>,
        /// What it reads from fd 0; then end of file.
        stdin: Vec<u8>,
    },
    /// Synthetic, for schedules on paper: computes, waits for its device, computes, … in ticks.
    Bursts(Vec<u64>),
}

/// Bounds: reaching one ends the run with the verdict `limit-reached`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions executed by all.
    pub instructions: u64,
    /// Simulated time, in ticks.
    pub ticks: u64,
    /// Bytes written to stdout and stderr.
    pub output: u64,
    /// Pages of physical memory in use.
    pub pages: u32,
    /// Processes alive or zombie at once.
    pub processes: u32,
    /// Threads alive at once.
    pub threads: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            instructions: 1_000_000_000,
            ticks: u64::MAX,
            output: 16 << 20,
            pages: 1 << 18,
            processes: 1024,
            threads: 20_000,
        }
    }
}
