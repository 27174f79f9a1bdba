//! Facts for detectors: who waits for what, and who could end that wait.
//!
//! "Could" is an over-approximation in one direction only: a thread that is left out can never end the
//! wait, whatever it does, short of writing into the bytes of a lock. Threads that have ended are in no list.

use alloc::vec::Vec;

use sim_abi::facts::{Enders, ThreadFact, WaitFact};
use sim_abi::layout::barrier;
use sim_abi::{Location, Tick, Tid};

use crate::files::FileKind;
use crate::process::ProcessKey;
use crate::thread::{Blocked, State, ThreadKey};
use crate::wait::Wait;
use crate::world::{Mode, World};

impl World {
    /// All threads that have not ended, by tid.
    pub fn facts(&self) -> Vec<ThreadFact> {
        let alive = self
            .tids
            .values()
            .copied()
            .filter(|t| self.threads[*t].state != State::Ended);
        alive.map(|t| self.fact(t)).collect()
    }

    /// The facts of one thread, if it has not ended.
    pub fn fact_of(&self, tid: Tid) -> Option<ThreadFact> {
        let t = self.tids.get(&tid).copied()?;
        (self.threads[t].state != State::Ended).then(|| self.fact(t))
    }

    /// Does this thread wait for nothing?
    pub fn is_running_or_ready(&self, tid: Tid) -> bool {
        self.thread(tid)
            .is_some_and(|thread| matches!(thread.state, State::Ready | State::Running(_)))
    }

    fn fact(&self, t: ThreadKey) -> ThreadFact {
        let thread = &self.threads[t];
        ThreadFact {
            thread: thread.tid,
            process: thread.pid,
            daemon: self.processes[thread.process].daemon,
            wait: thread
                .blocked()
                // Under choices a thread waits at every lock; it can go on if that is free.
                .filter(|blocked| !self.guard(t, blocked.wait))
                .map(|blocked| self.wait_fact(t, blocked)),
            holds: Vec::new(),
        }
    }

    /// The tick of the instruction that began a wait. Waiting itself counts from the border behind it.
    fn asked_at(&self, blocked: &Blocked) -> Tick {
        match (self.mode, blocked.wait) {
            (Mode::Choices, _) | (_, Wait::Device) => blocked.since,
            (Mode::Clock, _) => Tick(blocked.since.0.saturating_sub(1)),
        }
    }

    fn wait_fact(&self, t: ThreadKey, blocked: &Blocked) -> WaitFact {
        let timed = blocked.until.is_some() || matches!(blocked.wait, Wait::Sleep | Wait::Device);
        WaitFact {
            on: blocked.on,
            since: self.asked_at(blocked),
            pc: self.program_place(t, blocked.pc),
            timed,
            enders: self.enders(t, blocked.wait),
        }
    }

    /// Who holds what a thread waits for, if one thread does.
    pub(crate) fn holder(&self, t: ThreadKey, wait: Wait) -> Option<Tid> {
        match self.enders(t, wait) {
            // Of an end one does not say that somebody holds it.
            Enders::Owner(_) if matches!(wait, Wait::Join(..)) => None,
            Enders::Owner(owner) => owner,
            Enders::AnyOf(_) | Enders::AllOf(_) | Enders::Count(..) => None,
        }
    }

    fn enders(&self, t: ThreadKey, wait: Wait) -> Enders {
        match wait {
            Wait::Lock(mutex) | Wait::Relock { mutex, .. } => Enders::Owner(
                self.mutex_owner(t, mutex)
                    .filter(|owner| self.can_see(*owner, t, mutex)),
            ),
            Wait::Join(tid, _) => Enders::Owner(Some(tid).filter(|tid| !self.has_ended(*tid))),
            Wait::Once(once) => Enders::Owner(
                self.once_runner(t, once)
                    .filter(|runner| self.can_see(*runner, t, once)),
            ),
            Wait::WriteLock(lock) | Wait::ReadLock(lock) => match self.rwlock_writer(t, lock) {
                Some(writer) => Enders::Owner(Some(writer).filter(|w| self.can_see(*w, t, lock))),
                // The bytes do not say who reads: anybody who can see the lock might.
                None => Enders::AnyOf(self.who_can_see(t, lock)),
            },
            Wait::Semaphore(address)
            | Wait::Condition {
                condition: address, ..
            } => Enders::AnyOf(self.who_can_see(t, address)),
            Wait::Barrier { barrier, .. } => {
                let needed = self.peek_word(t, barrier + barrier::THREADS);
                let arrived = self.peek_word(t, barrier + barrier::ARRIVED);
                let missing = needed.saturating_sub(arrived);
                Enders::Count(missing, self.who_can_see(t, barrier))
            }
            Wait::Child(pid, _) => {
                let children = &self.processes[self.threads[t].process].children;
                let wanted = children
                    .iter()
                    .filter(|child| pid.is_none_or(|pid| pid == **child));
                let keys = wanted.filter_map(|child| self.pids.get(child).copied());
                Enders::AnyOf(keys.flat_map(|p| self.alive_in(p)).collect())
            }
            Wait::PipeRead { pipe, .. } => {
                Enders::AnyOf(self.holders_of(t, &FileKind::PipeWrite(pipe)))
            }
            Wait::PipeWrite { pipe, .. } => {
                Enders::AnyOf(self.holders_of(t, &FileKind::PipeRead(pipe)))
            }
            Wait::Sleep | Wait::Device => Enders::AnyOf(Vec::new()),
        }
    }

    fn alive_in(&self, p: ProcessKey) -> impl Iterator<Item = Tid> + '_ {
        let threads = self.processes[p].threads.iter().map(|t| &self.threads[*t]);
        threads
            .filter(|thread| thread.state != State::Ended)
            .map(|thread| thread.tid)
    }

    /// Is this thread alive, and in its reach what lies at `address` for `t`?
    fn can_see(&self, tid: Tid, t: ThreadKey, address: u32) -> bool {
        !self.has_ended(tid)
            && (tid == self.threads[t].tid || self.who_can_see(t, address).contains(&tid))
    }

    /// Other threads that can touch what lies at an address of `t`.
    fn who_can_see(&self, t: ThreadKey, address: u32) -> Vec<Tid> {
        let me = &self.threads[t];
        let shared = matches!(self.location(t, address), Location::Shared { .. });
        let area = self.processes[me.process]
            .space
            .area_of(address / sim_abi::layout::PAGE_SIZE);
        let object = |p: &ProcessKey| {
            let areas = &self.processes[*p].space.areas;
            let key = area.and_then(|a| a.shared_key());
            key.is_some() && areas.values().any(|other| other.shared_key() == key)
        };
        self.tids
            .values()
            .map(|other| &self.threads[*other])
            .filter(|other| other.tid != me.tid && other.state != State::Ended)
            .filter(|other| other.process == me.process || (shared && object(&other.process)))
            .map(|other| other.tid)
            .collect()
    }

    /// Other threads that have such an end of a pipe open; also the waiter's own process's.
    fn holders_of(&self, t: ThreadKey, end: &FileKind) -> Vec<Tid> {
        let open = |p: ProcessKey| {
            let mut descriptors = self.processes[p].descriptors.open();
            descriptors.any(|(_, d)| self.files.open[d.file].kind == *end)
        };
        self.tids
            .values()
            .copied()
            .filter(|other| *other != t && self.threads[*other].state != State::Ended)
            .filter(|other| open(self.threads[*other].process))
            .map(|other| self.threads[other].tid)
            .collect()
    }
}
