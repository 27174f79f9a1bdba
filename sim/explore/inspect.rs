//! The detectors, listening to one world: what they find becomes findings.
//!
//! Whatever can be named at once is (deadlocks, crashes, misuse); races and heap errors are found in the
//! middle of a run of instructions and are named later, by looking again (`probe.rs`).

use alloc::vec::Vec;

use sim_abi::event::ExitStatus;
use sim_abi::{Event, EventKind, Finding, FindingKind, MemoryAccess, Verdict};
use sim_detect::deadlock::{Deadlocks, is_plainly_alive};
use sim_detect::heap::{Block, Heap, HeapError};
use sim_detect::held::Held;
use sim_detect::lock_order::LockOrder;
use sim_detect::misuse::Misuses;
use sim_detect::race::{Race, Races};
use sim_kernel::World;

use crate::findings::{self, Context};
use crate::names::Names;

/// Something found; what it says is not known yet if it is to be looked at again.
pub enum Evidence {
    /// All is said.
    Told,
    /// Both sides are to be looked at.
    Race(Race),
    /// The access and the block's history are to be looked at.
    Heap(HeapError),
    /// Where these were allocated is to be looked at: a process ended without freeing them.
    Leak(Vec<Block>),
}

/// A finding and what it rests on.
pub struct Found {
    /// What is said.
    pub finding: Finding,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Found {
    /// All is said.
    pub fn told(finding: Finding) -> Found {
        Found {
            finding,
            evidence: Evidence::Told,
        }
    }
}

/// The detectors.
#[derive(Default)]
pub struct Inspector {
    races: Races,
    heap: Heap,
    held: Held,
    lock_order: LockOrder,
    misuses: Misuses,
    deadlocks: Deadlocks,
    /// In the order in which they were found.
    pub found: Vec<Found>,
}

impl Inspector {
    /// For a walk along the way of a search, which tells of each thread's mistakes.
    pub fn of_search() -> Inspector {
        Inspector {
            heap: Heap::by_thread(),
            ..Inspector::default()
        }
    }

    /// Something happened.
    pub fn event(&mut self, world: &World, event: &Event, names: &Names) {
        if let Some(race) = self.races.event(event) {
            self.race(race);
        }
        if let Some(error) = self.heap.event(event) {
            self.heap_error(error);
        }
        // There are many of these, and nothing else follows from them.
        if matches!(
            event.kind,
            EventKind::SystemCall { .. } | EventKind::Dispatched { .. } | EventKind::Preempted
        ) {
            return;
        }
        self.process_ends(event);
        let mishap = self.misuses.event(event, &self.held);
        let context = Context {
            world,
            names,
            held: &self.held,
            misuses: &self.misuses,
        };
        let mut told = Vec::new();
        told.extend(findings::crash(&context, event));
        for ring in self.lock_order.event(event, &self.held) {
            let takings = ring.acquisitions.iter();
            let takings = takings.map(|a| context.taking(a.taken_at, a.held, a.taken));
            told.push(findings::lock_order(event.tick, takings.collect()));
        }
        told.extend(mishap.map(|mishap| findings::mishap(&context, &mishap)));
        self.held.event(event);
        told.extend(self.dead(world, event, names));
        self.found.extend(told.into_iter().map(Found::told));
    }

    /// Where names come from now.
    pub fn context<'a>(&'a self, world: &'a World, names: &'a Names) -> Context<'a> {
        Context {
            world,
            names,
            held: &self.held,
            misuses: &self.misuses,
        }
    }

    /// Memory was read or written.
    pub fn access(&mut self, access: &MemoryAccess) {
        if let Some(race) = self.races.access(access) {
            self.race(race);
        }
        if let Some(error) = self.heap.access(access) {
            self.heap_error(error);
        }
    }

    /// An address space has gone.
    pub fn space_gone(&mut self, space: u32) {
        self.races.forget_space(space);
        self.held.forget_space(space);
        self.lock_order.forget_space(space);
        self.misuses.forget_space(space);
    }

    /// Races found, also those at places that had been reported.
    pub fn race_count(&self) -> u64 {
        self.races.count()
    }

    /// The world stands still.
    pub fn end(&mut self) {
        for error in self.heap.finish() {
            self.heap_error(error);
        }
    }

    fn race(&mut self, race: Race) {
        let finding = findings::unnamed_race(&race);
        self.found.push(Found {
            finding,
            evidence: Evidence::Race(race),
        });
    }

    fn heap_error(&mut self, error: HeapError) {
        let finding = findings::unnamed_heap_error(&error);
        self.found.push(Found {
            finding,
            evidence: Evidence::Heap(error),
        });
    }

    fn process_ends(&mut self, event: &Event) {
        match event.kind {
            EventKind::ProcessExits { status } => self.leaks(event, status),
            EventKind::Executes => self.heap.forget(event.process),
            EventKind::ProcessCreated {
                parent: Some(parent),
            } => {
                self.heap.fork(parent, event.process);
            }
            _ => {}
        }
    }

    /// What a process that ended well has not freed. Of a forked child nothing is said: it has what its
    /// parent had.
    fn leaks(&mut self, event: &Event, status: ExitStatus) {
        let leaks: Vec<Block> = self.heap.leaks(event.process);
        self.heap.forget(event.process);
        if leaks.is_empty() || !findings::ended_well(status) {
            return;
        }
        let finding = findings::unnamed_leak(event, &leaks);
        self.found.push(Found {
            finding,
            evidence: Evidence::Leak(leaks),
        });
    }

    /// Threads that can never go on: looked for whenever a thread stops.
    fn dead(&mut self, world: &World, event: &Event, names: &Names) -> Vec<Finding> {
        let stops = matches!(
            event.kind,
            EventKind::Blocks { .. }
                | EventKind::ConditionWaits { .. }
                | EventKind::Arrives { .. }
                | EventKind::Signalled { .. }
                | EventKind::Exits
                | EventKind::ProcessExits { .. }
                | EventKind::PipeCloses { .. }
                | EventKind::Reaps { .. }
        );
        if !stops || !waits_on_somebody(world, event) {
            return Vec::new();
        }
        let facts = world.facts();
        let groups = self.deadlocks.check(&facts);
        let context = Context {
            world,
            names,
            held: &self.held,
            misuses: &self.misuses,
        };
        let (known, new): (Vec<_>, Vec<_>) = groups.iter().partition(|group| group.known);
        // Who waits behind a deadlock that has been told belongs to what was told.
        for group in known {
            let core = context.names.thread(group.core[0].thread);
            let told = |f: &&mut Found| {
                f.finding.kind == FindingKind::Error(Verdict::Deadlock)
                    && f.finding.threads.contains(&core)
            };
            if let Some(found) = self.found.iter_mut().find(told) {
                found
                    .finding
                    .notes
                    .extend(findings::waits_behind(&context, group));
            }
        }
        new.into_iter()
            .map(|group| findings::deadlock(&context, event.tick, group))
            .collect()
    }
}

/// The short way: a thread that waits for one that runs is alive.
fn waits_on_somebody(world: &World, event: &Event) -> bool {
    let Some(fact) = world.fact_of(event.thread) else {
        return true;
    };
    match fact.wait {
        None => false,
        Some(wait) => !is_plainly_alive(&wait, |tid| world.is_running_or_ready(tid)),
    }
}
