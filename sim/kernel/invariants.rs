//! What is always true of a [`World`] between two steps, whatever its programs do.
//!
//! Each message names the rule that broke: that is a bug of ours, never one of a simulated program's.
//! Looked at before every tick in debug builds; in worlds of many threads, now and then.
//!
//! Not here: what lies in a program's own memory (owners of mutexes, counts of semaphores). A program may
//! overwrite it, and then only its own locks are wrong.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::thread::{State, ThreadKey};
use crate::wait::Wait;
use crate::world::{Mode, World};

/// Worlds of more threads than this are looked at less often.
const THREADS_AT_EACH_TICK: u64 = 64;

impl World {
    /// Checks all rules.
    ///
    /// # Panics
    /// If one is broken.
    pub fn check_invariants(&self) {
        self.check_ids();
        self.check_families();
        self.check_places();
        if self.mode == Mode::Clock {
            self.check_cores();
            self.check_queues();
            self.check_timers();
        }
        assert!(self.notices.is_empty(), "listeners have been told all");
    }

    /// Checks all rules if this is a debug build, as often as is bearable.
    pub(crate) fn check_in_debug(&self) {
        if cfg!(debug_assertions) {
            let rounds = self.threads.len() as u64 / THREADS_AT_EACH_TICK + 1;
            if self.clock.now.0.is_multiple_of(rounds * rounds) {
                self.check_invariants();
            }
        }
    }

    /// Every thread and process has one number, no two the same, none above the last given out.
    fn check_ids(&self) {
        assert_eq!(self.tids.len(), self.threads.len(), "each thread has a tid");
        for (tid, t) in self.tids.iter() {
            assert_eq!(self.threads[*t].tid, *tid, "a tid is its thread's");
            assert!(tid.0 <= self.last_id, "tids were given out");
        }
        assert_eq!(
            self.pids.len(),
            self.processes.len(),
            "each process has a pid"
        );
        for (pid, p) in self.pids.iter() {
            assert_eq!(self.processes[*p].pid, *pid, "a pid is its process's");
            assert!(pid.0 <= self.last_id, "pids were given out");
        }
    }

    /// Threads and their process, parents and their children know each other.
    fn check_families(&self) {
        let members: usize = self.processes.values().map(|p| p.threads.len()).sum();
        assert_eq!(members, self.threads.len(), "each thread is in one process");
        for (p, process) in self.processes.iter() {
            for t in &process.threads {
                assert_eq!(self.threads[*t].process, p, "a process lists its own");
                assert_eq!(self.threads[*t].pid, process.pid, "and they know its pid");
                let ended = self.threads[*t].state == State::Ended;
                assert!(process.status.is_none() || ended, "nobody outlives exit");
            }
            for child in &process.children {
                let parent = self.process(*child).and_then(|child| child.parent);
                assert_eq!(parent, Some(process.pid), "a child knows its parent");
            }
            if let Some(parent) = process.parent.and_then(|pid| self.process(pid)) {
                assert!(
                    parent.children.contains(&process.pid),
                    "a parent knows its child"
                );
            }
        }
    }

    /// Each thread is in exactly one place: ready in the policy, on a core, in one queue, or ended.
    fn check_places(&self) {
        let ready: Vec<ThreadKey> = self.clock.policy.threads().collect();
        let ready_once: BTreeSet<ThreadKey> = ready.iter().copied().collect();
        assert_eq!(
            ready.len(),
            ready_once.len(),
            "the policy holds nobody twice"
        );
        for (t, thread) in &self.threads {
            let is_ready = thread.state == State::Ready && self.mode == Mode::Clock;
            assert_eq!(
                ready_once.contains(&t),
                is_ready,
                "the policy holds the ready"
            );
            if let State::Running(core) = thread.state {
                let runs = self.clock.cores[usize::from(core.0)].thread;
                assert_eq!(
                    runs,
                    Some(t),
                    "a running thread is on the core that it names"
                );
            }
        }
        assert!(
            ready.iter().all(|t| self.threads.contains_key(*t)),
            "the policy holds no thread that has gone"
        );
    }

    fn check_cores(&self) {
        for (number, core) in (0u16..).zip(&self.clock.cores) {
            let busy = self.clock.busy.contains(number);
            assert_eq!(core.thread.is_some(), busy, "busy cores run something");
            let Some(t) = core.thread else { continue };
            let state = self.threads.get(t).map(|thread| thread.state);
            let here = State::Running(sim_abi::CoreId(number));
            assert_eq!(state, Some(here), "a core's thread runs there");
        }
    }

    /// Blocked threads stand in the queue of what they wait for, once; nobody else stands anywhere.
    fn check_queues(&self) {
        let mut standing: BTreeMap<ThreadKey, usize> = BTreeMap::new();
        for (object, queue) in &self.queues {
            assert!(!queue.is_empty(), "no object has an empty queue");
            for t in queue {
                *standing.entry(*t).or_default() += 1;
                let blocked = self.threads.get(*t).and_then(|thread| thread.blocked());
                let on = blocked.map(|blocked| blocked.on);
                assert_eq!(on, Some(*object), "queues hold those who wait for them");
            }
        }
        for (t, thread) in &self.threads {
            let places = standing.get(&t).copied().unwrap_or(0);
            let blocked = thread.blocked();
            assert_eq!(
                places,
                usize::from(blocked.is_some()),
                "who waits stands in one queue"
            );
            // These waits are for something that only the kernel can change.
            if let Some(blocked) = blocked
                && let Wait::Join(..)
                | Wait::Child(..)
                | Wait::PipeRead { .. }
                | Wait::PipeWrite { .. } = blocked.wait
            {
                assert!(!self.guard(t, blocked.wait), "no wakeup is lost");
            }
        }
    }

    /// Deadlines are set for waits that have one, and for nobody else; none has passed.
    fn check_timers(&self) {
        self.clock.timers.check();
        if let Some((at, _)) = self.clock.timers.first() {
            assert!(at >= self.clock.moment, "no deadline has been missed");
        }
        for (t, thread) in &self.threads {
            let until = thread.blocked().and_then(|blocked| blocked.until);
            assert_eq!(
                self.clock.timers.of(t),
                until,
                "a deadline is that of the wait"
            );
        }
    }
}
