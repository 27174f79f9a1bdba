//! Going back: a saved world is a mark in the memory's journal and a copy of the small tables.
//!
//! Saves nest like a stack: going back to one ends all that were made after it. For searches that go
//! deep first; a [`World`] itself is `Clone`, which copies all frames.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use sim_abi::{Pid, PipeId, Tick, Tid};
use sim_machine::Mark;
use slotmap::SlotMap;

use crate::files::FileSystem;
use crate::fingerprint::Digest;
use crate::ipc::pipe::Pipe;
use crate::process::{Process, ProcessKey};
use crate::properties::Invariant;
use crate::space::SharedObjects;
use crate::table::Table;
use crate::thread::{Thread, ThreadKey};
use crate::world::{Mode, World};

/// A world to go back to.
#[derive(Clone)]
pub struct Saved {
    mark: Mark,
    threads: SlotMap<ThreadKey, Table<Thread>>,
    processes: Table<SlotMap<ProcessKey, Process>>,
    tids: Table<BTreeMap<Tid, ThreadKey>>,
    pids: Table<BTreeMap<Pid, ProcessKey>>,
    last_id: u32,
    pipes: Table<BTreeMap<PipeId, Pipe>>,
    last_pipe: u32,
    files: Table<FileSystem>,
    shared: Table<SharedObjects>,
    now: Tick,
    instructions: u64,
    written: u64,
    outcomes: Table<Vec<String>>,
    invariants: Table<Vec<Invariant>>,
    clock_read: bool,
    limit: Option<&'static str>,
    digest: Digest,
}

impl World {
    /// Remembers the world as it is.
    pub fn save(&mut self) -> Saved {
        assert_eq!(
            self.mode,
            Mode::Choices,
            "only memory under choices keeps a journal"
        );
        self.sync_digest();
        Saved {
            mark: self.memory.mark(),
            threads: self.threads.clone(),
            processes: self.processes.clone(),
            tids: self.tids.clone(),
            pids: self.pids.clone(),
            last_id: self.last_id,
            pipes: self.pipes.clone(),
            last_pipe: self.last_pipe,
            files: self.files.clone(),
            shared: self.shared.clone(),
            now: self.clock.now,
            instructions: self.clock.instructions,
            written: self.written,
            outcomes: self.outcomes.clone(),
            invariants: self.invariants.clone(),
            clock_read: self.clock_read,
            limit: self.limit,
            digest: self.digest.clone(),
        }
    }

    /// Goes back. What was saved later than `saved` is void.
    pub fn restore(&mut self, saved: &Saved) {
        self.memory.rollback(saved.mark);
        self.threads.clone_from(&saved.threads);
        self.processes.clone_from(&saved.processes);
        self.tids.clone_from(&saved.tids);
        self.pids.clone_from(&saved.pids);
        self.last_id = saved.last_id;
        self.pipes.clone_from(&saved.pipes);
        self.last_pipe = saved.last_pipe;
        self.files.clone_from(&saved.files);
        self.shared.clone_from(&saved.shared);
        self.clock.now = saved.now;
        self.clock.moment = saved.now;
        self.clock.instructions = saved.instructions;
        self.written = saved.written;
        self.outcomes.clone_from(&saved.outcomes);
        self.invariants.clone_from(&saved.invariants);
        self.clock_read = saved.clock_read;
        self.limit = saved.limit;
        self.digest.clone_from(&saved.digest);
        self.notices.clear();
        self.graves.clear();
    }
}
