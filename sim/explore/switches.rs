//! Why a switch matters: a thread stops in the middle of something, and another does what it would have
//! met. Told in traces of schedules, where another thread goes on than the one before.
//!
//! Rule: what a thread does next after the switch, or stands right before at the end of the schedule, does
//! not commute (`footprint.rs`) with a step that others make in between; the first such step is told. Where
//! there is none, the switch is only marked: the order of the steps around it does not matter, or the
//! thread has ended.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::syscall::Call;
use sim_abi::trace::{Sentence, Trace, TraceKind, TraceLine};
use sim_abi::{Tick, Tid};
use sim_kernel::{Enabled, Operation, World};

use crate::footprint::Footprint;
use crate::names::Names;

/// What a thread stands right before.
#[derive(Clone, Debug)]
struct Ahead {
    thread: Tid,
    name: String,
    /// `write` and `counter`: what it is about to do, and to what.
    verb: &'static str,
    object: String,
    footprint: Footprint,
}

/// A step of a schedule.
struct Step {
    ahead: Ahead,
    tick: Tick,
    /// The trace's line that it begins with.
    line: usize,
}

/// The steps of a schedule, as they are walked.
#[derive(Default)]
pub(crate) struct Steps(Vec<Step>);

impl Steps {
    /// This step is made next.
    pub(crate) fn push(&mut self, world: &World, names: &Names, chosen: &Enabled, line: usize) {
        self.0.push(Step {
            ahead: ahead(world, names, chosen),
            tick: Tick(world.now().0 + 1),
            line,
        });
    }

    /// Marks the switches in the trace of the schedule that has led to this world.
    pub(crate) fn mark(&self, world: &World, names: &Names, trace: &mut Trace) {
        let last: Vec<Ahead> = (world.threads())
            .filter_map(|thread| {
                let operation = world.next_operation(thread.tid)?;
                Some(ahead_of(world, names, thread.tid, operation))
            })
            .collect();
        for n in (1..self.0.len()).rev() {
            let (left, step) = (&self.0[n - 1].ahead, &self.0[n]);
            if left.thread != step.ahead.thread && step.line <= trace.lines.len() {
                let why = self.why(n, left.thread, &last);
                let sentence = trace.say(sentence(&step.ahead, why));
                let line = TraceLine {
                    tick: step.tick,
                    core: None,
                    sentence,
                };
                trace.lines.insert(step.line, line);
            }
        }
    }

    /// Why it matters that another thread goes on at step `n`.
    fn why(&self, n: usize, left: Tid, last: &[Ahead]) -> Option<String> {
        let is_left = |ahead: &&Ahead| ahead.thread == left;
        let after = self.0[n..].iter().map(|step| &step.ahead);
        let next = after.chain(last).find(is_left)?;
        let others = self.0[n..].iter().map(|step| &step.ahead);
        let met = others
            .take_while(|other| !is_left(other))
            .find(|other| other.footprint.conflicts(&next.footprint))?;
        Some(format!(
            "{} has yet to {} {}; {} {} {} first",
            next.name,
            next.verb,
            next.object,
            met.name,
            third_person(met.verb),
            met.object
        ))
    }
}

fn sentence(ahead: &Ahead, why: Option<String>) -> Sentence {
    Sentence {
        thread: ahead.thread,
        name: ahead.name.as_str().into(),
        file: Arc::default(),
        line: 0,
        what: TraceKind::Switch { why },
    }
}

fn ahead(world: &World, names: &Names, chosen: &Enabled) -> Ahead {
    let mut ahead = ahead_of(world, names, chosen.thread, chosen.operation);
    let mut copies = Vec::new();
    world.accesses_of(chosen, &mut copies);
    copies
        .iter()
        .for_each(|copy| ahead.footprint.add_access(copy));
    if chosen.timeout {
        ahead.verb = "give up";
    }
    ahead
}

fn ahead_of(world: &World, names: &Names, tid: Tid, operation: Operation) -> Ahead {
    let mut footprint = Footprint::default();
    if let Some(thread) = world.thread(tid) {
        footprint.add_operation(&operation, thread.pid);
    }
    let (verb, object) = match operation {
        Operation::Access(access) => (
            if access.write { "write" } else { "read" },
            world.location_name(tid, access.location),
        ),
        Operation::Call { call, object, .. } => match (verb(call), object) {
            (Some(verb), Some(object)) => (verb, names.object(world, tid, object)),
            _ => ("call", call.name().to_string()),
        },
        Operation::Fault { .. } => ("fault", String::from("here")),
        Operation::Pause { .. } => ("compute", String::from("on its own")),
    };
    Ahead {
        thread: tid,
        name: names.thread(tid),
        verb,
        object,
        footprint,
    }
}

/// What calls do to their object, in one word.
fn verb(call: Call) -> Option<&'static str> {
    Some(match call {
        Call::MutexLock | Call::MutexTimedlock => "lock",
        Call::MutexTrylock => "try",
        Call::MutexUnlock | Call::RwlockUnlock => "unlock",
        Call::RwlockRdlock | Call::RwlockTryrdlock => "read-lock",
        Call::RwlockWrlock | Call::RwlockTrywrlock => "write-lock",
        Call::SemWait | Call::SemTimedwait | Call::SemTrywait => "take",
        Call::SemPost => "post",
        Call::CondWait | Call::CondTimedwait => "wait on",
        Call::CondSignal => "signal",
        Call::CondBroadcast => "broadcast",
        Call::BarrierWait => "come to",
        Call::Read => "read",
        Call::Write => "write",
        Call::Close => "close",
        Call::ThreadJoin => "join",
        _ => return None,
    })
}

fn third_person(verb: &str) -> String {
    match verb {
        "try" => "tries".to_string(),
        "wait on" => "waits on".to_string(),
        "come to" => "comes to".to_string(),
        "give up" => "gives up".to_string(),
        _ => format!("{verb}s"),
    }
}
