//! The trace: one line an event, with the time, the core, the thread, what happened and where.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;
use sim_abi::disassembly::disassemble;
use sim_abi::record::{TraceKind, TraceLine};
use sim_abi::{Instruction, Reg};

use crate::columns::{Cell, left, right, table};
use crate::event::{Names, access_words, paint, value_words, words};
use crate::style::{Paint, Style};

/// The lines under a heading.
pub fn trace(lines: &[TraceLine], style: Style) -> String {
    let heading = ["tick", "core", "thread", "event"];
    let mut rows = Vec::from([Vec::from([
        right(Paint::Faint, heading[0]),
        left(Paint::Faint, heading[1]),
        left(Paint::Faint, heading[2]),
        left(Paint::Faint, heading[3]),
    ])]);
    rows.extend(lines.iter().map(row));
    table(&rows, 2, style)
}

/// What happened, in words, and how it is painted.
fn what(line: &TraceLine) -> (String, Paint) {
    match &line.what {
        TraceKind::Event { event, names, text } => (
            words(&event.kind, Names::new(&line.name, names), text),
            paint(&event.kind),
        ),
        TraceKind::Access { access, place } => (access_words(access, place), Paint::Faint),
        TraceKind::Switch { why } => (switch_words(why.as_deref()), Paint::Strong),
        TraceKind::Instruction {
            pc,
            instruction,
            function,
            wrote,
        } => (
            instruction_words(*pc, *instruction, function, *wrote),
            Paint::Faint,
        ),
    }
}

/// All words of a line but the tick and the core: `bank/t1 locks a deadlock.c:12`.
pub fn line_words(line: &TraceLine) -> String {
    let place = place(&line.file, line.line);
    format!("{} {} {place}", line.name, what(line).0)
}

fn row(line: &TraceLine) -> Vec<Cell> {
    let (what, paint) = what(line);
    Vec::from([
        right(Paint::Faint, line.tick.to_string()),
        left(
            Paint::Faint,
            line.core.map(|c| c.to_string()).unwrap_or_default(),
        ),
        left(Paint::Plain, line.name.clone()),
        left(paint, what),
        left(Paint::Faint, place(&line.file, line.line)),
    ])
}

fn switch_words(why: Option<&str>) -> String {
    match why {
        Some(why) => format!("-- switch: {why}"),
        None => "-- switch".to_string(),
    }
}

/// `bank.c:12`, or nothing if it is unknown.
pub fn place(file: &str, line: u32) -> String {
    match (file, line) {
        ("", _) => String::new(),
        (file, 0) => file.to_string(),
        (file, line) => format!("{file}:{line}"),
    }
}

fn instruction_words(
    pc: u32,
    instruction: Instruction,
    function: &Option<(String, u32)>,
    wrote: Option<(u8, u32)>,
) -> String {
    let here = match function {
        Some((name, 0)) => name.clone(),
        Some((name, offset)) => format!("{name}+{offset:#x}"),
        None => format!("{pc:#x}"),
    };
    // Jumps inside of the function are shown relative to it, as this line's own address is.
    let symbol = |address: u32| {
        let (name, offset) = function.as_ref()?;
        let target = offset.wrapping_add(address.wrapping_sub(pc));
        (target < 0x1_0000).then(|| format!("{name}+{target:#x}"))
    };
    let text = disassemble(instruction, pc, &symbol);
    match wrote {
        Some((register, value)) => {
            format!(
                "{here:<14} {text:<26} {} = {}",
                Reg(register).name(),
                value_words(value)
            )
        }
        None => format!("{here:<14} {text}"),
    }
}

/// A line of the trace in JSON.
#[derive(Serialize)]
pub struct Line<'a> {
    tick: u64,
    core: Option<u16>,
    thread: &'a str,
    event: String,
    file: &'a str,
    line: u32,
}

/// The same words as in the text.
pub fn json_line(line: &TraceLine) -> Line<'_> {
    Line {
        tick: line.tick.0,
        core: line.core.map(|c| c.0),
        thread: &line.name,
        event: what(line).0,
        file: &line.file,
        line: line.line,
    }
}
