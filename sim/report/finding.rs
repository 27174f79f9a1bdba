//! Findings: the sentence, each side with its thread, time, place and locks, the way there, the help.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use sim_abi::finding::{Finding, FindingKind, Site, StackFrame};
use sim_abi::{Tick, Verdict};

use crate::columns::Table;
use crate::diagnostics::Sources;
use crate::style::{Paint, Style};
use crate::trace::place;

/// Longest piece of a source line that is shown, in characters.
const SOURCE_MAX: usize = 60;

/// One finding as a block of lines.
pub fn finding(finding: &Finding, sources: &Sources, style: Style) -> String {
    let (word, paint) = match finding.kind.is_error() {
        true => ("error", Paint::Bad),
        false => ("warning", Paint::Warn),
    };
    let mut out = style.paint(paint, word);
    out.push_str(&style.paint(Paint::Strong, &format!(": {}", finding.message)));
    out.push('\n');
    let mut table = Table::default();
    let mut previous = "";
    for site in &finding.locations {
        side(site, previous, finding, sources, &mut table);
        previous = &site.thread;
    }
    out.push_str(&table.show(2, style));
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
fn side(site: &Site, previous: &str, finding: &Finding, sources: &Sources, table: &mut Table) {
    let thread = if site.thread == previous {
        ""
    } else {
        &site.thread
    };
    table
        .left(Paint::Strong, thread)
        .left(Paint::Plain, what(site, finding))
        .left(Paint::Faint, tick(site.tick))
        .left(Paint::Plain, place(&site.file, site.line))
        .left(Paint::Faint, source_line(site, sources))
        .end();
    let above: Vec<&StackFrame> = callers(site).collect();
    for (frame, left_out) in elided(&above) {
        let function = &frame.function;
        table
            .left(Paint::Plain, "")
            .left(Paint::Faint, format_args!("  called by {function}"))
            .left(Paint::Plain, "")
            .left(Paint::Faint, place(&frame.file, frame.line))
            .end();
        if left_out > 0 {
            let words = format_args!("  … {left_out} more of {function}");
            table.left(Paint::Plain, "").left(Paint::Faint, words).end();
        }
    }
}

/// Of a long run of equal frames, as recursion leaves them, the first and the last; beside the first,
/// how many are left out after it.
pub fn elided<'a>(stack: &[&'a StackFrame]) -> Vec<(&'a StackFrame, usize)> {
    const RUN_MAX: usize = 3;
    let same = |a: &&StackFrame, b: &&StackFrame| {
        (&a.function, &a.file, a.line) == (&b.function, &b.file, b.line)
    };
    let mut shown = Vec::new();
    for run in stack.chunk_by(same) {
        match run {
            [first, between @ .., last] if run.len() > RUN_MAX => {
                shown.extend([(*first, between.len()), (*last, 0)]);
            }
            _ => shown.extend(run.iter().map(|frame| (*frame, 0))),
        }
    }
    shown
}

/// The frames above the site's own. At the same line may be two: the call of `free`, and `free`.
fn callers(site: &Site) -> impl Iterator<Item = &StackFrame> {
    let here = |f: &&StackFrame| f.line == site.line && f.file == site.file;
    let own = site.stack.iter().take_while(here).count().max(1);
    let above = site.stack.iter().skip(own);
    above.filter(|f| !f.function.is_empty())
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

/// The text of the line without its comment, so that nobody has to open the file.
fn source_line(site: &Site, sources: &Sources) -> String {
    let Some(source) = sources(&site.file).filter(|_| site.line > 0) else {
        return String::new();
    };
    let line = source.lines().nth(site.line as usize - 1).unwrap_or("");
    let code = without_comment(line).trim();
    let mut shown: String = code
        .chars()
        .take(SOURCE_MAX)
        .filter(|c| !c.is_control())
        .collect();
    if code.chars().count() > SOURCE_MAX {
        shown.push('…');
    }
    shown
}

/// The line up to a comment that fills its rest; what looks like one in a string literal is none.
fn without_comment(line: &str) -> &str {
    let bytes = line.as_bytes();
    let mut quote = None;
    let mut at = 0;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, b'/') => match bytes.get(at + 1) {
                Some(b'/') => return &line[..at],
                Some(b'*') => match line[at + 2..].find("*/").map(|n| at + 2 + n + 2) {
                    Some(end) if !line[end..].trim().is_empty() => at = end - 1,
                    _ => return &line[..at],
                },
                _ => {}
            },
            _ => {}
        }
        at += 1;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn comments_at_the_end_are_left_out() {
        for (line, code) in [
            ("x++; /* load, add, store */", "x++; "),
            ("x++; // more", "x++; "),
            ("f(/* nothing */ 1); /* the end", "f(/* nothing */ 1); "),
            (
                "puts(\"/* no */ // comment \\\" \"); /**/",
                "puts(\"/* no */ // comment \\\" \"); ",
            ),
            ("c = '\"'; // quote", "c = '\"'; "),
            ("a / b", "a / b"),
            ("/*", ""),
            ("\"\\", "\"\\"),
        ] {
            assert_eq!(without_comment(line), code);
        }
    }

    #[test]
    fn long_runs_of_equal_frames_are_elided() {
        let frame = |function: &str, line| StackFrame {
            function: function.to_string(),
            line,
            ..StackFrame::default()
        };
        let lines = [7, 7, 7, 7, 7, 8, 8, 8, 7];
        let stack: Vec<StackFrame> = lines.iter().map(|line| frame("f", *line)).collect();
        let shown: Vec<(u32, usize)> = elided(&stack.iter().collect::<Vec<_>>())
            .iter()
            .map(|(frame, left_out)| (frame.line, *left_out))
            .collect();
        // Five of line 7, three of line 8, one of line 7.
        assert_eq!(shown, [(7, 3), (7, 0), (8, 0), (8, 0), (8, 0), (7, 0)]);
    }

    #[test]
    fn callers_are_above_the_site() {
        let frame = |function: &str, file: &str, line| StackFrame {
            function: function.to_string(),
            file: file.to_string(),
            line,
            pc: 0,
        };
        let site = Site {
            thread: "p/main".to_string(),
            what: "frees it".to_string(),
            tick: None,
            file: "a.c".to_string(),
            line: 7,
            stack: Vec::from([
                frame("free", "a.c", 7),
                frame("tidy", "a.c", 7),
                frame("main", "a.c", 12),
            ]),
            held: Vec::new(),
        };
        let above: Vec<u32> = callers(&site).map(|f| f.line).collect();
        assert_eq!(above, [12]);
    }
}
