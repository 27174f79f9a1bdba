//! Facts for detectors: who waits for what, and who could end that wait.
//!
//! "Could" is an over-approximation in one direction only: a thread that is left out can never end the
//! wait, whatever it does, short of writing into the bytes of a lock. Threads that have ended are in no list.

use alloc::vec::Vec;

use sim_abi::facts::{Enders, ThreadFact, WaitFact};
use sim_abi::{Location, Object, Pid, Tick, Tid};

use crate::files::FileKind;
use crate::process::ProcessKey;
use crate::thread::{Blocked, State, Thread, ThreadKey};
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

    /// What matters for others of one thread's wait or end. `None`: it has ended. Under the clock this is
    /// the short way to see that nobody has died: a wait that plainly ends some day (`plain.rs`) is left
    /// out, and of a thread that has ended, and that plainly nobody waits for in vain, it is said that it
    /// does not wait.
    pub fn fact_of(&self, tid: Tid) -> Option<ThreadFact> {
        let t = self.tids.get(&tid).copied();
        let alive = t.filter(|t| self.threads[*t].state != State::Ended);
        match (alive, self.mode) {
            (Some(t), Mode::Clock) if self.plainly_goes_on(t) => Some(self.idle_fact(t)),
            (Some(t), _) => Some(self.fact(t)),
            // Who has been joined at once is gone, and its process may be: nobody asks for that.
            (None, Mode::Clock) if self.plainly_all_go_on() => Some(ThreadFact {
                thread: tid,
                process: t.map_or(Pid(0), |t| self.threads[t].pid),
                daemon: false,
                wait: None,
                holds: Vec::new(),
            }),
            (None, _) => None,
        }
    }

    /// Who could end the wait of a thread that cannot go on now; `None`: it waits for nothing, or time alone
    /// may end its wait.
    pub fn enders_of(&self, tid: Tid) -> Option<Enders> {
        let t = *self.tids.get(&tid)?;
        let blocked = self.threads[t].blocked()?;
        let timed = blocked.until.is_some() || ends_by_time(blocked.wait);
        let waits = !timed && !self.guard(t, blocked.wait);
        waits.then(|| self.enders(t, blocked.wait))
    }

    /// Does this thread wait for nothing?
    pub fn is_running_or_ready(&self, tid: Tid) -> bool {
        self.thread(tid)
            .is_some_and(|thread| matches!(thread.state, State::Ready | State::Running(_)))
    }

    fn fact(&self, t: ThreadKey) -> ThreadFact {
        let blocked = self.threads[t].blocked();
        ThreadFact {
            wait: blocked
                // Under choices a thread waits at every lock; it can go on if that is free.
                .filter(|blocked| !self.guard(t, blocked.wait))
                .map(|blocked| self.wait_fact(t, blocked)),
            ..self.idle_fact(t)
        }
    }

    fn idle_fact(&self, t: ThreadKey) -> ThreadFact {
        let thread = &self.threads[t];
        ThreadFact {
            thread: thread.tid,
            process: thread.pid,
            daemon: self.processes[thread.process].daemon,
            wait: None,
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
        let timed = blocked.until.is_some() || ends_by_time(blocked.wait);
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
        let (holder, at) = match wait {
            Wait::Lock(at) | Wait::Relock { mutex: at, .. } => (self.mutex_owner(t, at), at),
            Wait::Once(at) => (self.once_runner(t, at), at),
            Wait::WriteLock(at) | Wait::ReadLock(at) => (self.rwlock_writer(t, at), at),
            // Nobody holds these; of an end one does not say it.
            _ => return None,
        };
        holder.filter(|holder| self.can_see(*holder, t, at))
    }

    fn enders(&self, t: ThreadKey, wait: Wait) -> Enders {
        match wait {
            Wait::Lock(_) | Wait::Relock { .. } | Wait::Once(_) => {
                Enders::Owner(self.holder(t, wait))
            }
            Wait::Join(tid, _) => Enders::Owner(Some(tid).filter(|tid| !self.has_ended(*tid))),
            Wait::WriteLock(lock) | Wait::ReadLock(lock) => match self.rwlock_writer(t, lock) {
                Some(_) => Enders::Owner(self.holder(t, wait)),
                // The bytes do not say who reads: anybody who can see the lock might.
                None => Enders::AnyOf(self.who_can_see(t, lock)),
            },
            Wait::Semaphore(address)
            | Wait::Condition {
                condition: address, ..
            }
            // However many are missing at a barrier: one who lives can create them.
            | Wait::Barrier {
                barrier: address, ..
            } => Enders::AnyOf(self.who_can_see(t, address)),
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
            // Whoever lives may send one.
            Wait::Signal => Enders::AnyOf(self.others_alive(t)),
            Wait::Sleep | Wait::Device => Enders::AnyOf(Vec::new()),
        }
    }

    fn others_alive(&self, t: ThreadKey) -> Vec<Tid> {
        let others = self.tids.iter().filter(|(_, other)| **other != t);
        let alive = { others }.filter(|(_, other)| self.threads[**other].state != State::Ended);
        alive.map(|(tid, _)| *tid).collect()
    }

    fn alive_in(&self, p: ProcessKey) -> impl Iterator<Item = Tid> + '_ {
        let threads = self.processes[p].threads.iter().map(|t| &self.threads[*t]);
        threads
            .filter(|thread| thread.state != State::Ended)
            .map(|thread| thread.tid)
    }

    /// Is this thread alive, and in its reach what lies at `address` for `t`?
    fn can_see(&self, tid: Tid, t: ThreadKey, address: u32) -> bool {
        let other = self.thread(tid).filter(|other| other.state != State::Ended);
        other.is_some_and(|other| self.sees(other.process, t, address))
    }

    /// Other threads that can touch what lies at an address of `t`. If there are very many threads, of
    /// those that wait themselves for what the same threads could give only the first is named: it cannot
    /// go on before one of the others does.
    fn who_can_see(&self, t: ThreadKey, address: u32) -> Vec<Tid> {
        /// Lists of all threads, for each of them, are too long beyond.
        const MANY: usize = 256;
        let me = &self.threads[t];
        let space = self.space_number(t);
        let waits_alike = |other: &Thread| match other.blocked() {
            Some(Blocked {
                on: Object::Semaphore(at) | Object::Condition(at) | Object::Barrier(at),
                until: None,
                ..
            }) => matches!(at, Location::Private { space: s, .. } if *s == space),
            _ => false,
        };
        let trim = self.threads.len() > MANY && waits_alike(me);
        let mut first = true;
        self.tids
            .values()
            .map(|other| &*self.threads[*other])
            .filter(|other| other.tid != me.tid && other.state != State::Ended)
            .filter(|other| self.sees(other.process, t, address))
            .filter(|other| !(trim && waits_alike(other)) || core::mem::take(&mut first))
            .map(|other| other.tid)
            .collect()
    }

    /// Is in a process's reach what lies at an address of `t`?
    pub(crate) fn sees(&self, process: ProcessKey, t: ThreadKey, address: u32) -> bool {
        let mine = self.threads[t].process;
        if process == mine {
            return true;
        }
        if !matches!(self.location(t, address), Location::Shared { .. }) {
            return false;
        }
        let area = self.processes[mine]
            .space
            .area_of(address / sim_abi::layout::PAGE_SIZE);
        let key = area.and_then(|area| area.shared_key());
        let areas = &self.processes[process].space.areas;
        key.is_some() && areas.values().any(|other| other.shared_key() == key)
    }

    /// Other threads that have such an end of a pipe open; also the waiter's own process's.
    fn holders_of(&self, t: ThreadKey, end: &FileKind) -> Vec<Tid> {
        self.tids
            .values()
            .copied()
            .filter(|other| *other != t && self.threads[*other].state != State::Ended)
            .filter(|other| self.has_open(self.threads[*other].process, end))
            .map(|other| self.threads[other].tid)
            .collect()
    }

    /// Has this process such an end of a pipe open?
    pub(crate) fn has_open(&self, p: ProcessKey, end: &FileKind) -> bool {
        let mut descriptors = self.processes[p].descriptors.open();
        descriptors.any(|(_, d)| self.files.open[d.file].kind == *end)
    }
}

fn ends_by_time(wait: Wait) -> bool {
    matches!(wait, Wait::Sleep | Wait::Device)
}
