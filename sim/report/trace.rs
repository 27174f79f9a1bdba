//! The trace: one line an event, with the time, the core, the thread, what happened and where.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::{self, Display, Formatter};

use serde::Serialize;
use sim_abi::disassembly::disassemble;
use sim_abi::record::{TraceKind, TraceLine};
use sim_abi::{Instruction, Reg};

use crate::columns::Table;
use crate::event::{self, Names, access_words, value_words};
use crate::style::{Paint, Style};

/// The lines under a heading.
pub fn trace(lines: &[TraceLine], style: Style) -> String {
    let mut table = Table::default();
    table
        .right(Paint::Faint, "tick")
        .left(Paint::Faint, "core")
        .left(Paint::Faint, "thread")
        .left(Paint::Faint, "event")
        .end();
    for line in lines {
        row(line, &mut table);
    }
    table.show(2, style)
}

fn row(line: &TraceLine, table: &mut Table) {
    table.right(Paint::Faint, line.tick);
    match line.core {
        Some(core) => table.left(Paint::Faint, core),
        None => table.left(Paint::Faint, ""),
    };
    table
        .left(Paint::Plain, &line.name)
        .left(paint(line), What(line))
        .left(Paint::Faint, place(&line.file, line.line))
        .end();
}

/// What happened, in words.
struct What<'a>(&'a TraceLine);

impl Display for What<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match &self.0.what {
            TraceKind::Event { kind, names, text } => {
                event::words(f, kind, Names::new(&self.0.name, names), text)
            }
            TraceKind::Access { access, place } => f.write_str(&access_words(access, place)),
            TraceKind::Switch { why: Some(why) } => write!(f, "-- switch: {why}"),
            TraceKind::Switch { why: None } => f.write_str("-- switch"),
            TraceKind::Instruction {
                pc,
                instruction,
                function,
                wrote,
            } => f.write_str(&instruction_words(*pc, *instruction, function, *wrote)),
        }
    }
}

/// How that is painted.
fn paint(line: &TraceLine) -> Paint {
    match &line.what {
        TraceKind::Event { kind, .. } => event::paint(kind),
        TraceKind::Access { .. } | TraceKind::Instruction { .. } => Paint::Faint,
        TraceKind::Switch { .. } => Paint::Strong,
    }
}

/// All words of a line but the tick and the core: `bank/t1 locks a deadlock.c:12`.
pub fn line_words(line: &TraceLine) -> String {
    format!(
        "{} {} {}",
        line.name,
        What(line),
        place(&line.file, line.line)
    )
}

/// `bank.c:12`, or nothing if it is unknown.
pub fn place(file: &str, line: u32) -> Place<'_> {
    Place { file, line }
}

/// A place in a source file, as it is written.
pub struct Place<'a> {
    file: &'a str,
    line: u32,
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match (self.file, self.line) {
            ("", _) => Ok(()),
            (file, 0) => f.write_str(file),
            (file, line) => write!(f, "{file}:{line}"),
        }
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
        event: What(line).to_string(),
        file: &line.file,
        line: line.line,
    }
}
