//! Walking a schedule: the same world, the same steps, with the tracer and all detectors listening. What
//! a search noticed gets its words here.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::finding::Site;
use sim_abi::record::RunRecord;
use sim_abi::{Event, Finding, FindingKind, MemoryAccess, Object, Schedule, Tid, Verdict};
use sim_detect::deadlock::{dead, groups};
use sim_detect::race::Race;
use sim_detect::side::Side;
use sim_kernel::{Config, Halt, Mode, Observer, Operation, World};

use crate::clue::{self, Clue, Spot};
use crate::findings::{self, program_frames, side_words};
use crate::inspect::{Found, Inspector};
use crate::probe;
use crate::run::{TraceLevel, limit_reached, record};
use crate::schedule::{Refusal, VERSION, program_id};
use crate::sharing::Sharing;
use crate::switches::Steps;
use crate::trace::Tracer;

/// Listens to a replay: like to a run, and accesses to shared memory are events.
struct Listener {
    tracer: Tracer,
    inspector: Inspector,
    shared: Sharing,
    shows_accesses: bool,
}

impl Observer for Listener {
    const ACCESSES: bool = true;
    const SETTLES: bool = true;

    fn event(&mut self, world: &World, event: &Event) {
        self.tracer.event(world, event);
        self.inspector.event(world, event, &self.tracer.names);
    }

    fn access(&mut self, access: &MemoryAccess) {
        if self.shows_accesses && !access.internal && self.shared.is_shared(access) {
            self.tracer.access(access);
        }
        self.inspector.access(access);
    }

    fn space_gone(&mut self, space: u32) {
        self.inspector.space_gone(space);
    }

    fn settled(&mut self, world: &World) {
        self.tracer.settled(world);
    }
}

/// A way that has been walked.
struct Walked {
    world: World,
    listener: Listener,
}

fn walk(config: &Arc<Config>, schedule: &Schedule, level: TraceLevel) -> Result<Walked, Refusal> {
    let mut sharing = Sharing::frozen(&schedule.shared);
    let mut listener = Listener {
        tracer: Tracer::new(level),
        inspector: Inspector::of_search(),
        shared: sharing.clone(),
        shows_accesses: level > TraceLevel::None,
    };
    let mut world = World::boot(config, Mode::Choices);
    world.keep_output();
    world.settle(&mut sharing, &mut listener);
    let mut steps = Steps::default();
    let mut enabled = Vec::new();
    for (n, choice) in schedule.choices.iter().enumerate() {
        world.enabled(&mut enabled);
        if let Some(chosen) = enabled.iter().find(|e| e.choice == *choice) {
            let tracer = &listener.tracer;
            steps.push(&world, &tracer.names, chosen, tracer.trace.lines.len());
        }
        world
            .step(*choice, &mut sharing, &mut listener)
            .map_err(|_| Refusal::Impossible(n + 1))?;
        listener.tracer.settled(&world);
    }
    if level > TraceLevel::None {
        let tracer = &mut listener.tracer;
        steps.mark(&world, &tracer.names, &mut tracer.trace);
    }
    Ok(Walked { world, listener })
}

/// Replays a schedule that was made for this program.
///
/// # Errors
/// It was made for another one, or by another version.
pub fn replay(
    config: &Config,
    schedule: &Schedule,
    level: TraceLevel,
) -> Result<RunRecord, Refusal> {
    let config = config.for_choices();
    if schedule.version != VERSION {
        return Err(Refusal::OtherVersion(schedule.version.clone()));
    }
    if schedule.program != program_id(&config) {
        return Err(Refusal::OtherProgram);
    }
    let Walked {
        world,
        mut listener,
    } = walk(&config, schedule, level)?;
    let mut last = Vec::new();
    state_clues(&world, |clue| last.push(clue));
    let deadlock = FindingKind::Error(Verdict::Deadlock);
    listener
        .inspector
        .found
        .retain(|f| f.finding.kind != deadlock);
    for clue in &last {
        let finding = state_finding(&world, &listener, clue);
        listener.inspector.found.extend(finding.map(Found::told));
    }
    let halt = world.halted().unwrap_or(Halt::Done);
    let again = |wanted| probe::walk_again(&config, schedule, wanted);
    let Listener {
        tracer, inspector, ..
    } = listener;
    Ok(record(&world, halt, tracer, inspector, again))
}

/// What is wrong in a state.
fn state_clues(world: &World, mut tell: impl FnMut(Clue)) {
    let mut enabled = Vec::new();
    world.enabled(&mut enabled);
    clue::races(world, &enabled, |one, two| tell(race_of(world, one, two)));
    if world.halted() != Some(Halt::Done) {
        clue::deadlocks(world, &enabled, tell);
    }
}

fn race_of(world: &World, one: &MemoryAccess, two: &MemoryAccess) -> Clue {
    Clue::race(Spot::of_access(world, one), Spot::of_access(world, two))
}

/// What a clue says, and what happened on the way to it.
pub fn explain(config: &Arc<Config>, schedule: &Schedule, clue: &Clue) -> (Finding, RunRecord) {
    let walked = walk(config, schedule, TraceLevel::Events);
    let Walked { world, listener } = walked.expect("what was found can be walked again");
    let of_state = state_finding(&world, &listener, clue);
    let again = |wanted| probe::walk_again(config, schedule, wanted);
    let halt = world.halted().unwrap_or(Halt::Done);
    let who = clue.thread().map(|tid| listener.tracer.names.thread(tid));
    let Listener {
        tracer, inspector, ..
    } = listener;
    let record = record(&world, halt, tracer, inspector, again);
    let finding = of_state.or_else(|| told(config, &record, clue, who.as_deref()));
    // A search and a walk that notice different things are wrong, one of them: nothing to hide.
    debug_assert!(
        finding.is_some(),
        "what a search noticed, a walk finds: {clue:?}"
    );
    let finding = finding.unwrap_or_else(|| findings::not_found_again(clue.kind(), world.now()));
    (finding, record)
}

/// What was found by the last step: the one that is about the line of the clue, or its thread, if there are
/// several.
fn told(config: &Config, record: &RunRecord, clue: &Clue, who: Option<&str>) -> Option<Finding> {
    let (line, help) = match clue {
        Clue::Told(_, spot) => (spot.line(config), None),
        Clue::Memory(kind, spot) => (spot.line(config), Some(findings::heap_help(*kind))),
        _ => (None, None),
    };
    let same_kind = record.findings.iter().rev();
    let mut same_kind = same_kind.filter(|f| {
        let is_same_mistake = help.is_none_or(|help| f.help.as_deref() == Some(help));
        f.kind == clue.kind() && is_same_mistake
    });
    if let Some(who) = who {
        let is_its = |f: &&Finding| f.threads.first().is_some_and(|thread| thread == who);
        return same_kind.find(is_its).cloned();
    }
    let at_line = |f: &&Finding| {
        let mut sites = f.locations.iter();
        line.as_ref()
            .is_some_and(|(file, line)| sites.any(|s| s.file == *file && s.line == *line))
    };
    let found = same_kind.clone().find(at_line);
    found.or_else(|| same_kind.next()).cloned()
}

/// The finding that a state is, after the way to it.
fn state_finding(world: &World, listener: &Listener, clue: &Clue) -> Option<Finding> {
    match clue {
        Clue::Race(..) => race(world, listener, clue),
        Clue::Deadlock(..) => Some(deadlock(world, listener, clue)),
        Clue::Livelock(threads, round) => Some(livelock(world, listener, threads, *round)),
        Clue::Limit(what) => Some(limit_reached(what, world)),
        Clue::Told(..) | Clue::Memory(..) | Clue::LeftLocked(..) => None,
    }
}

fn deadlock(world: &World, listener: &Listener, clue: &Clue) -> Finding {
    let context = listener.inspector.context(world, &listener.tracer.names);
    let facts = world.facts();
    let groups = groups(&facts, &dead(&facts));
    let same = groups
        .iter()
        .find(|group| Clue::deadlock(world, group) == *clue);
    match same {
        Some(group) => findings::deadlock(&context, world.now(), group),
        None => findings::standstill(world.now()),
    }
}

/// What the threads of a deadlock at the end of a schedule wait for, sorted.
pub fn locks_of_deadlock(config: &Arc<Config>, schedule: &Schedule, clue: &Clue) -> Vec<Object> {
    let walked = walk(config, schedule, TraceLevel::None);
    let Walked { world, .. } = walked.expect("what was found can be walked again");
    let facts = world.facts();
    let groups = groups(&facts, &dead(&facts));
    let same = groups
        .iter()
        .find(|group| Clue::deadlock(&world, group) == *clue);
    let waiters = same.map_or(&[][..], |group| &group.core);
    let mut locks: Vec<Object> = waiters.iter().map(|waiter| waiter.on).collect();
    locks.sort_unstable();
    locks
}

/// Where those who go round in circles are now.
fn livelock(world: &World, listener: &Listener, threads: &BTreeSet<Tid>, round: usize) -> Finding {
    let mut finding = findings::livelock(world.now(), threads.len(), round);
    for tid in threads {
        let pc = match world.next_operation(*tid) {
            Some(Operation::Access(access)) => access.pc,
            Some(
                Operation::Call { pc, .. } | Operation::Fault { pc } | Operation::Pause { pc },
            ) => pc,
            None => 0,
        };
        let name = listener.tracer.names.thread(*tid);
        let (file, line) = world.source_place(*tid, pc).unwrap_or_default();
        finding.threads.push(name.clone());
        finding.locations.push(Site {
            thread: name,
            what: String::from("goes round and round from here"),
            file,
            line,
            stack: program_frames(world.backtrace_at(*tid, pc)),
            ..Site::default()
        });
    }
    finding
}

fn race(world: &World, listener: &Listener, clue: &Clue) -> Option<Finding> {
    let mut enabled = Vec::new();
    world.enabled(&mut enabled);
    let mut found = None;
    clue::races(world, &enabled, |one, two| {
        if race_of(world, one, two) == *clue {
            found.get_or_insert((*one, *two));
        }
    });
    let (one, two) = found?;
    let race = Race {
        location: two.location,
        address: two.address,
        first: Side::from(&one),
        second: Side::from(&two),
    };
    let mut finding = findings::unnamed_race(&race);
    let name = world.location_name(two.thread, two.location);
    let first = site(world, listener, &one, &name);
    let second = site(world, listener, &two, &name);
    findings::name_race(&mut finding, &race, &name, first, second);
    finding.tick = world.now();
    Some(finding)
}

/// What a thread is about to do.
fn site(world: &World, listener: &Listener, access: &MemoryAccess, name: &str) -> Site {
    let context = listener.inspector.context(world, &listener.tracer.names);
    let (file, line) = world
        .source_place(access.thread, access.pc)
        .unwrap_or((String::new(), 0));
    Site {
        thread: listener.tracer.names.thread(access.thread),
        what: side_words(&Side::from(access), name),
        tick: None,
        file,
        line,
        stack: program_frames(world.backtrace_at(access.thread, access.pc)),
        held: context.held_names(access.thread),
    }
}
