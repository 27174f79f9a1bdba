//! The report of a run: title, trace, output, times, findings, one line that sums up.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use sim_abi::Verdict;
use sim_abi::record::RunRecord;

use crate::diagnostics::Sources;
use crate::event::count;
use crate::finding::finding;
use crate::processes::processes;
use crate::style::{Paint, Style};
use crate::threads::{averages, gantt, on_paper, threads};
use crate::trace;

/// What a report begins with.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Heading {
    /// One line.
    pub title: String,
    /// Number of cores.
    pub cores: u16,
    /// The scheduling policy's name.
    pub policy: String,
    /// Length of a time slice in ticks.
    pub quantum: u64,
    /// Where all randomness comes from.
    pub seed: u64,
    /// The verdict that the scenario expects, if it says so.
    pub expected: Option<Verdict>,
    /// What the programs should write to stdout, if the scenario says so.
    pub expected_stdout: Option<String>,
}

impl Heading {
    /// Did the run come out as the scenario says? `None`: it says nothing.
    pub fn as_expected(&self, record: &RunRecord) -> Option<bool> {
        let verdict = self.expected.map(|v| v == record.verdict);
        let stdout = self
            .expected_stdout
            .as_ref()
            .map(|s| s.as_bytes() == record.stdout);
        match (verdict, stdout) {
            (None, None) => None,
            (verdict, stdout) => Some(verdict.unwrap_or(true) && stdout.unwrap_or(true)),
        }
    }
}

/// A part of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The title and the machine.
    Heading,
    /// What happened.
    Trace,
    /// What the programs wrote.
    Output,
    /// Where the time went; of a schedule on paper the chart and the averages too.
    Threads,
    /// Processes and their memory: not in the whole report.
    Processes,
    /// What is wrong.
    Findings,
    /// The last line.
    Summary,
}

impl Part {
    /// Those of the whole report, in their order.
    pub const ALL: [Part; 6] = [
        Part::Heading,
        Part::Trace,
        Part::Output,
        Part::Threads,
        Part::Findings,
        Part::Summary,
    ];
}

/// The whole report.
pub fn run(heading: &Heading, record: &RunRecord, sources: &Sources, style: Style) -> String {
    parts(&Part::ALL, heading, record, sources, style)
}

/// Some parts of the report, an empty line between them; those that say nothing are left out.
pub fn parts(
    wanted: &[Part],
    heading: &Heading,
    record: &RunRecord,
    sources: &Sources,
    style: Style,
) -> String {
    let mut out = String::new();
    write(wanted, heading, record, sources, style, &mut out)
        .expect("a text takes all that is written into it");
    out
}

/// The same, piece by piece: a trace may be long.
///
/// # Errors
/// Nobody takes the text any more.
pub fn write(
    wanted: &[Part],
    heading: &Heading,
    record: &RunRecord,
    sources: &Sources,
    style: Style,
    out: &mut dyn Write,
) -> fmt::Result {
    let mut is_first = true;
    for part in wanted {
        if *part == Part::Trace && !record.trace.is_empty() {
            separate(&mut is_first, out)?;
            trace::write(&record.trace, style, out)?;
            left_out(record, out)?;
        }
        for text in part_of(*part, heading, record, sources, style) {
            if !text.is_empty() {
                separate(&mut is_first, out)?;
                out.write_str(&text)?;
            }
        }
    }
    Ok(())
}

/// An empty line before every text but the first.
fn separate(is_first: &mut bool, out: &mut dyn Write) -> fmt::Result {
    match core::mem::take(is_first) {
        true => Ok(()),
        false => out.write_char('\n'),
    }
}

fn left_out(record: &RunRecord, out: &mut dyn Write) -> fmt::Result {
    match record.trace_left_out {
        0 => Ok(()),
        more => writeln!(
            out,
            "  … and {more} more events: a run this long is traced at its beginning only"
        ),
    }
}

/// The texts of a part, but for the trace: that may be too long for one.
fn part_of(
    part: Part,
    heading: &Heading,
    record: &RunRecord,
    sources: &Sources,
    style: Style,
) -> Vec<String> {
    let one = |text: String| Vec::from([text]);
    match part {
        Part::Heading => one(top(heading, style)),
        Part::Trace => Vec::new(),
        Part::Output => one(output(&record.output, style)),
        Part::Threads if on_paper(record) => Vec::from([
            threads(record, style),
            gantt(record, style),
            averages(record),
        ]),
        Part::Threads => one(threads(record, style)),
        Part::Processes => one(processes(record, style)),
        Part::Findings => {
            let findings = record.findings.iter();
            findings.map(|f| finding(f, sources, style)).collect()
        }
        Part::Summary => one(summary(heading, record, style)),
    }
}

fn top(heading: &Heading, style: Style) -> String {
    let machine = format!(
        "{} · {}, quantum {} · seed {}",
        count(heading.cores, "core"),
        heading.policy,
        heading.quantum,
        heading.seed
    );
    format!(
        "{}\n{}\n",
        style.paint(Paint::Strong, &heading.title),
        style.paint(Paint::Faint, &machine)
    )
}

/// What the programs wrote, both streams as they came.
pub fn output(output: &[(u8, Vec<u8>)], style: Style) -> String {
    let mut text = String::new();
    for (stream, bytes) in output {
        let part = String::from_utf8_lossy(bytes);
        let paint = if *stream == 2 {
            Paint::Warn
        } else {
            Paint::Plain
        };
        for line in part.split_inclusive('\n') {
            if text.is_empty() || text.ends_with('\n') {
                text.push_str("    ");
            }
            let (line, end) = line
                .strip_suffix('\n')
                .map_or((line, ""), |line| (line, "\n"));
            text.push_str(&style.paint(paint, &printable(line)));
            text.push_str(end);
        }
    }
    if text.is_empty() {
        return text;
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    format!("{}\n{text}", style.paint(Paint::Faint, "  output"))
}

/// Control characters would disturb the terminal, and with it the report.
fn printable(line: &str) -> String {
    line.chars()
        .map(|c| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

fn summary(heading: &Heading, record: &RunRecord, style: Style) -> String {
    let paint = match record.verdict {
        Verdict::Ok => Paint::Good,
        _ => Paint::Bad,
    };
    let processes = record.processes.len() as u64;
    let all = format!(
        " · {} · {}, {} · {} · {}",
        count(record.ticks.0, "tick"),
        match processes {
            1 => String::from("1 process"),
            n => format!("{n} processes"),
        },
        count(record.threads.len() as u64, "thread"),
        count(record.switches.0 + record.switches.1, "context switch"),
        count(record.races, "race"),
    );
    let expected = match (heading.as_expected(record), heading.expected) {
        (None, _) => String::new(),
        (Some(true), _) => String::from(" · as expected"),
        (Some(false), Some(verdict)) if verdict != record.verdict => {
            format!(" · expected {}", verdict.name())
        }
        (Some(false), _) => String::from(" · the output is not the expected one"),
    };
    format!(
        "{}{all}{expected}\n",
        style.paint(paint, record.verdict.name())
    )
}
