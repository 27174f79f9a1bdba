//! What can be chosen in a world under choices (`choices.rs`), and what each choice does first.
//!
//! Not here: making a choice.

use alloc::vec::Vec;
use core::ops::Range;

use sim_abi::syscall::Call;
use sim_abi::{Choice, Location, MemoryAccess, Object, Tid};

use crate::choices::{OUTCOMES_MAX, Parked};
use crate::thread::{State, ThreadKey};
use crate::world::World;

/// The next operation of a thread: its footprint, known without executing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An access to memory. An LR that an SC follows counts as both.
    Access(MemoryAccess),
    /// A system call, or the end of a wait.
    Call {
        /// Which.
        call: Call,
        /// Its arguments.
        arguments: [u32; 6],
        /// What it is about, if that is one object.
        object: Option<Object>,
        /// Where.
        pc: u32,
    },
    /// The death of a process by a fault.
    Fault {
        /// Where.
        pc: u32,
    },
    /// It goes on computing on its own (C7).
    Pause {
        /// Where.
        pc: u32,
    },
}

/// A choice that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// Whose.
    pub thread: Tid,
    /// The choice.
    pub choice: Choice,
    /// What it does.
    pub operation: Operation,
    /// It ends a wait that has begun: by a timeout.
    pub timeout: bool,
}

/// What can be chosen for a thread.
#[derive(Default)]
struct Possible {
    /// Its step.
    step: bool,
    /// One of several outcomes, or the end of its wait by a timeout.
    alternatives: Range<u32>,
    /// The alternatives are timeouts.
    timeout: bool,
}

impl World {
    /// What can be chosen, by tid and then by alternative.
    pub fn enabled(&self, choices: &mut Vec<Enabled>) {
        choices.clear();
        if self.halted_by_itself() {
            return;
        }
        choices.reserve(self.tids.len());
        self.enabled_of(choices, |t| !self.waits_for_library(t));
        if choices.is_empty() {
            self.enabled_of(choices, |_| true);
        }
    }

    fn enabled_of(&self, choices: &mut Vec<Enabled>, of: impl Fn(ThreadKey) -> bool) {
        for t in self.tids.values().copied().filter(|t| of(*t)) {
            let mut operation = None;
            self.each_choice(t, |choice, timeout| {
                let operation = match operation {
                    Some(known) => known,
                    None => *operation.insert(self.operation(t)?),
                };
                choices.push(Enabled {
                    thread: self.threads[t].tid,
                    choice,
                    operation,
                    timeout,
                });
                Some(())
            });
        }
    }

    /// What can be chosen for one thread; `tell` says `None` to stop.
    fn each_choice(&self, t: ThreadKey, mut tell: impl FnMut(Choice, bool) -> Option<()>) {
        let tid = self.threads[t].tid;
        let possible = self.possible(t);
        let step = possible.step.then_some((Choice::Step(tid), false));
        let others = possible.alternatives;
        let others = others.map(|n| (Choice::Alt(tid, n), possible.timeout));
        let mut all = step.into_iter().chain(others);
        let _ = all.try_for_each(|(choice, timeout)| tell(choice, timeout));
    }

    /// Is this one of the choices of a thread; and is it a timeout?
    pub(crate) fn is_possible(&self, t: ThreadKey, alternative: Option<u32>) -> Option<bool> {
        let possible = self.possible(t);
        match alternative {
            None => possible.step.then_some(false),
            Some(n) => possible
                .alternatives
                .contains(&n)
                .then_some(possible.timeout),
        }
    }

    fn possible(&self, t: ThreadKey) -> Possible {
        let thread = &self.threads[t];
        match thread.state {
            State::Blocked(blocked) => Possible {
                step: self.guard(t, blocked.wait),
                alternatives: 1..1 + u32::from(blocked.until.is_some()),
                timeout: true,
            },
            // It has come to a stand nowhere: a limit has been reached.
            State::Ready if thread.parked.is_none() => Possible::default(),
            State::Ready => {
                let many = self.alternatives(t);
                Possible {
                    step: many < 2,
                    alternatives: 0..if many < 2 { 0 } else { many },
                    timeout: false,
                }
            }
            State::Running(_) | State::Ended => Possible::default(),
        }
    }

    /// How many outcomes the operation has at which a thread stands.
    fn alternatives(&self, t: ThreadKey) -> u32 {
        match self.threads[t].parked {
            Some(Parked::Call(Call::Choose)) => self.threads[t].argument(0).min(OUTCOMES_MAX),
            // C6
            Some(Parked::Call(Call::CondSignal)) => {
                let object = Object::Condition(self.location(t, self.threads[t].argument(0)));
                self.waiters(object).len() as u32
            }
            Some(Parked::Call(Call::Kill)) => {
                let thread = &self.threads[t];
                self.receivers_of_kill(thread.argument(0), thread.argument(1))
            }
            _ => 1,
        }
    }

    /// Could the wait of a thread that waits end now by a step of its own?
    pub fn can_go_on(&self, tid: Tid) -> bool {
        let key = self.tids.get(&tid).copied();
        key.is_some_and(|t| {
            let blocked = self.threads[t].blocked();
            blocked.is_some_and(|blocked| self.guard(t, blocked.wait))
        })
    }

    /// The place of an address of a thread's memory, the same for all who can touch it.
    pub fn location_of(&self, tid: Tid, address: u32) -> Location {
        match self.tids.get(&tid) {
            Some(t) => self.location(*t, address),
            None => Location::Private { space: 0, address },
        }
    }

    /// The next operation of a thread that is not running by itself; also of one that waits.
    pub fn next_operation(&self, tid: Tid) -> Option<Operation> {
        self.operation(*self.tids.get(&tid)?)
    }

    fn operation(&self, t: ThreadKey) -> Option<Operation> {
        let thread = &self.threads[t];
        let arguments = core::array::from_fn(|n| thread.argument(n));
        match (thread.state, thread.parked) {
            (State::Blocked(blocked), _) => Some(Operation::Call {
                call: Call::from_number(thread.registers.x[17])?,
                arguments,
                object: Some(blocked.on),
                pc: blocked.pc,
            }),
            (State::Ready, Some(Parked::Access(access))) => Some(Operation::Access(access)),
            (State::Ready, Some(Parked::Call(call))) => Some(Operation::Call {
                call,
                arguments,
                object: self.object_of_call(t, call, arguments),
                pc: self.exact_place(t),
            }),
            (State::Ready, Some(Parked::Fault)) => Some(Operation::Fault {
                pc: self.exact_place(t),
            }),
            (State::Ready, Some(Parked::Pause)) => Some(Operation::Pause {
                pc: self.exact_place(t),
            }),
            _ => None,
        }
    }
}
