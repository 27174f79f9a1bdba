//! The report of a run as one JSON object. Keys are in a fixed order and never left out; what is not
//! known is `null`. Bytes that are not UTF-8 become U+FFFD.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};
use sim_abi::event::ExitStatus;
use sim_abi::finding::{Finding, Site, StackFrame};
use sim_abi::instruction::Reg;
use sim_abi::moment::RegisterFile;
use sim_abi::record::{CoreRecord, ProcessRecord, RunRecord, ThreadRecord};

use crate::finding::elided;
use crate::run::Heading;
use crate::trace;

#[derive(Serialize)]
struct Run<'a> {
    title: &'a str,
    verdict: &'a str,
    /// Is the verdict what the scenario expects? `null`: it expects nothing.
    expected: Option<bool>,
    ticks: u64,
    instructions: u64,
    seed: u64,
    stdout: String,
    stderr: String,
    findings: Vec<FindingJson<'a>>,
    processes: Vec<Process<'a>>,
    threads: Vec<Thread<'a>>,
    cores: Vec<Core>,
    switches: Switches,
    races: u64,
    outcomes: &'a [String],
    /// Of every thread at the tick that was asked for; `null`: nobody asked.
    registers: Option<Vec<RegistersJson<'a>>>,
    trace: trace::Lines<'a>,
}

/// A finding in JSON.
#[derive(Serialize)]
pub struct FindingJson<'a> {
    kind: &'a str,
    /// `error` or `warning`.
    severity: &'a str,
    message: &'a str,
    tick: u64,
    threads: &'a [String],
    locations: Vec<Location<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    line: u32,
    what: &'a str,
    thread: &'a str,
    tick: Option<u64>,
    held: &'a [String],
    stack: Vec<Frame<'a>>,
}

#[derive(Serialize)]
struct Frame<'a> {
    function: &'a str,
    file: &'a str,
    line: u32,
    /// Frames like this one that are left out after it.
    more: usize,
}

#[derive(Serialize)]
struct Process<'a> {
    pid: u32,
    name: &'a str,
    exit: Option<u8>,
    signal: Option<u8>,
    parent: Option<u32>,
    pages_max: u32,
    page_faults: u64,
}

#[derive(Serialize)]
struct Thread<'a> {
    tid: u32,
    name: &'a str,
    process: &'a str,
    pid: u32,
    arrival: u64,
    first_run: Option<u64>,
    finish: Option<u64>,
    running: u64,
    ready: u64,
    blocked: u64,
    switches: u64,
    preemptions: u64,
    instructions: u64,
}

#[derive(Serialize)]
struct Core {
    busy: u64,
    idle: u64,
    overhead: u64,
}

/// The registers of a thread, before a tick.
#[derive(Serialize)]
struct RegistersJson<'a> {
    thread: &'a str,
    tick: u64,
    /// The core that has them; `null`: the kernel keeps them.
    core: Option<u16>,
    pc: u32,
    function: &'a str,
    /// `deadlock.c:14`
    place: &'a str,
    x: Values<'a>,
}

/// `x0` to `x31`, by their ABI names.
struct Values<'a>(&'a [u32; 32]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map((0..).map(|n| Reg(n).name()).zip(self.0))
    }
}

/// Context switches: to another thread of the same process, of another process.
#[derive(Serialize)]
struct Switches {
    thread: u64,
    process: u64,
}

/// The object, on several lines, with a line end. `registers`: those that were asked for.
pub fn json(heading: &Heading, record: &RunRecord, registers: Option<&[RegisterFile]>) -> String {
    let run = Run {
        title: &heading.title,
        verdict: record.verdict.name(),
        expected: heading.as_expected(record),
        ticks: record.ticks.0,
        instructions: record.instructions,
        seed: heading.seed,
        stdout: String::from_utf8_lossy(&record.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&record.stderr).into_owned(),
        findings: record.findings.iter().map(finding).collect(),
        processes: record.processes.iter().map(process).collect(),
        threads: record.threads.iter().map(thread).collect(),
        cores: record.cores.iter().map(core).collect(),
        switches: Switches {
            thread: record.switches.0,
            process: record.switches.1,
        },
        races: record.races,
        outcomes: &record.outcomes,
        registers: registers.map(|files| files.iter().map(register_file).collect()),
        trace: trace::Lines(&record.trace),
    };
    let mut text = serde_json::to_string_pretty(&run).expect("maps with text keys are JSON");
    text.push('\n');
    text
}

/// A finding.
pub fn finding(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        kind: finding.kind.name(),
        severity: if finding.kind.is_error() {
            "error"
        } else {
            "warning"
        },
        message: &finding.message,
        tick: finding.tick.0,
        threads: &finding.threads,
        locations: finding.locations.iter().map(location).collect(),
        notes: &finding.notes,
        help: finding.help.as_deref(),
    }
}

fn location(site: &Site) -> Location<'_> {
    Location {
        file: &site.file,
        line: site.line,
        what: &site.what,
        thread: &site.thread,
        tick: site.tick.map(|t| t.0),
        held: &site.held,
        stack: elided(&site.stack.iter().collect::<Vec<_>>())
            .into_iter()
            .map(frame)
            .collect(),
    }
}

fn frame((frame, more): (&StackFrame, usize)) -> Frame<'_> {
    Frame {
        function: &frame.function,
        file: &frame.file,
        line: frame.line,
        more,
    }
}

fn process(process: &ProcessRecord) -> Process<'_> {
    let (exit, signal) = match process.status {
        None => (None, None),
        Some(ExitStatus::Exited(status)) => (Some(status), None),
        Some(ExitStatus::Killed(signal)) => (None, Some(signal)),
    };
    Process {
        pid: process.pid.0,
        name: &process.name,
        exit,
        signal,
        parent: process.parent.map(|p| p.0),
        pages_max: process.pages_max,
        page_faults: process.page_faults,
    }
}

fn thread(thread: &ThreadRecord) -> Thread<'_> {
    Thread {
        tid: thread.tid.0,
        name: &thread.name,
        process: &thread.process,
        pid: thread.pid.0,
        arrival: thread.arrival.0,
        first_run: thread.first_run.map(|t| t.0),
        finish: thread.finish.map(|t| t.0),
        running: thread.running,
        ready: thread.ready,
        blocked: thread.blocked,
        switches: thread.switches,
        preemptions: thread.preemptions,
        instructions: thread.instructions,
    }
}

fn register_file(file: &RegisterFile) -> RegistersJson<'_> {
    RegistersJson {
        thread: &file.thread,
        tick: file.tick.0,
        core: file.core.map(|core| core.0),
        pc: file.pc,
        function: &file.function,
        place: &file.place,
        x: Values(&file.x),
    }
}

fn core(core: &CoreRecord) -> Core {
    Core {
        busy: core.busy,
        idle: core.idle,
        overhead: core.overhead,
    }
}
