//! Threads: what the kernel knows of each. Behaviour is elsewhere (`life`, `wait`, `clock`).

use alloc::sync::Arc;

use sim_abi::{CoreId, Object, Pid, Tick, Tid};
use sim_machine::Registers;

use crate::choices::Parked;
use crate::process::ProcessKey;
use crate::wait::Wait;

slotmap::new_key_type! {
    /// The kernel's own handle of a thread; never seen by programs, never hashed.
    pub struct ThreadKey;
}

/// A thread, from its creation until it is joined (or ends detached).
#[derive(Clone, Debug)]
pub struct Thread {
    // Identity: fixed at creation, but for the name.
    /// As programs see it.
    pub tid: Tid,
    /// Its process, as programs see it.
    pub pid: Pid,
    /// Its process.
    pub process: ProcessKey,
    /// Its name without the process's.
    pub name: Arc<str>,
    /// What it executes.
    pub body: ThreadBody,
    /// Its stack's slot; `None`: the first thread's own stack.
    pub stack_slot: Option<u32>,

    // Execution.
    /// The register file: loaded by the core that runs it.
    pub registers: Registers,
    /// What it is doing.
    pub state: State,
    /// The system call it is in: where, which and with what arguments (`registers` have moved on).
    pub call_pc: Option<u32>,
    /// It has run before.
    pub started: bool,

    /// Under choices: what it stands right before.
    pub parked: Option<Parked>,
    /// Under choices: ticks it has slept, which is all the time it knows.
    pub slept: u64,

    // Signals: bit `n - 1` stands for signal `n`.
    /// Sent, and not yet handled.
    pub pending_signals: u32,
    /// Blocked.
    pub signal_mask: u32,
    /// In `sigsuspend`: what it blocks again afterwards.
    pub suspended_mask: Option<u32>,
    /// It runs a handler: the stack from here on belongs to what was interrupted.
    pub interrupted_stack: Option<u32>,

    // Its end.
    /// Nobody will join it: it goes away when it ends.
    pub detached: bool,
    /// What `pthread_exit` gave, for the joiner.
    pub result: u32,

    /// Times, for the report only: the kernel decides nothing by them.
    pub account: Account,
}

/// What a thread executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadBody {
    /// The instructions at its program counter.
    Program,
    /// The process's bursts: the one it is in, and the ticks left of it.
    Bursts {
        /// Index into the list; even ones compute, odd ones wait for the device.
        index: usize,
        /// Ticks left.
        left: u64,
    },
}

/// What a thread is doing. It is in exactly one of the places this names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Could run: in the policy's queue.
    Ready,
    /// Runs on a core.
    Running(CoreId),
    /// Waits.
    Blocked(Blocked),
    /// Has ended; waits to be joined.
    Ended,
}

/// A wait that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// For what.
    pub wait: Wait,
    /// The object whose queue it stands in.
    pub on: Object,
    /// Since when.
    pub since: Tick,
    /// It gives up then.
    pub until: Option<Tick>,
    /// Where: the program counter of the call.
    pub pc: u32,
}

/// Times of a thread, in ticks. `ready` is what is left of its life: see `World::thread_records`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Account {
    /// When it came into being.
    pub arrival: Tick,
    /// When it ran first.
    pub first_run: Option<Tick>,
    /// When it ended.
    pub finish: Option<Tick>,
    /// Ticks in which it executed.
    pub running: u64,
    /// Ticks in waits that are over.
    pub blocked: u64,
    /// How often it left a core.
    pub switches: u64,
    /// Of these: because its time slice was over.
    pub preemptions: u64,
    /// Instructions executed.
    pub instructions: u64,
}

impl Thread {
    /// Waits for something?
    pub fn blocked(&self) -> Option<&Blocked> {
        match &self.state {
            State::Blocked(blocked) => Some(blocked),
            State::Ready | State::Running(_) | State::Ended => None,
        }
    }

    /// The system call's argument `n` (0 to 5).
    pub fn argument(&self, n: usize) -> u32 {
        self.registers.x[10 + n]
    }
}
