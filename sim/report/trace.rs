//! The trace: one line an event, with the time, the core, the thread, what happened and where.
//!
//! A trace has hundreds of thousands of lines and few different sentences: their words are made once, and a
//! line costs little more than the copying of its letters.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter, Write};

use serde::{Serialize, Serializer};
use sim_abi::disassembly::disassemble;
use sim_abi::trace::{Sentence, SentenceId, Trace, TraceKind, TraceLine};
use sim_abi::{CoreId, Instruction, Reg};

use crate::columns::{Table, spaces};
use crate::event::{self, Names, access_words, value_words};
use crate::style::{Paint, Style};

/// Titles of the first two columns.
const TICK: &str = "tick";
const CORE: &str = "core";
/// Between columns, and before the first.
const GAP: usize = 2;
/// Text is handed on in pieces of about this size, in bytes.
const PIECE: usize = 1 << 15;

/// The lines under a heading.
pub fn trace(trace: &Trace, style: Style) -> String {
    let mut text = String::new();
    write(trace, style, &mut text).expect("a text takes all that is written into it");
    text
}

/// The same, piece by piece: it may be long.
///
/// # Errors
/// Nobody takes the text any more.
pub fn write(trace: &Trace, style: Style, out: &mut dyn Write) -> fmt::Result {
    let said = Said::new(trace, style);
    let mut stamps = Stamps::new(trace, style);
    out.write_str(&stamps.heading())?;
    out.write_str(said.heading())?;
    let mut piece = Vec::with_capacity(PIECE + PIECE / 4);
    for line in &trace.lines {
        piece.extend_from_slice(stamps.stamp(line));
        piece.extend_from_slice(said.row(line.sentence).as_bytes());
        if piece.len() > PIECE {
            out.write_str(text(&piece))?;
            piece.clear();
        }
    }
    out.write_str(text(&piece))
}

fn text(lines: &[u8]) -> &str {
    core::str::from_utf8(lines).expect("stamps are digits and marks, and sentences are text")
}

/// The left part of the lines: tick and core, in columns. Made for each line, of the one before: as in an
/// odometer most digits stay as they are.
struct Stamps {
    tick_width: usize,
    core_width: usize,
    style: Style,
    /// The last stamp, of this tick and core; where the digits of the tick end.
    stamp: Vec<u8>,
    tick: u64,
    core: Option<CoreId>,
    tick_end: usize,
}

impl Stamps {
    fn new(trace: &Trace, style: Style) -> Stamps {
        let tick = trace.lines.iter().map(|line| line.tick.0).max();
        let core = trace.lines.iter().filter_map(|line| line.core).max();
        let width = |title: &str, widest: u64| title.len().max(digits(widest));
        let mut stamps = Stamps {
            tick_width: width(TICK, tick.unwrap_or(0)),
            core_width: width(CORE, core.map_or(0, |core| core.0.into())),
            style,
            stamp: Vec::new(),
            tick: 0,
            core: None,
            tick_end: 0,
        };
        stamps.make(0, None);
        stamps
    }

    fn heading(&self) -> String {
        self.cells(TICK, CORE).0
    }

    fn stamp(&mut self, line: &TraceLine) -> &[u8] {
        let tick = line.tick.0;
        if line.core != self.core || digits(tick) != digits(self.tick) {
            self.make(tick, line.core);
        } else {
            self.turn(tick);
        }
        &self.stamp
    }

    /// The stamp of a tick that has as many digits as the last one's.
    fn turn(&mut self, tick: u64) {
        let (mut old, mut new) = (core::mem::replace(&mut self.tick, tick), tick);
        let mut digits = self.stamp[..self.tick_end].iter_mut().rev();
        while old != new
            && let Some(digit) = digits.next()
        {
            *digit = b'0' + (new % 10) as u8;
            (old, new) = (old / 10, new / 10);
        }
    }

    fn make(&mut self, tick: u64, core: Option<CoreId>) {
        let number = core.map_or(String::new(), |core| core.to_string());
        let (stamp, tick_end) = self.cells(&tick.to_string(), &number);
        (self.stamp, self.tick_end) = (stamp.into_bytes(), tick_end);
        (self.tick, self.core) = (tick, core);
    }

    /// Both columns, and where the text of the first ends.
    fn cells(&self, tick: &str, core: &str) -> (String, usize) {
        let mut out = String::new();
        let (before, after) = self.style.marks(Paint::Faint);
        spaces(GAP + self.tick_width - tick.len(), &mut out);
        out.push_str(&before);
        out.push_str(tick);
        let tick_end = out.len();
        out.push_str(&after);
        spaces(GAP, &mut out);
        self.style.paint_into(Paint::Faint, core, &mut out);
        spaces(self.core_width - core.len(), &mut out);
        (out, tick_end)
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// The right part of the lines: thread, event and place, in columns. Made once for each sentence.
struct Said {
    text: String,
    /// Where each row ends. The first is the heading, then come the sentences.
    ends: Vec<usize>,
}

impl Said {
    fn new(trace: &Trace, style: Style) -> Said {
        let sentences = trace.sentences();
        let mut is_said = vec![false; sentences.len()];
        for line in &trace.lines {
            is_said[line.sentence.index()] = true;
        }
        let mut table = Table::default();
        table
            .left(Paint::Faint, "thread")
            .left(Paint::Faint, "event")
            .end();
        for (sentence, is_said) in sentences.iter().zip(is_said) {
            if is_said {
                table
                    .left(Paint::Plain, &sentence.name)
                    .left(paint(sentence), What(sentence))
                    .left(Paint::Faint, place(&sentence.file, sentence.line));
            }
            table.end();
        }
        let (text, ends) = table.show_rows(GAP, style);
        Said { text, ends }
    }

    fn heading(&self) -> &str {
        &self.text[..self.ends[0]]
    }

    fn row(&self, sentence: SentenceId) -> &str {
        let index = sentence.index();
        &self.text[self.ends[index]..self.ends[index + 1]]
    }
}

/// What happened, in words.
struct What<'a>(&'a Sentence);

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
fn paint(sentence: &Sentence) -> Paint {
    match &sentence.what {
        TraceKind::Event { kind, .. } => event::paint(kind),
        TraceKind::Access { .. } | TraceKind::Instruction { .. } => Paint::Faint,
        TraceKind::Switch { .. } => Paint::Strong,
    }
}

/// All words of a line but the tick and the core: `bank/t1 locks a deadlock.c:12`.
pub fn line_words(sentence: &Sentence) -> String {
    format!(
        "{} {} {}",
        sentence.name,
        What(sentence),
        place(&sentence.file, sentence.line)
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

/// A trace in JSON: a list of its lines, with the same words as in the text.
pub struct Lines<'a>(pub &'a Trace);

#[derive(Serialize)]
struct Line<'a> {
    tick: u64,
    core: Option<u16>,
    thread: &'a str,
    event: &'a str,
    file: &'a str,
    line: u32,
}

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sentences = self.0.sentences().iter();
        let events: Vec<String> = sentences.map(|s| What(s).to_string()).collect();
        serializer.collect_seq(self.0.lines.iter().map(|line| {
            let sentence = self.0.sentence(line);
            Line {
                tick: line.tick.0,
                core: line.core.map(|c| c.0),
                thread: &sentence.name,
                event: &events[line.sentence.index()],
                file: &sentence.file,
                line: sentence.line,
            }
        }))
    }
}
