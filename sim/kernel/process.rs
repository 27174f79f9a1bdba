//! Processes: what the kernel knows of each. Behaviour is in `life`.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::event::ExitStatus;
use sim_abi::{Image, Pid, Tid};

use crate::files::Descriptors;
use crate::liveness::Liveness;
use crate::signals::Actions;
use crate::space::AddressSpace;
use crate::thread::ThreadKey;
use crate::thread_names::ThreadNames;

slotmap::new_key_type! {
    /// The kernel's own handle of a process; never seen by programs, never hashed.
    pub struct ProcessKey;
}

/// A process, from its creation until its parent has waited for it.
#[derive(Clone, Debug)]
pub struct Process {
    // Identity.
    /// As programs see it.
    pub pid: Pid,
    /// Its name: the scenario's; a forked child's is its parent's with a number: `shell.2`.
    pub name: Arc<str>,
    /// Who forked it; `None`: the scenario, or the parent has ended (then nobody waits for it).
    pub parent: Option<Pid>,
    /// Children that have not been waited for, by pid.
    pub children: BTreeSet<Pid>,
    /// How many children it ever had: numbers their names.
    pub forks: u32,
    /// Who its first thread is a copy of, by one fork after the other: in memory of its own, where that
    /// thread is named as a lock's holder, the copy holds it.
    pub copy_of: Vec<Tid>,
    /// It may wait for ever.
    pub daemon: bool,
    /// Cores it may run on, ascending; empty: all.
    pub affinity: Arc<[u16]>,

    // What it runs.
    /// Its program; `None`: synthetic.
    pub image: Option<Arc<Image>>,
    /// Its registers' liveness; only under choices.
    pub liveness: Option<Arc<Liveness>>,
    /// The ticks of a synthetic process: compute, wait, compute, …
    pub bursts: Arc<[u64]>,
    /// Its threads that have not been joined, in order of creation.
    pub threads: Vec<ThreadKey>,
    /// Threads ever created in it besides the first, and what its threads are called.
    pub threads_created: ThreadNames,

    // What it has.
    /// Its memory.
    pub space: AddressSpace,
    /// Its open files.
    pub descriptors: Descriptors,
    /// What it does with signals.
    pub actions: Actions,

    // Its end.
    /// How it ended: it is a zombie.
    pub status: Option<ExitStatus>,
    /// Ended threads that had been joined or detached: their tids may not be joined again.
    pub joined: BTreeSet<Tid>,

    /// For the report only.
    pub account: ProcessAccount,
}

/// Numbers of a process, for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ProcessAccount {
    /// Page faults served.
    pub page_faults: u64,
    /// Most pages resident at once.
    pub pages_max: u32,
}
