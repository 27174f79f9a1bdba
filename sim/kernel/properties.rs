//! What a program says about itself, for checkers (`<sim/check.h>`): outcomes, conditions that must be true
//! at some time, invariants.
//!
//! Rules:
//!   Q1  an invariant is a function of the program. Under choices it is called after every step, in a
//!       world that is put back afterwards: whatever it writes is undone. It may only compute: a system
//!       call or a fault in it counts as a failure;
//!   Q2  what it reads others can notice: the words count as touched by somebody who is no thread, so that
//!       all writes to them are steps. While there is one, nobody is alone;
//!   Q3  if it gives 0, the assertion has failed of the thread that made the step.
//!
//! By the clock (`sim run`) invariants are not called.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Image, MemoryAccess, Tid};
use sim_machine::{Access, Registers, Stop, Watch};

use crate::choices::Visibility;
use crate::life::SIGABRT;
use crate::observer::Observer;
use crate::process::ProcessKey;
use crate::thread::{State, ThreadKey};
use crate::wait::{Attempt, done, failed};
use crate::watch::KernelWatch;
use crate::world::{Mode, World};

/// An invariant executes at most so many instructions.
const INSTRUCTIONS_MAX: u64 = 1_000_000;
/// At most so many of one program.
const INVARIANTS_MAX: usize = 64;
/// Where an invariant returns to: no program has code there.
const RETURN: u32 = 0;
/// It reads as nobody: no thread has this number.
const NOBODY: Tid = Tid(0);

/// A function that must give non-zero in every state.
#[derive(Clone, Debug)]
pub struct Invariant {
    pub(crate) process: ProcessKey,
    /// The program it belongs to: it is void after `exec`.
    image: Arc<Image>,
    /// Where it begins.
    pub(crate) function: u32,
}

/// Tells who looks after visibility what an invariant reads.
struct Reads<'a, V: Visibility> {
    watch: KernelWatch<'a, ()>,
    visibility: &'a mut V,
    /// Its own frame: below the stack pointer of the thread that lends its stack.
    own_stack: core::ops::Range<u32>,
}

impl<V: Visibility> Watch for Reads<'_, V> {
    const ACCESSES: bool = true;
    const INSTRUCTIONS: bool = false;

    fn before(&mut self, access: &Access) -> bool {
        let told = self.watch.translate(access);
        if !told.internal && !self.own_stack.contains(&access.address) {
            self.visibility.visible(&MemoryAccess {
                thread: NOBODY,
                ..told
            });
        }
        true
    }
}

impl World {
    /// `sim_outcome`: one more outcome of this run.
    pub(crate) fn outcome(&mut self, t: ThreadKey, text: u32) -> Attempt {
        let text = self.copy_string(t, text, 4096)?;
        self.store(text.len() + 64);
        self.outcomes
            .push(String::from_utf8_lossy(&text).into_owned());
        self.tell(t, EventKind::Outcome);
        done(0)
    }

    /// `sim_sometimes`: is a condition true that must be true some time?
    pub(crate) fn sometimes(&mut self, t: ThreadKey, holds: bool, name: u32) -> Attempt {
        let name = self.read_string(t, name, 256)?;
        self.condition = String::from_utf8_lossy(&name).into_owned();
        self.tell(t, EventKind::Sometimes { holds });
        done(0)
    }

    /// The name given with the last `sim_sometimes`.
    pub fn condition(&self) -> &str {
        &self.condition
    }

    /// `sim_invariant`
    pub(crate) fn register_invariant(&mut self, t: ThreadKey, function: u32) -> Attempt {
        let process = self.threads[t].process;
        let Some(image) = self.processes[process].image.clone() else {
            return failed(Errno::EINVAL);
        };
        let known = |i: &Invariant| i.process == process && i.function == function;
        if self.mode == Mode::Choices && !self.invariants.iter().any(known) {
            if self.invariants.len() >= INVARIANTS_MAX {
                return failed(Errno::ENOMEM);
            }
            self.invariants.push(Invariant {
                process,
                image,
                function,
            });
        }
        done(0)
    }

    /// Does the program have invariants?
    pub fn has_invariants(&self) -> bool {
        !self.invariants.is_empty()
    }

    /// Calls all invariants after a step of a thread (Q1).
    pub(crate) fn check_invariants_after<O: Observer, V: Visibility>(
        &mut self,
        mover: Tid,
        visibility: &mut V,
        observer: &mut O,
    ) {
        for n in 0..self.invariants.len() {
            let invariant = self.invariants[n].clone();
            let Some(t) = self.lender(&invariant, mover) else {
                continue;
            };
            let saved = self.save();
            let result = self.call(t, invariant.function, visibility);
            self.restore(&saved);
            if result.is_some_and(|result| result != 0) {
                continue;
            }
            let name = invariant.image.function_at(invariant.function);
            let name = name.map_or("?", |f| f.name.as_str());
            self.assertion = match result {
                Some(_) => format!("the invariant {name}"),
                None => format!("the invariant {name}, which must only compute"),
            };
            self.obituary = self.backtrace(self.threads[t].tid);
            self.tell(t, EventKind::AssertFails);
            self.kill_process(t, SIGABRT);
            self.flush(observer);
        }
    }

    /// On whose stack an invariant runs: the thread that made the step, or another one of the process.
    fn lender(&self, invariant: &Invariant, mover: Tid) -> Option<ThreadKey> {
        let process = self.processes.get(invariant.process)?;
        let same = |image: &Arc<Image>| Arc::ptr_eq(image, &invariant.image);
        if process.status.is_some() || !process.image.as_ref().is_some_and(same) {
            return None;
        }
        let lives = |t: &ThreadKey| self.threads[*t].state != State::Ended;
        let alive: Vec<ThreadKey> = process.threads.iter().copied().filter(lives).collect();
        let moved = alive.iter().find(|t| self.threads[**t].tid == mover);
        moved.or(alive.first()).copied()
    }

    /// Calls a function of the program on the stack of one of its threads; what it gives. `None`: it did
    /// something else than to compute.
    fn call<V: Visibility>(
        &mut self,
        t: ThreadKey,
        function: u32,
        visibility: &mut V,
    ) -> Option<u32> {
        const STACK_ALIGN: u32 = 16;
        const STACK_MAX: u32 = 1 << 16;
        let mut registers: Registers = self.threads[t].registers;
        let top = registers.x[2] & !(STACK_ALIGN - 1);
        registers.pc = function;
        registers.x[1] = RETURN;
        registers.x[2] = top;
        let mut left = INSTRUCTIONS_MAX;
        loop {
            let thread = &self.threads[t];
            let process = &self.processes[thread.process];
            let space = process.space.id;
            let mut nobody = ();
            let mut reads = Reads {
                watch: KernelWatch::new(&mut nobody, &self.clock, thread, process),
                visibility,
                own_stack: top.saturating_sub(STACK_MAX)..top,
            };
            let (executed, stop) =
                sim_machine::run(&mut registers, &mut self.memory, space, left, &mut reads);
            left = left.saturating_sub(executed);
            match stop {
                _ if registers.pc == RETURN => return Some(registers.x[10]),
                Stop::Miss(miss) => self.page_fault(t, miss).ok()?,
                _ => return None,
            }
        }
    }
}
