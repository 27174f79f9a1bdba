//! Looking at the computer at one moment of a run: memory maps and the wait-for graph, for pictures, and
//! register files.
//!
//! The run is made again up to that moment; nothing is remembered while nobody asks.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::facts::{Enders, ThreadFact, WaitFact};
use sim_abi::moment::{Holding, MemoryMap, RegisterFile, WaitGraph, WaitNode, Waiting};
use sim_abi::{Event, EventKind, Object, Pid, Tick, Tid};
use sim_detect::held::Held;
use sim_kernel::{Config, Mode, Observer, World};

use crate::names::Names;

/// The memory of every process that has some just after `tick`; without a tick: of every process there
/// ever was, just before its end (or at the end of the run). By pid.
pub fn memory(config: &Config, tick: Option<Tick>) -> Vec<MemoryMap> {
    let config = Arc::new(config.clone());
    if let Some(tick) = tick {
        let mut watcher = Watcher::default();
        let world = run_to(&config, &mut watcher, tick.0.saturating_add(1));
        let pids: Vec<Pid> = world.processes_with_memory().collect();
        return pids.iter().filter_map(|p| world.memory_map(*p)).collect();
    }
    let mut ends = Ends::default();
    let world = run_to(&config, &mut ends, u64::MAX);
    let mut maps: Vec<MemoryMap> = world
        .processes_with_memory()
        .filter_map(|pid| world.memory_map(pid))
        .collect();
    maps.extend(before_ends(&config, &ends.ends));
    maps.sort_by_key(|map| map.pid);
    maps
}

/// Who waits for what just after `tick`; without a tick: at the end of the run.
pub fn waits(config: &Config, tick: Option<Tick>) -> WaitGraph {
    let config = Arc::new(config.clone());
    let mut watcher = Watcher::default();
    let until = tick.map_or(u64::MAX, |tick| tick.0.saturating_add(1));
    let world = run_to(&config, &mut watcher, until);
    let nodes = world.facts();
    WaitGraph {
        tick: world.now(),
        threads: nodes.iter().map(|f| watcher.node(&world, f)).collect(),
    }
}

/// The registers of every thread of a program that has not ended, just after `tick`. By tid.
pub fn registers(config: &Config, tick: Tick) -> Vec<RegisterFile> {
    let config = Arc::new(config.clone());
    let world = run_to(&config, &mut (), tick.0.saturating_add(1));
    let facts = world.facts();
    let file = |fact: &ThreadFact| register_file(&world, fact.thread);
    facts.iter().filter_map(file).collect()
}

fn register_file(world: &World, tid: Tid) -> Option<RegisterFile> {
    let registers = world.thread(tid)?.registers;
    // A process on paper has no program, and so no registers.
    world.program_of(tid)?;
    Some(RegisterFile {
        tick: world.now(),
        thread: world.thread_name_of(tid)?,
        core: world.core_of(tid),
        x: registers.x,
        pc: registers.pc,
        function: world
            .function_at(tid, registers.pc)
            .map_or_else(String::new, |(name, _)| name),
        place: place(world, tid, registers.pc),
    })
}

/// Runs until the next tick to be executed is `until`, or to the end.
fn run_to<O: Observer>(config: &Arc<Config>, observer: &mut O, until: u64) -> World {
    let mut world = World::boot(config, Mode::Clock);
    advance(&mut world, observer, until);
    world
}

fn advance<O: Observer>(world: &mut World, observer: &mut O, until: u64) {
    while world.now().0 < until {
        if world.tick(observer, Tick(until)).is_some() {
            return;
        }
    }
}

/// When processes end.
#[derive(Default)]
struct Ends {
    ends: Vec<(Tick, Pid)>,
}

impl Observer for Ends {
    fn event(&mut self, _: &World, event: &Event) {
        if let EventKind::ProcessExits { .. } = event.kind {
            self.ends.push((event.tick, event.process));
        }
    }
}

fn before_ends(config: &Arc<Config>, ends: &[(Tick, Pid)]) -> Vec<MemoryMap> {
    let mut world = World::boot(config, Mode::Clock);
    let mut maps = Vec::new();
    for (tick, pid) in ends {
        advance(&mut world, &mut (), tick.0);
        maps.extend(world.memory_map(*pid));
    }
    maps
}

/// Follows who holds what, and names.
#[derive(Default)]
struct Watcher {
    names: Names,
    held: Held,
    /// Names of the locks at the time they were taken.
    locks: BTreeMap<(Tid, Object), String>,
}

impl Observer for Watcher {
    fn event(&mut self, world: &World, event: &Event) {
        self.names.event(world, event);
        self.held.event(event);
        if let EventKind::Locks { object, .. } = event.kind {
            let name = self.names.object(world, event.thread, object);
            self.locks.insert((event.thread, object), name);
        }
    }

    fn space_gone(&mut self, space: u32) {
        self.held.forget_space(space);
    }
}

impl Watcher {
    fn node(&self, world: &World, fact: &ThreadFact) -> WaitNode {
        let tid = fact.thread;
        let holds = self.held.of(tid).iter().map(|hold| Holding {
            object: self
                .locks
                .get(&(tid, hold.object))
                .cloned()
                .unwrap_or_default(),
            since: hold.place.tick,
            place: place(world, tid, hold.place.pc),
        });
        WaitNode {
            tid,
            name: world.thread_name_of(tid).unwrap_or_default(),
            holds: holds.collect(),
            waits: fact
                .wait
                .as_ref()
                .map(|wait| self.waiting(world, tid, wait)),
        }
    }

    fn waiting(&self, world: &World, tid: Tid, wait: &WaitFact) -> Waiting {
        let end_of = match wait.on {
            Object::Thread(other) => Some(other),
            _ => None,
        };
        Waiting {
            object: self.names.object(world, tid, wait.on),
            end_of,
            since: wait.since,
            place: place(world, tid, wait.pc),
            timed: wait.timed,
            enders: match &wait.enders {
                Enders::Owner(owner) => owner.iter().copied().collect(),
                Enders::AnyOf(list) | Enders::AllOf(list) | Enders::Count(_, list) => list.clone(),
            },
        }
    }
}

fn place(world: &World, tid: Tid, pc: u32) -> String {
    match world.source_place(tid, pc) {
        Some((file, line)) => format!("{file}:{line}"),
        None => String::new(),
    }
}
