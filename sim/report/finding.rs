//! Findings: the sentence, each side with its thread, time, place and locks, the way there, the help.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::finding::{Finding, FindingKind, Site};
use sim_abi::{Tick, Verdict};

use crate::columns::{Cell, left, table};
use crate::diagnostics::Sources;
use crate::style::{Paint, Style};
use crate::trace::place;

/// One finding as a block of lines.
pub fn finding(finding: &Finding, sources: &Sources, style: Style) -> String {
    let (word, paint) = match finding.kind.is_error() {
        true => ("error", Paint::Bad),
        false => ("warning", Paint::Warn),
    };
    let mut out = style.paint(paint, word);
    out.push_str(&style.paint(Paint::Strong, &format!(": {}", finding.message)));
    out.push('\n');
    let mut rows = Vec::new();
    let mut previous = "";
    for site in &finding.locations {
        side(site, previous, finding, sources, &mut rows);
        previous = &site.thread;
    }
    out.push_str(&table(&rows, 2, style));
    for note in &finding.notes {
        out.push_str(&format!("  {note}\n"));
    }
    out.push_str(&help(finding, style));
    out
}

fn help(finding: &Finding, style: Style) -> String {
    let explain = format!("(sim explain {})", finding.kind.name());
    let words = match &finding.help {
        Some(help) => format!("{help}  {explain}"),
        None => explain,
    };
    format!("  {} {words}\n", style.paint(Paint::Good, "help:"))
}

/// One side of a finding: its line, and one line for each caller.
fn side(
    site: &Site,
    previous: &str,
    finding: &Finding,
    sources: &Sources,
    rows: &mut Vec<Vec<Cell>>,
) {
    let thread = if site.thread == previous {
        ""
    } else {
        &site.thread
    };
    rows.push(Vec::from([
        left(Paint::Strong, thread),
        left(Paint::Plain, what(site, finding)),
        left(Paint::Faint, tick(site.tick)),
        left(Paint::Plain, place(&site.file, site.line)),
        left(Paint::Faint, source_line(site, sources)),
    ]));
    for frame in site.stack.iter().skip(1).filter(|f| !f.function.is_empty()) {
        rows.push(Vec::from([
            left(Paint::Plain, ""),
            left(Paint::Faint, format!("  called by {}", frame.function)),
            left(Paint::Plain, ""),
            left(Paint::Faint, place(&frame.file, frame.line)),
        ]));
    }
}

fn what(site: &Site, finding: &Finding) -> String {
    let race = finding.kind == FindingKind::Error(Verdict::DataRace);
    match site.held.as_slice() {
        // Of a race it is the point that no lock was held; elsewhere it goes without saying.
        [] if race => format!("{}, holding no lock", site.what),
        [] => site.what.clone(),
        held => format!("{}, holding {}", site.what, held.join(", ")),
    }
}

fn tick(tick: Option<Tick>) -> String {
    tick.map(|t| format!("tick {t}")).unwrap_or_default()
}

/// The text of the line, so that nobody has to open the file.
fn source_line(site: &Site, sources: &Sources) -> String {
    let Some(source) = sources(&site.file).filter(|_| site.line > 0) else {
        return String::new();
    };
    let line = source
        .lines()
        .nth(site.line as usize - 1)
        .unwrap_or("")
        .trim();
    let line = line.split("//").next().unwrap_or("").trim_end();
    line.chars()
        .take(60)
        .filter(|c| !c.is_control())
        .collect::<String>()
        .to_string()
}
