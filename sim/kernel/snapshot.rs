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

macro_rules! tables {
    ($($field:ident: $of:ty,)*) => {
        /// The small tables of a world, and numbers that change: each is named here once.
        #[derive(Clone)]
        struct Tables {
            $($field: $of,)*
        }

        impl Tables {
            fn of(world: &World) -> Tables {
                Tables { $($field: world.$field.clone(),)* }
            }

            fn copy_from(&mut self, world: &World) {
                $(self.$field.clone_from(&world.$field);)*
            }

            fn copy_to(&self, world: &mut World) {
                $(world.$field.clone_from(&self.$field);)*
            }
        }
    };
}

tables! {
    threads: SlotMap<ThreadKey, Table<Thread>>,
    processes: Table<SlotMap<ProcessKey, Process>>,
    tids: Table<BTreeMap<Tid, ThreadKey>>,
    pids: Table<BTreeMap<Pid, ProcessKey>>,
    last_id: u32,
    pipes: Table<BTreeMap<PipeId, Pipe>>,
    last_pipe: u32,
    files: Table<FileSystem>,
    shared: Table<SharedObjects>,
    written: u64,
    outcomes: Table<Vec<String>>,
    invariants: Table<Vec<Invariant>>,
    clock_read: bool,
    limit: Option<&'static str>,
    digest: Digest,
}

/// A world to go back to.
#[derive(Clone)]
pub struct Saved {
    mark: Mark,
    now: Tick,
    instructions: u64,
    tables: Tables,
}

impl World {
    /// Remembers the world as it is.
    pub fn save(&mut self) -> Saved {
        self.prepare_saving();
        Saved {
            mark: self.memory.mark(),
            now: self.clock.now,
            instructions: self.clock.instructions,
            tables: Tables::of(self),
        }
    }

    /// The same, in place of what was saved before: what both have in common is not copied.
    pub fn save_to(&mut self, saved: &mut Saved) {
        self.prepare_saving();
        saved.mark = self.memory.mark();
        saved.now = self.clock.now;
        saved.instructions = self.clock.instructions;
        saved.tables.copy_from(self);
    }

    fn prepare_saving(&mut self) {
        assert_eq!(
            self.mode,
            Mode::Choices,
            "only memory under choices keeps a journal"
        );
        self.sync_digest();
    }

    /// Goes back. What was saved later than `saved` is void.
    pub fn restore(&mut self, saved: &Saved) {
        self.memory.rollback(saved.mark);
        self.clock.now = saved.now;
        self.clock.moment = saved.now;
        self.clock.instructions = saved.instructions;
        saved.tables.copy_to(self);
        self.notices.clear();
        self.graves.clear();
    }
}
