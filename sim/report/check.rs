//! The report of a check: what was looked at, the findings, the shortest way to the first one.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;
use sim_abi::Verdict;
use sim_abi::check::{CheckRecord, Counterexample};

use crate::diagnostics::Sources;
use crate::event::count;
use crate::finding::finding;
use crate::json::{self, FindingJson};
use crate::run::output;
use crate::style::{Paint, Style};
use crate::trace::{self, trace};

/// What a report begins with, and what is measured outside.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CheckHeading {
    /// One line.
    pub title: String,
    /// The verdict that the scenario expects, if it says so.
    pub expected: Option<Verdict>,
    /// How long it took.
    pub seconds: f64,
    /// Seconds and memory are told in the text too: it is not the same every time then.
    pub stats: bool,
}

impl CheckHeading {
    /// Did the check come out as the scenario says? `None`: it says nothing.
    pub fn as_expected(&self, record: &CheckRecord) -> Option<bool> {
        self.expected.map(|verdict| verdict == record.verdict)
    }
}

/// The whole report.
pub fn check(
    heading: &CheckHeading,
    record: &CheckRecord,
    sources: &Sources,
    style: Style,
) -> String {
    let mut out = format!("{}\n", style.paint(Paint::Strong, &heading.title));
    let top = format!("every interleaving · strategy {}", record.strategy);
    out += &format!("{}\n", style.paint(Paint::Faint, &top));
    let mut section = |text: String| {
        if !text.is_empty() {
            out.push('\n');
            out.push_str(&text);
        }
    };
    section(outcomes(&record.outcomes, style));
    if let Some(way) = &record.counterexample {
        section(counterexample(way, style));
    }
    for one in &record.findings {
        section(finding(one, sources, style));
    }
    section(summary(heading, record, style));
    out
}

fn outcomes(outcomes: &BTreeMap<String, u64>, style: Style) -> String {
    if outcomes.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", style.paint(Paint::Faint, "  outcomes"));
    for outcome in outcomes.keys() {
        text += &format!("    {outcome}\n");
    }
    text
}

fn counterexample(way: &Counterexample, style: Style) -> String {
    let steps = count(way.schedule.choices.len() as u64, "step");
    let switches = count(way.switches, "switch");
    let words = match way.is_shortest {
        _ if way.schedule.choices.is_empty() => "  at the very beginning".to_string(),
        true => format!("  the shortest way there: {steps}, {switches}"),
        false => format!("  a way there, not proven shortest: {steps}, {switches}"),
    };
    let mut text = format!("{}\n", style.paint(Paint::Faint, &words));
    text += &trace(&way.trace, style);
    let written = output(&way.output, style);
    if !written.is_empty() {
        text.push('\n');
        text += &written;
    }
    text
}

fn summary(heading: &CheckHeading, record: &CheckRecord, style: Style) -> String {
    let paint = match record.verdict {
        Verdict::Ok => Paint::Good,
        _ => Paint::Bad,
    };
    let looked = match (record.complete, record.verdict) {
        (true, Verdict::Ok) => "verified: every interleaving".to_string(),
        (true, _) => "every interleaving was looked at".to_string(),
        (false, _) => {
            let why = record.unfinished.as_deref().unwrap_or("not known why");
            format!("not finished: {why}")
        }
    };
    let states = match record.are_distinct {
        true => count(record.states, "state"),
        false => count(record.executions, "execution"),
    };
    let expected = match (heading.as_expected(record), heading.expected) {
        (Some(false), Some(verdict)) => format!(" · expected {}", verdict.name()),
        (Some(true), _) => " · as expected".to_string(),
        _ => String::new(),
    };
    let stats = match heading.stats {
        true => format!(
            " · {:.2} s · {} KiB · longest way {}",
            heading.seconds,
            record.memory_bytes / 1024,
            count(record.depth, "step")
        ),
        false => String::new(),
    };
    format!(
        "{} · {looked} ({states}, {}){stats}{expected}\n",
        style.paint(paint, record.verdict.name()),
        count(record.transitions, "transition"),
    )
}

#[derive(Serialize)]
struct Check<'a> {
    title: &'a str,
    verdict: &'a str,
    /// Is the verdict what the scenario expects? `null`: it expects nothing.
    expected: Option<bool>,
    complete: bool,
    unfinished: Option<&'a str>,
    strategy: &'a str,
    states: u64,
    executions: u64,
    transitions: u64,
    seconds: f64,
    memory_bytes: u64,
    outcomes: &'a BTreeMap<String, u64>,
    findings: Vec<FindingJson<'a>>,
    counterexample: Option<Way<'a>>,
}

#[derive(Serialize)]
struct Way<'a> {
    steps: usize,
    switches: u64,
    shortest: bool,
    trace: trace::Lines<'a>,
}

/// The report as one JSON object. `seconds` and `memory_bytes` may differ from time to time, nothing else.
pub fn check_json(heading: &CheckHeading, record: &CheckRecord) -> String {
    let check = Check {
        title: &heading.title,
        verdict: record.verdict.name(),
        expected: heading.as_expected(record),
        complete: record.complete,
        unfinished: record.unfinished.as_deref(),
        strategy: record.strategy,
        states: record.states,
        executions: record.executions,
        transitions: record.transitions,
        seconds: heading.seconds,
        memory_bytes: record.memory_bytes,
        outcomes: &record.outcomes,
        findings: record.findings.iter().map(json::finding).collect(),
        counterexample: record.counterexample.as_ref().map(way),
    };
    let mut text = serde_json::to_string_pretty(&check).expect("maps with text keys are JSON");
    text.push('\n');
    text
}

fn way(way: &Counterexample) -> Way<'_> {
    Way {
        steps: way.schedule.choices.len(),
        switches: way.switches,
        shortest: way.is_shortest,
        trace: trace::Lines(&way.trace),
    }
}
