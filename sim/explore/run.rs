//! One run: the clock chooses, everything listens, the record is what a person is shown.
//!
//! A run is made once. If a data race was found it is made again, up to the accesses of the race, to
//! look at the call stacks and locks of both sides (`probe.rs`): that costs nothing while there is none.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::record::RunRecord;
use sim_abi::{Finding, FindingKind, Tick, Verdict};
use sim_kernel::{Config, Halt, Mode, World};

use crate::findings;
use crate::inspect::Inspector;
use crate::probe::{self, Moment, Probe};
use crate::trace::Tracer;

/// How much of what happens is written down. Each level contains the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TraceLevel {
    /// Findings only.
    None,
    /// What the kernel does: threads, locks, waits, switches, output.
    #[default]
    Events,
    /// System calls, page faults and heap blocks too.
    SystemCalls,
    /// Each memory access too.
    Memory,
    /// Each instruction too.
    Instructions,
}

/// What is asked of a run besides its scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// How much is written down.
    pub trace: TraceLevel,
    /// What each core did when is written down.
    pub timeline: bool,
}

/// Runs a scenario by the clock, to its end.
pub fn run(config: &Config, options: &Options) -> RunRecord {
    let config = Arc::new(config.clone());
    match options.trace {
        TraceLevel::Instructions => drive::<true, true>(&config, options),
        TraceLevel::Memory => drive::<true, false>(&config, options),
        TraceLevel::None | TraceLevel::Events | TraceLevel::SystemCalls => {
            drive::<false, false>(&config, options)
        }
    }
}

/// Ticks until the world stands still.
fn drive<const SETTLES: bool, const INSTRUCTIONS: bool>(
    config: &Arc<Config>,
    options: &Options,
) -> RunRecord {
    let mut world = World::boot(config, Mode::Clock);
    let mut observer = crate::trace::Listener::<SETTLES, INSTRUCTIONS>::new(options);
    let halt = loop {
        if let Some(halt) = world.tick(&mut observer, Tick(u64::MAX)) {
            break halt;
        }
    };
    observer.timeline.executed(world.instructions());
    let again = |wanted| probe::run_again(config, wanted);
    let record = record(&world, halt, observer.tracer, observer.inspector, again);
    RunRecord {
        timeline: observer.timeline.finish(),
        ..record
    }
}

/// What the run leaves behind. `again` makes it once more, to look at moments that are over.
pub(crate) fn record(
    world: &World,
    halt: Halt,
    tracer: Tracer,
    mut inspector: Inspector,
    again: impl FnOnce(Vec<Moment>) -> Probe,
) -> RunRecord {
    inspector.end();
    let races = inspector.race_count();
    probe::complete(&mut inspector.found, again);
    let findings = inspector.found.into_iter().map(|f| f.finding).collect();
    let mut findings = findings::one_race_each(findings);
    if let Halt::Limit(what) = halt {
        findings.push(limit_reached(what, world));
    }
    let errors = findings.iter().filter_map(|f| match f.kind {
        FindingKind::Error(verdict) => Some(verdict),
        _ => None,
    });
    // The first error; a limit only if there is no other.
    let mut errors: Vec<Verdict> = errors.collect();
    errors.sort_by_key(|v| *v == Verdict::LimitReached);
    RunRecord {
        verdict: errors.first().copied().unwrap_or(Verdict::Ok),
        findings,
        ticks: world.now(),
        instructions: world.instructions(),
        stdout: tracer.output(1),
        stderr: tracer.output(2),
        output: tracer.output,
        processes: world.process_records(),
        threads: world.thread_records(),
        cores: world.core_records(),
        switches: world.switches(),
        races,
        trace: tracer.trace,
        trace_left_out: tracer.left_out,
        timeline: Vec::new(),
        outcomes: world.outcomes().to_vec(),
    }
}

pub(crate) fn limit_reached(what: &str, world: &World) -> Finding {
    let limits = &world.config().limits;
    let number: BTreeMap<&str, u64> = BTreeMap::from([
        ("instructions", limits.instructions),
        ("ticks", limits.ticks),
        ("output", limits.output),
        ("memory", u64::from(limits.pages)),
        ("processes", u64::from(limits.processes)),
        ("threads", u64::from(limits.threads)),
    ]);
    let bound = number
        .get(what)
        .map_or(String::new(), |n| format!(" ({n})"));
    // The kernel's work counts as instructions too: fewer may have been executed.
    let executed = world.instructions();
    let counts = what == "instructions" && executed < limits.instructions;
    let note = format!("{executed} were executed; the kernel's work counted as the others");
    Finding {
        kind: FindingKind::Error(Verdict::LimitReached),
        message: format!("limit reached: {what}{bound}; what came after it is not known"),
        tick: world.now(),
        about: None,
        threads: Vec::new(),
        locations: Vec::new(),
        notes: counts.then_some(note).into_iter().collect(),
        help: Some(
            "an endless loop, or a limit that is too low: see [limits] in the scenario".into(),
        ),
    }
}
