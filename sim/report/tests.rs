//! A run made by hand, and how it looks.

use crate::columns::Table;
use crate::style::Paint;
use crate::trace::place;
use crate::{Heading, Style, json, run};
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use sim_abi::event::ExitStatus;
use sim_abi::finding::{Site, StackFrame};
use sim_abi::record::{CoreRecord, ProcessRecord, RunRecord, ThreadRecord};
use sim_abi::trace::{Sentence, Trace, TraceKind, TraceLine};
use sim_abi::{CoreId, EventKind, Finding, FindingKind, Location, Object, Pid, Tick, Tid, Verdict};

const LOCK: Object = Object::Mutex(Location::Private {
    space: 0,
    address: 0x11000,
});

fn line(trace: &mut Trace, tick: u64, name: &str, line: u32, kind: EventKind, names: &[&str]) {
    let sentence = trace.say(Sentence {
        thread: Tid(1),
        name: name.into(),
        file: if line > 0 { "deadlock.c" } else { "" }.into(),
        line,
        what: TraceKind::Event {
            kind,
            names: core::array::from_fn(|n| names.get(n).map(|name| (*name).into())),
            text: String::new(),
        },
    });
    trace.lines.push(TraceLine {
        tick: Tick(tick),
        core: Some(CoreId(0)),
        sentence,
    });
}

fn lines() -> Trace {
    let mut trace = Trace::default();
    line(&mut trace, 0, "bank/main", 0, EventKind::Starts, &[]);
    let child = EventKind::ThreadCreated { child: Tid(2) };
    line(&mut trace, 140, "bank/main", 31, child, &["bank/t1"]);
    let blocks = EventKind::Blocks {
        on: LOCK,
        holder: Some(Tid(3)),
    };
    line(&mut trace, 260, "bank/t1", 14, blocks, &["b", "bank/t2"]);
    trace
}

fn site(thread: &str, what: &str, line: u32) -> Site {
    let frame = |function: &str, line| StackFrame {
        function: function.into(),
        file: "deadlock.c".into(),
        line,
        pc: 0,
    };
    Site {
        thread: thread.into(),
        what: what.into(),
        tick: Some(Tick(201)),
        file: "deadlock.c".into(),
        line,
        stack: Vec::from([frame("transfer", line), frame("main", 3)]),
        held: Vec::new(),
    }
}

fn record() -> RunRecord {
    let finding = Finding {
        kind: FindingKind::Error(Verdict::Deadlock),
        message: "deadlock: 2 threads wait for each other, forever".into(),
        tick: Tick(260),
        about: None,
        threads: Vec::from(["bank/t1".into(), "bank/t2".into()]),
        locations: Vec::from([
            site("bank/t1", "holds a", 1),
            site("bank/t1", "waits for b", 2),
        ]),
        notes: Vec::from(["wait-for graph:  t1 ─b→ t2 ─a→ t1".into()]),
        help: Some("every thread should take the two locks in the same order".into()),
    };
    RunRecord {
        verdict: Verdict::Deadlock,
        findings: Vec::from([finding]),
        ticks: Tick(260),
        instructions: 90,
        stdout: b"hi\n".into(),
        stderr: Vec::new(),
        output: Vec::from([(1, b"hi\n".into())]),
        processes: Vec::from([ProcessRecord {
            pid: Pid(1),
            name: "bank".into(),
            parent: None,
            status: Some(ExitStatus::Killed(11)),
            pages_max: 1,
            page_faults: 0,
        }]),
        threads: Vec::from([ThreadRecord {
            tid: Tid(1),
            name: "main".into(),
            process: "bank".into(),
            pid: Pid(1),
            arrival: Tick(0),
            first_run: Some(Tick(0)),
            finish: None,
            running: 90,
            ready: 20,
            blocked: 150,
            switches: 4,
            preemptions: 0,
            instructions: 90,
        }]),
        cores: Vec::from([CoreRecord {
            busy: 200,
            idle: 40,
            overhead: 20,
        }]),
        switches: (4, 1),
        races: 0,
        trace_left_out: 0,
        trace: lines(),
        timeline: Vec::new(),
        outcomes: Vec::new(),
    }
}

fn heading() -> Heading {
    Heading {
        title: "Deadlock".into(),
        cores: 2,
        policy: "round-robin".into(),
        quantum: 100,
        seed: 0,
        expected: Some(Verdict::Deadlock),
        expected_stdout: None,
    }
}

fn sources(_: &str) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed("lock(a); // first\nlock(b);\n"))
}

const EXPECTED: &str = "\
Deadlock
2 cores · round-robin, quantum 100 · seed 0

  tick  core  thread     event
     0  0     bank/main  starts
   140  0     bank/main  creates thread t1        deadlock.c:31
   260  0     bank/t1    waits for b, held by t2  deadlock.c:14

  output
    hi

  thread     arrives  first runs  ends  running  ready  blocked  switches
  bank/main        0           0     –       90     20      150         4

error: deadlock: 2 threads wait for each other, forever
  bank/t1  holds a           tick 201  deadlock.c:1  lock(a);
             called by main            deadlock.c:3
           waits for b       tick 201  deadlock.c:2  lock(b);
             called by main            deadlock.c:3
  wait-for graph:  t1 ─b→ t2 ─a→ t1
  help: every thread should take the two locks in the same order  (sim explain deadlock)

deadlock · 260 ticks · 1 process, 1 thread · 5 context switches · 0 races · as expected
";

#[test]
fn the_report_of_a_run() {
    let text = run(&heading(), &record(), &sources, Style::PLAIN);
    assert_eq!(text, EXPECTED, "\n{text}");
}

#[test]
fn colours_change_no_letter() {
    let text = run(&heading(), &record(), &sources, Style { color: true });
    assert!(text.contains('\u{1b}'));
    let mut plain = String::new();
    let mut escape = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            c if !escape => plain.push(c),
            _ => {}
        }
    }
    assert_eq!(plain, EXPECTED);
}

#[test]
fn json_has_the_keys_that_are_promised() {
    let value: serde_json::Value =
        serde_json::from_str(&json(&heading(), &record(), None)).expect("it is JSON");
    assert_eq!(value["verdict"], "deadlock");
    assert_eq!(value["expected"], true);
    assert_eq!(value["stdout"], "hi\n");
    assert_eq!(value["findings"][0]["locations"][1]["what"], "waits for b");
    assert_eq!(value["processes"][0]["signal"], 11);
    assert_eq!(value["threads"][0]["finish"], serde_json::Value::Null);
    assert_eq!(value["cores"][0]["idle"], 40);
    let nothing = Heading {
        expected: None,
        ..heading()
    };
    assert!(json(&nothing, &record(), None).contains("\"expected\": null"));
}

/// A trace is written in two parts, each line's tick from the one before; the same as one table.
#[test]
fn a_trace_is_a_table() {
    let mut trace = Trace::default();
    let names = ["bank/main", "bank/a thread with a long name"];
    for (n, tick) in [
        0,
        9,
        10,
        10,
        99,
        1099,
        5,
        20,
        1_000_000,
        999_999,
        u64::MAX,
        3,
    ]
    .into_iter()
    .enumerate()
    {
        let name = names[n / 6];
        line(&mut trace, tick, name, n as u32, EventKind::Yields, &[]);
        trace.lines[n].core = [None, Some(CoreId(0)), Some(CoreId(12345))][n / 2 % 3];
    }
    // Said again; and one that nobody says any more makes no column wider.
    trace.lines.extend_from_within(..3);
    let long = "x".repeat(50);
    line(&mut trace, 1, &long, 1, EventKind::Starts, &[]);
    trace.lines.pop();
    for style in [Style::PLAIN, Style { color: true }] {
        let mut table = Table::default();
        table
            .right(Paint::Faint, "tick")
            .left(Paint::Faint, "core")
            .left(Paint::Faint, "thread")
            .left(Paint::Faint, "event")
            .end();
        for line in &trace.lines {
            let sentence = trace.sentence(line);
            let core = line.core.map_or(String::new(), |core| core.to_string());
            table
                .right(Paint::Faint, line.tick)
                .left(Paint::Faint, core)
                .left(Paint::Plain, &sentence.name)
                .left(Paint::Plain, "yields")
                .left(Paint::Faint, place(&sentence.file, sentence.line))
                .end();
        }
        assert_eq!(crate::trace::trace(&trace, style), table.show(2, style));
    }
}
