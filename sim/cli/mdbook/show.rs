//! Doing what a block says: runs its scenario (once for all blocks that want the same run), takes the parts
//! it asks for, and compares with what the page claims.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use clap::ValueEnum;
use sim_abi::record::RunRecord;
use sim_abi::trace::TraceLine;
use sim_abi::{Tick, Verdict};
use sim_report::{CheckHeading, Heading, Part, Style, line_words};
use sim_scenario::Scenario;

use super::block::{About, Block, Wrong};
use super::html::{Piece, Shown, plain};
use crate::arguments::{CheckOptions, CompilerOptions, Format, RunOptions, Trace};
use crate::load::{self, Loader};
use crate::picture::{self, Kind, When};
use crate::{check, machine, run};

const COLOURED: Style = Style { color: true };

/// A run and what it was made from.
struct Outcome {
    scenario: Scenario,
    loader: Loader,
    heading: Heading,
    level: Trace,
    record: RunRecord,
}

/// Shows blocks; remembers runs.
pub struct Shower {
    scenarios: PathBuf,
    runs: BTreeMap<String, Rc<Outcome>>,
}

impl Shower {
    /// Files are below this folder.
    pub fn new(scenarios: PathBuf) -> Shower {
        Shower {
            scenarios,
            runs: BTreeMap::new(),
        }
    }

    /// What a block shows, if that is what its page claims.
    pub fn show(&mut self, block: &Block) -> Result<Shown, Wrong> {
        let (pieces, command) = match block.about {
            About::Run => self.run(block)?,
            About::Check => self.check(block)?,
            About::Source => self.source(block)?,
            About::Disassembly => self.disassembly(block)?,
            About::Scenario => self.scenario(block)?,
        };
        let shown = Shown {
            pieces,
            command,
            caption: block.text("caption")?.map(String::from),
        };
        words(block, &shown)?;
        Ok(shown)
    }

    fn run(&mut self, block: &Block) -> Result<(Vec<Piece>, String), Wrong> {
        let options = self.options(block)?;
        let command = command(block, &options);
        let outcome = self.outcome(&command, &options)?;
        let expected = block.expect()?.or(outcome.heading.expected);
        let expected = expected.unwrap_or(Verdict::Ok);
        as_expected(block, outcome.record.verdict, expected, &command)?;
        let default = ["report".to_string()];
        let wanted = match block.texts("show")? {
            [] => &default[..],
            wanted => wanted,
        };
        let mut pieces = Vec::new();
        for word in wanted {
            pieces.push(piece(block, &outcome, word)?);
        }
        Ok((pieces, command))
    }

    /// The flags that a block's keys mean.
    fn options(&self, block: &Block) -> Result<RunOptions, Wrong> {
        let trace = match block.text("level")? {
            None => Trace::Events,
            Some(word) => Trace::from_str(word, false)
                .map_err(|_| block.wrong("level", format!("there is no level `{word}`")))?,
        };
        let cores = block.number("cores")?.map(u16::try_from).transpose();
        let cores = cores
            .ok()
            .filter(|n| n.is_none_or(|n| (1..=4096).contains(&n)))
            .ok_or_else(|| block.wrong("cores", "a machine has 1 to 4096 cores"))?;
        let quantum = block.number("quantum")?;
        if quantum == Some(0) {
            return Err(block.wrong("quantum", "a time slice has at least one tick"));
        }
        Ok(RunOptions {
            schedule: None,
            files: vec![self.scenarios.join(&block.file)],
            args: block.texts("args")?.to_vec(),
            compiler: compiler(block)?,
            cores,
            quantum,
            seed: block.number("seed")?,
            trace,
            format: Format::Text,
            svg: Vec::new(),
            registers: None,
            no_color: true,
        })
    }

    fn outcome(&mut self, key: &str, options: &RunOptions) -> Result<Rc<Outcome>, Wrong> {
        if let Some(known) = self.runs.get(key) {
            return Ok(known.clone());
        }
        let (mut scenario, loader) = load::load(&options.files, &options.args, &options.compiler)?;
        machine::apply(options, &mut scenario.config)?;
        let asked = sim_explore::run::Options {
            trace: run::level(options.trace),
            // For any block that shows this run.
            timeline: true,
        };
        let record = sim_explore::run::run(&scenario.config, &asked);
        let outcome = Rc::new(Outcome {
            heading: run::heading(&scenario, options),
            level: options.trace,
            scenario,
            loader,
            record,
        });
        self.runs.insert(key.into(), outcome.clone());
        Ok(outcome)
    }

    /// A check: its whole report, without what may differ from one time to the next.
    fn check(&self, block: &Block) -> Result<(Vec<Piece>, String), Wrong> {
        let options = CheckOptions {
            files: vec![self.scenarios.join(&block.file)],
            args: Vec::new(),
            compiler: compiler(block)?,
            strategy: block.text("strategy")?.map(String::from),
            max_states: None,
            max_executions: None,
            max_steps: None,
            timeout: None,
            seed: None,
            preemptions: None,
            jobs: Some(1),
            no_reduction: false,
            format: Format::Text,
            save: None,
            stats: false,
            no_color: true,
        };
        let (scenario, loader) = load::load(&options.files, &options.args, &options.compiler)?;
        let asked = check::asked(&options, &scenario)?;
        let record = sim_explore::check::check(&scenario.config, &asked, &mut |_| true);
        let heading = CheckHeading {
            title: load::title(&scenario, &options.files),
            expected: scenario.expect.clone().unwrap_or_default().check,
            seconds: 0.0,
            stats: false,
        };
        let mut command = format!("sim check scenarios/{}", block.file);
        if let Some(strategy) = &options.strategy {
            command.push_str(&format!(" --strategy {strategy}"));
        }
        for define in &options.compiler.define {
            command.push_str(&format!(" -D {define}"));
        }
        let expected = block.expect()?.or(heading.expected);
        let expected = expected.unwrap_or(Verdict::Ok);
        as_expected(block, record.verdict, expected, &command)?;
        let sources = |name: &str| loader.source(name);
        let text = sim_report::check(&heading, &record, &sources, COLOURED);
        Ok((vec![Piece::Text(text)], command))
    }

    fn read(&self, block: &Block) -> Result<String, Wrong> {
        let path = self.scenarios.join(&block.file);
        let below = !block.file.split('/').any(|part| part == "..") && !block.file.starts_with('/');
        let text = std::fs::read_to_string(&path).ok().filter(|_| below);
        text.ok_or_else(|| Wrong::block(format!("there is no file scenarios/{}", block.file)))
    }

    fn source(&self, block: &Block) -> Result<(Vec<Piece>, String), Wrong> {
        let text = self.read(block)?;
        let all: Vec<&str> = text.lines().collect();
        let range = match block.text("function")? {
            Some(name) => function_lines(&all, name)
                .ok_or_else(|| block.wrong("function", format!("there is no function {name}")))?,
            None => line_range(block, &all)?,
        };
        let marks = block.texts("mark")?;
        if let Some(mark) = marks
            .iter()
            .find(|m| !all[range.clone()].iter().any(|l| l.contains(*m)))
        {
            return Err(block.wrong("mark", format!("`{mark}` does not occur")));
        }
        let line = |number: usize| {
            let set_off = marks.iter().any(|mark| all[number].contains(mark));
            (number + 1, all[number].to_string(), set_off)
        };
        let lines = range.map(line).collect();
        Ok((
            vec![Piece::Lines(lines)],
            format!("scenarios/{}", block.file),
        ))
    }

    fn scenario(&self, block: &Block) -> Result<(Vec<Piece>, String), Wrong> {
        let text = self.read(block)?;
        let lines = text.lines().enumerate();
        let lines = lines.map(|(n, line)| (n + 1, line.to_string(), false));
        let piece = Piece::Lines(lines.collect());
        Ok((vec![piece], format!("scenarios/{}", block.file)))
    }

    fn disassembly(&self, block: &Block) -> Result<(Vec<Piece>, String), Wrong> {
        let Some(name) = block.text("function")? else {
            return Err(Wrong::block(
                "a disassembly is of one function: `function = \"…\"`",
            ));
        };
        let path = self.scenarios.join(&block.file);
        let (scenario, loader) = load::load(&[path], &[], &compiler(block)?)?;
        let sources = |name: &str| loader.source(name);
        let programs = scenario.config.programs.iter();
        let text = programs
            .filter_map(|p| sim_report::disassembly(&p.image, name, &sources, COLOURED))
            .next()
            .ok_or_else(|| block.wrong("function", format!("there is no function {name}")))?;
        Ok((
            vec![Piece::Table(text)],
            format!("sim dump scenarios/{}", block.file),
        ))
    }
}

fn as_expected(
    block: &Block,
    verdict: Verdict,
    expected: Verdict,
    command: &str,
) -> Result<(), Wrong> {
    if verdict == expected {
        return Ok(());
    }
    let (is, said) = (verdict.name(), expected.name());
    let text = format!("the verdict is {is}, the page says {said} ({command})");
    Err(block.wrong("expect", text))
}

fn compiler(block: &Block) -> Result<CompilerOptions, Wrong> {
    Ok(CompilerOptions {
        include: Vec::new(),
        define: block.texts("define")?.to_vec(),
    })
}

/// The command that does the same.
fn command(block: &Block, options: &RunOptions) -> String {
    let mut command = format!("sim run scenarios/{}", block.file);
    let mut flag = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            command.push_str(&format!(" {name} {value}"));
        }
    };
    flag("--cores", options.cores.map(|n| n.to_string()));
    flag("--quantum", options.quantum.map(|n| n.to_string()));
    flag("--seed", options.seed.map(|n| n.to_string()));
    let value = options.trace.to_possible_value();
    let level = value.filter(|_| options.trace != Trace::Events);
    flag("--trace", level.map(|v| v.get_name().to_string()));
    for define in &options.compiler.define {
        flag("-D", Some(define.clone()));
    }
    if !options.args.is_empty() {
        flag("--", Some(options.args.join(" ")));
    }
    command
}

fn piece(block: &Block, outcome: &Outcome, word: &str) -> Result<Piece, Wrong> {
    if let Some(kind) = Kind::from_name(word) {
        return picture(block, outcome, kind);
    }
    let wanted: &[Part] = match word {
        "report" => &Part::ALL,
        "heading" => &[Part::Heading],
        "trace" => return trace(block, outcome),
        "registers" => return registers(block, outcome),
        "output" => &[Part::Output],
        "threads" => &[Part::Threads],
        "processes" => &[Part::Processes],
        "findings" => &[Part::Findings],
        "summary" => &[Part::Summary],
        _ => return Err(block.wrong("show", format!("`{word}` cannot be shown"))),
    };
    let text = parts(wanted, outcome, &outcome.record);
    if text.is_empty() {
        return Err(block.wrong("show", format!("the run has no {word}")));
    }
    Ok(match word {
        "output" | "findings" | "summary" => Piece::Text(text),
        _ => Piece::Table(text),
    })
}

fn parts(wanted: &[Part], outcome: &Outcome, record: &RunRecord) -> String {
    let sources = |name: &str| outcome.loader.source(name);
    sim_report::parts(wanted, &outcome.heading, record, &sources, COLOURED)
}

/// The lines of the trace that the block wants, and how many others there are.
fn trace(block: &Block, outcome: &Outcome) -> Result<Piece, Wrong> {
    let all = &outcome.record.trace;
    let threads = block.texts("threads")?;
    let when = ticks(block)?;
    let wanted = |index: &usize| {
        let line = &all.lines[*index];
        let thread = &all.sentence(line).name;
        let tick = line.tick.0;
        (threads.is_empty() || threads.iter().any(|name| **name == **thread))
            && tick >= when.from.unwrap_or(0)
            && tick < when.to.unwrap_or(u64::MAX)
    };
    let mut chosen: Vec<usize> = (0..all.lines.len()).filter(wanted).collect();
    let find = |key: &str, chosen: &[usize], from: usize| -> Result<Option<usize>, Wrong> {
        let Some(words) = block.text(key)? else {
            return Ok(None);
        };
        let says = |line: &TraceLine| line_words(all.sentence(line)).contains(words);
        let line = |index: &usize| says(&all.lines[*index]);
        match chosen[from..].iter().position(line) {
            Some(position) => Ok(Some(from + position)),
            None => Err(block.wrong(key, format!("no line of the trace has `{words}`"))),
        }
    };
    // The end is behind the beginning, also if the beginning has the words of both.
    let mut behind = 0;
    if let Some(first) = find("from", &chosen, 0)? {
        let shown_before = block.number("before")?.map_or(0, |n| n as usize).min(first);
        chosen.drain(..first - shown_before);
        behind = shown_before + 1;
    }
    if let Some(last) = find("to", &chosen, behind)? {
        chosen.truncate(last + 1);
    }
    let most = block.number("lines")?.map_or(usize::MAX, |n| n as usize);
    let before = chosen.first().copied().unwrap_or(0);
    chosen.truncate(most);
    if chosen.is_empty() {
        return Err(block.wrong("show", "no line of the trace is left"));
    }
    let after = all.lines.len() - 1 - chosen.last().copied().unwrap_or(0);
    let mut record = outcome.record.clone();
    record.trace.lines = chosen.iter().map(|index| all.lines[*index]).collect();
    let text = parts(&[Part::Trace], outcome, &record);
    let text = with_omissions(&text, before, after);
    // What an instruction does stands in columns of its own.
    Ok(match outcome.level {
        Trace::Instructions => Piece::Table(text),
        _ => Piece::Text(text),
    })
}

/// Says how many lines stand before and after those that are shown.
fn with_omissions(text: &str, before: usize, after: usize) -> String {
    let mut out = String::new();
    let lines = |n: usize| match n {
        1 => "1 line".to_string(),
        n => format!("{n} lines"),
    };
    let note = |words: String| format!("  \u{1b}[2m… {words}\u{1b}[0m\n");
    for (index, line) in text.split_inclusive('\n').enumerate() {
        out.push_str(line);
        if index == 0 && before > 0 {
            out.push_str(&note(format!("{} before", lines(before))));
        }
    }
    if after > 0 {
        out.push_str(&note(format!("{} more", lines(after))));
    }
    out
}

fn ticks(block: &Block) -> Result<When, Wrong> {
    match block.either("ticks")? {
        None => Ok(When::default()),
        Some(text) => text
            .parse()
            .map_err(|why: String| block.wrong("ticks", why)),
    }
}

fn picture(block: &Block, outcome: &Outcome, kind: Kind) -> Result<Piece, Wrong> {
    let when = match kind {
        Kind::Timeline => ticks(block)?,
        Kind::Memory | Kind::Waits => moment(block, outcome)?,
    };
    let process = block.either("process")?;
    let wanted = |name: &str| process.as_deref().is_none_or(|p| p == name);
    let config = &outcome.scenario.config;
    if kind == Kind::Memory {
        let pictures = picture::memories(when, config, &wanted);
        return Ok(Piece::Svg(pictures.concat()));
    }
    Ok(Piece::Svg(picture::draw(
        kind,
        when,
        config,
        &outcome.record,
        &wanted,
    )))
}

/// The registers of the threads that the block wants, at the moment of `at`.
fn registers(block: &Block, outcome: &Outcome) -> Result<Piece, Wrong> {
    let Some(tick) = moment(block, outcome)?.from else {
        return Err(block.wrong("show", "registers are shown at a moment: `at`"));
    };
    let threads = block.texts("threads")?;
    let mut files = sim_explore::moment::registers(&outcome.scenario.config, Tick(tick));
    files.retain(|file| threads.is_empty() || threads.contains(&file.thread));
    if files.is_empty() {
        return Err(block.wrong("at", "no such thread has registers at this moment"));
    }
    Ok(Piece::Table(sim_report::registers(&files, COLOURED)))
}

/// The moment of `at`: a tick, or that of the first line of the trace with these words.
fn moment(block: &Block, outcome: &Outcome) -> Result<When, Wrong> {
    if block.text("at").is_err() {
        let tick = block.number("at")?;
        return Ok(When {
            from: tick,
            to: tick,
        });
    }
    let Some(words) = block.text("at")? else {
        return Ok(When::default());
    };
    let trace = &outcome.record.trace;
    let says = |line: &&TraceLine| line_words(trace.sentence(line)).contains(words);
    match trace.lines.iter().find(says) {
        Some(line) => Ok(When {
            from: Some(line.tick.0),
            to: Some(line.tick.0),
        }),
        None => Err(block.wrong("at", format!("no line of the trace has `{words}`"))),
    }
}

/// Lines by `lines`, or by `from` and `to`; else all. Counted from 0.
fn line_range(block: &Block, all: &[&str]) -> Result<std::ops::Range<usize>, Wrong> {
    if let Some(text) = block.either("lines")? {
        let when: When = text
            .parse()
            .map_err(|why: String| block.wrong("lines", why))?;
        let (from, to) = (when.from.unwrap_or(1), when.to.unwrap_or(u64::MAX));
        let to = usize::try_from(to).unwrap_or(usize::MAX).min(all.len());
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        if from == 0 || from > to {
            return Err(block.wrong("lines", format!("the file has {} lines", all.len())));
        }
        return Ok(from - 1..to);
    }
    let find = |key: &str, start: usize| -> Result<Option<usize>, Wrong> {
        let Some(words) = block.text(key)? else {
            return Ok(None);
        };
        match all[start..].iter().position(|line| line.contains(words)) {
            Some(index) => Ok(Some(start + index)),
            None => Err(block.wrong(key, format!("no line has `{words}`"))),
        }
    };
    let from = find("from", 0)?.unwrap_or(0);
    let to = find("to", from)?.map_or(all.len(), |to| to + 1);
    Ok(from..to)
}

/// A function with the comment above it: from the line in column 0 that has its name before a
/// parenthesis to the next closing brace in column 0.
fn function_lines(all: &[&str], name: &str) -> Option<std::ops::Range<usize>> {
    let begins = |line: &str| {
        let outermost = line.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let mut words = line.split('(').take(2);
        let before = words.next().unwrap_or("");
        let named = before
            .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            == Some(name);
        outermost && named && words.next().is_some() && !line.trim_end().ends_with(';')
    };
    let head = all.iter().position(|line| begins(line))?;
    let one_line = all[head].trim_end().ends_with('}');
    let length = match one_line {
        true => 0,
        false => all[head..].iter().position(|line| line.starts_with('}'))?,
    };
    let comment = |line: &str| {
        let line = line.trim_start();
        line.starts_with("/*")
            || line.starts_with('*')
            || line.starts_with("//")
            || line.ends_with("*/")
    };
    let above = all[..head]
        .iter()
        .rev()
        .take_while(|line| comment(line))
        .count();
    Some(head - above..head + length + 1)
}

/// What the page says must be there, or must not.
fn words(block: &Block, shown: &Shown) -> Result<(), Wrong> {
    let text: String = shown
        .pieces
        .iter()
        .map(|piece| plain(piece) + "\n")
        .collect();
    if let Some(missing) = block.texts("words")?.iter().find(|w| !text.contains(*w)) {
        return Err(block.wrong("words", format!("`{missing}` does not occur in:\n{text}")));
    }
    if let Some(there) = block.texts("absent")?.iter().find(|w| text.contains(*w)) {
        return Err(block.wrong("absent", format!("`{there}` occurs in:\n{text}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_with_their_comments() {
        let source = "#include <x.h>\n\n/* Adds. */\nint add(int a, int b) {\n    return a + b;\n}\n\
                      int add_all(void);\nint one(void) { return 1; }\n";
        let all: Vec<&str> = source.lines().collect();
        assert_eq!(function_lines(&all, "add"), Some(2..6));
        assert_eq!(function_lines(&all, "one"), Some(7..8));
        assert_eq!(function_lines(&all, "add_all"), None);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        assert_eq!(with_omissions("h\na\n", 0, 0), "h\na\n");
        let text = with_omissions("h\na\n", 2, 1);
        assert_eq!(
            text,
            "h\n  \u{1b}[2m… 2 lines before\u{1b}[0m\na\n  \u{1b}[2m… 1 line more\u{1b}[0m\n"
        );
    }
}
