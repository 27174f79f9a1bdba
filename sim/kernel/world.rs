//! The whole computer as one value: [`World`]. It holds no reference to anything outside, reads no
//! clock, file or environment, and changes only when somebody chooses what happens next.
//!
//! Two ways to choose: the simulated clock with the scheduling policy (`clock.rs`), or one thread at a
//! time (`choices.rs`). System calls, faults and waits are the same code under both.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sim_abi::finding::StackFrame;
use sim_abi::record::{ProcessRecord, ThreadRecord};
use sim_abi::{Event, EventKind, MemoryAccess, Object, Pid, PipeId, Tick, Tid};
use sim_machine::Memory;
use slotmap::SlotMap;

use crate::choices::Unsettled;
use crate::clock::Clock;
use crate::config::Config;
use crate::files::FileSystem;
use crate::fingerprint::Digest;
use crate::ipc::pipe::Pipe;
use crate::observer::Observer;
use crate::process::{Process, ProcessKey};
use crate::properties::Invariant;
use crate::space::SharedObjects;
use crate::table::Table;
use crate::thread::{Thread, ThreadKey};

/// Why a world stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// All processes that are no daemons have ended.
    Done,
    /// Nobody can ever move again.
    Stuck,
    /// A limit of the scenario: which.
    Limit(&'static str),
}

/// What listeners are told when the kernel has finished an operation, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Notice {
    Event(Event),
    Access(MemoryAccess),
    /// The pages of this address space have gone or changed hands.
    SpaceGone(u32),
}

/// Who decides what happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Clock and policy: waits stand in queues, time passes, prices are paid.
    Clock,
    /// Choices from outside: no cores, no queues, no prices.
    Choices,
}

/// The computer.
#[derive(Clone)]
pub struct World {
    /// What it was booted from; never changes.
    pub(crate) config: Arc<Config>,
    /// Who decides.
    pub(crate) mode: Mode,
    /// Physical memory and address spaces.
    pub(crate) memory: Memory,
    pub(crate) threads: SlotMap<ThreadKey, Table<Thread>>,
    pub(crate) processes: Table<SlotMap<ProcessKey, Process>>,
    /// Threads that exist (also ended ones that may be joined), by tid.
    pub(crate) tids: Table<BTreeMap<Tid, ThreadKey>>,
    /// Processes that exist (also zombies), by pid.
    pub(crate) pids: Table<BTreeMap<Pid, ProcessKey>>,
    /// The last pid or tid given out.
    pub(crate) last_id: u32,
    pub(crate) pipes: Table<BTreeMap<PipeId, Pipe>>,
    pub(crate) last_pipe: u32,
    pub(crate) files: Table<FileSystem>,
    pub(crate) shared: Table<SharedObjects>,
    /// Who waits for what, first come first; only under the clock. No object has an empty queue.
    pub(crate) queues: BTreeMap<Object, VecDeque<ThreadKey>>,
    /// Cores, timers and the policy; idle under choices.
    pub(crate) clock: Clock,
    /// Jitter, and what `sim_choose` gives by the clock; idle under choices.
    pub(crate) random: ChaCha8Rng,
    /// Somebody wants to know events' places in the program.
    pub(crate) places: bool,
    /// Told to the observer when the operation is over; empty between steps.
    pub(crate) notices: Vec<Notice>,
    /// Extra ticks that the operation in progress costs its core.
    pub(crate) charge: u64,
    /// What was written to stdout and stderr, in order; `Event::Writes` counts its bytes.
    pub(crate) output: Vec<u8>,
    /// The output is kept (under choices only if somebody asks: searches do not look at it).
    pub(crate) keeps_output: bool,
    /// Bytes written in all (also under choices, where they are not kept).
    pub(crate) written: u64,
    /// The text of the last failed assertion.
    pub(crate) assertion: String,
    /// Who called whom when the last fault, failed assertion or deadly signal happened.
    pub(crate) obituary: Vec<StackFrame>,
    /// Under choices: somebody has read the clock, so what threads have slept matters.
    pub(crate) clock_read: bool,
    /// Processes that have ended and that nobody waits for: gone as soon as listeners know.
    pub(crate) graves: Vec<ProcessKey>,
    /// Texts of `sim_outcome`, in order.
    pub(crate) outcomes: Table<Vec<String>>,
    /// What programs say must hold in every state; only under choices.
    pub(crate) invariants: Table<Vec<Invariant>>,
    /// The name of the last `sim_sometimes`.
    pub(crate) condition: String,
    /// Under choices: some thread may be able to run on by itself.
    pub(crate) unsettled: Unsettled,
    /// A limit was reached.
    pub(crate) limit: Option<&'static str>,
    /// The memory's part of the fingerprint.
    pub(crate) digest: Digest,
    /// Accounts of what has gone.
    pub(crate) thread_records: Vec<ThreadRecord>,
    pub(crate) process_records: Vec<ProcessRecord>,
}

impl World {
    /// Boots: every process of the scenario exists from the start, or arrives later.
    pub fn boot(config: &Arc<Config>, mode: Mode) -> World {
        let mut world = World {
            config: config.clone(),
            mode,
            memory: Memory::new(),
            threads: SlotMap::with_key(),
            processes: Table::new(SlotMap::with_key()),
            tids: Table::default(),
            pids: Table::default(),
            last_id: 0,
            pipes: Table::default(),
            last_pipe: 0,
            files: Table::new(FileSystem::new(&config.files)),
            shared: Table::default(),
            queues: BTreeMap::new(),
            clock: Clock::new(config),
            random: ChaCha8Rng::seed_from_u64(config.seed),
            places: true,
            notices: Vec::new(),
            charge: 0,
            output: Vec::new(),
            keeps_output: mode == Mode::Clock,
            written: 0,
            assertion: String::new(),
            obituary: Vec::new(),
            clock_read: false,
            graves: Vec::new(),
            outcomes: Table::default(),
            invariants: Table::default(),
            condition: String::new(),
            unsettled: Unsettled::Some,
            limit: None,
            digest: Digest::default(),
            thread_records: Vec::new(),
            process_records: Vec::new(),
        };
        if mode == Mode::Choices {
            world.memory.journal(true);
            for index in 0..config.processes.len() {
                world.spawn(index);
            }
            let programs = world.processes.values().filter_map(|p| {
                let entry = p.image.as_ref()?.entry;
                Some((p.space.id, entry))
            });
            for (space, entry) in programs.collect::<Vec<_>>() {
                world.memory.keep_code(space, entry);
            }
        }
        world
    }

    /// The time: the tick that is being executed, or the next one between steps.
    pub fn now(&self) -> Tick {
        self.clock.now
    }

    /// From now on output is kept under choices too: for replays. Going back does not take it back.
    pub fn keep_output(&mut self) {
        self.keeps_output = true;
    }

    /// What it was booted from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What was written to stdout and stderr; `EventKind::Writes` says which bytes are whose.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// The text of the last failed assertion.
    pub fn assertion(&self) -> &str {
        &self.assertion
    }

    /// The call stack at the last fault, failed assertion or deadly signal, innermost first.
    pub fn obituary(&self) -> &[StackFrame] {
        &self.obituary
    }

    /// The texts given to `sim_outcome` so far.
    pub fn outcomes(&self) -> &[String] {
        &self.outcomes
    }

    /// Tells the observer what has been noted.
    #[inline]
    pub(crate) fn flush<O: Observer>(&mut self, observer: &mut O) {
        // Nearly always there is nothing.
        if !self.notices.is_empty() {
            self.flush_all(observer);
        }
    }

    fn flush_all<O: Observer>(&mut self, observer: &mut O) {
        let notices = core::mem::take(&mut self.notices);
        for notice in &notices {
            match notice {
                Notice::Event(event) => observer.event(self, event),
                Notice::Access(access) => {
                    if O::ACCESSES {
                        observer.copy(self, access);
                    }
                }
                Notice::SpaceGone(space) => observer.space_gone(*space),
            }
        }
        self.notices = notices;
        self.notices.clear();
        if O::SETTLES {
            observer.settled(self);
        }
        for p in core::mem::take(&mut self.graves) {
            self.remove_process(p);
        }
    }

    /// Notes an event of a thread, at the system call or instruction at `pc`.
    pub(crate) fn tell_at(&mut self, t: ThreadKey, pc: u32, kind: EventKind) {
        let thread = &self.threads[t];
        // What another one does to a thread, as handing it a lock, does not happen on the thread's core.
        let runs = |core: &sim_abi::CoreId| {
            let running = self.clock.cores[usize::from(core.0)].thread;
            running.is_none_or(|running| running == t)
        };
        self.notices.push(Notice::Event(Event {
            tick: self.clock.now,
            core: self.clock.executing.filter(runs),
            thread: thread.tid,
            process: thread.pid,
            pc,
            kind,
        }));
    }

    /// Notes an event of a thread, at the place it is in.
    pub(crate) fn tell(&mut self, t: ThreadKey, kind: EventKind) {
        // That of a call is looked for by whoever writes it down: few do, and there are many.
        let is_call = matches!(kind, EventKind::SystemCall { .. });
        let pc = if self.places && !is_call || kind.needs_place() {
            self.place(t)
        } else {
            self.exact_place(t)
        };
        self.tell_at(t, pc, kind);
    }

    /// Where a thread is in its program: its next instruction, or the call that it makes or waits in.
    /// In the C library: the call of the innermost function that is not the library's.
    pub(crate) fn place(&self, t: ThreadKey) -> u32 {
        self.program_place(t, self.exact_place(t))
    }

    /// The `ecall` a thread is in or waits in, or its next instruction.
    pub(crate) fn exact_place(&self, t: ThreadKey) -> u32 {
        let thread = &self.threads[t];
        thread.call_pc.unwrap_or(thread.registers.pc)
    }

    /// A random number below `bound` (which is not 0).
    pub(crate) fn random_below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    /// The next pid or tid.
    pub(crate) fn next_id(&mut self) -> u32 {
        /// Reports and detectors remember something of each.
        const IDS_MAX: u32 = 500_000;
        if self.last_id >= IDS_MAX {
            self.limit = Some("threads and processes in all");
        }
        self.last_id += 1;
        self.last_id
    }

    /// The thread with this tid, if it exists.
    pub fn thread(&self, tid: Tid) -> Option<&Thread> {
        self.tids.get(&tid).map(|key| &*self.threads[*key])
    }

    /// The process with this pid, if it exists.
    pub fn process(&self, pid: Pid) -> Option<&Process> {
        self.pids.get(&pid).map(|key| &self.processes[*key])
    }

    /// Threads that exist, by tid.
    pub fn threads(&self) -> impl Iterator<Item = &Thread> {
        self.tids.values().map(|key| &*self.threads[*key])
    }
}
