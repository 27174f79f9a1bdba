//! What a scenario file says, before its programs are compiled.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use sim_abi::{Diagnostic, Span, Tick, Verdict};
use sim_kernel::Config;
use toml::de::DeTable;

use crate::conform::conform;
use crate::keys::SCENARIO;
use crate::read;
use crate::text::Text;

/// A scenario file, read and checked; its programs are still names.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The scenario file's name, as spans and line tables show it.
    pub path: String,
    /// One line; empty if there is none.
    pub title: String,
    /// A few sentences; empty if there are none.
    pub about: String,
    /// The machine, files and limits; programs and processes are still empty.
    pub config: Config,
    /// What should come out.
    pub expect: Option<Expect>,
    /// How `sim check` explores.
    pub check: CheckOptions,
    pub(crate) programs: Vec<ProgramDraft>,
    pub(crate) processes: Vec<ProcessDraft>,
}

/// What should come out, where the author says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// Of `sim run`.
    pub run: Option<Verdict>,
    /// Of `sim check`.
    pub check: Option<Verdict>,
    /// What `sim run` writes to stdout.
    pub stdout: Option<String>,
    /// What `sim check` finds: all of these and no other.
    pub outcomes: Option<Vec<String>>,
}

/// How `sim check` explores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// `states`, `dpor`, `dfs`, `random` or `pct`.
    pub strategy: Option<String>,
    /// States to visit at most.
    pub max_states: Option<u64>,
    /// Preemptions to try at most.
    pub preemptions: Option<u64>,
    /// The outcomes that are allowed.
    pub outcomes: Option<Vec<String>>,
}

/// A program that has not been compiled.
#[derive(Clone, Debug)]
pub(crate) struct ProgramDraft {
    /// What processes and `execve` call it.
    pub name: String,
    pub code: Code,
}

/// Where a program's code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// In these files of the scenario's folder, each with the place where it is named.
    Files(Vec<(String, Span)>),
    /// In the scenario file.
    Inline {
        /// The file name for line tables: the scenario's own, if lines can be mapped.
        path: String,
        /// The C text; begins with as many empty lines as make its line numbers the scenario's.
        text: String,
        /// Byte of the scenario where `text`, without those empty lines, begins.
        start: Option<usize>,
        /// Number of those empty lines.
        padding: usize,
    },
}

/// A process whose program has not been compiled.
#[derive(Clone, Debug)]
pub(crate) struct ProcessDraft {
    pub name: String,
    pub body: BodyDraft,
    pub arrive: Tick,
    pub daemon: bool,
    pub affinity: Vec<u16>,
}

/// What a process does.
#[derive(Clone, Debug)]
pub(crate) enum BodyDraft {
    Program {
        /// Index into the document's programs.
        program: usize,
        args: Vec<String>,
        env: Vec<String>,
        stdin: Vec<u8>,
    },
    Bursts(Vec<u64>),
}

impl Document {
    /// The program files that must be read: paths relative to the scenario's folder, never leaving it.
    pub fn sources(&self) -> Vec<&str> {
        let files = self.programs.iter().filter_map(|p| match &p.code {
            Code::Files(files) => Some(files),
            Code::Inline { .. } => None,
        });
        let mut paths: Vec<&str> = files.flatten().map(|(path, _)| path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// The C texts inside of the scenario file: what they `#include` must be read too.
    pub fn inline_sources(&self) -> impl Iterator<Item = &str> {
        self.programs.iter().filter_map(|p| match &p.code {
            Code::Inline { text, .. } => Some(text.as_str()),
            Code::Files(_) => None,
        })
    }
}

/// Reads a scenario file; `path` is its name in diagnostics and line tables.
pub fn parse(path: &str, bytes: &[u8]) -> Result<Document, Vec<Diagnostic>> {
    let source = match core::str::from_utf8(bytes) {
        Ok(source) => source,
        Err(error) => return Err(Vec::from([not_text(path, bytes, error.valid_up_to())])),
    };
    let text = Text { path, text: source };
    let (root, errors) = DeTable::parse_recoverable(source);
    if !errors.is_empty() {
        return Err(syntax(&errors, root.get_ref(), text));
    }
    let mut diagnostics = Vec::new();
    conform(root.get_ref(), &SCENARIO, text, &mut diagnostics);
    let document = read::document(root.get_ref(), text, &mut diagnostics);
    if diagnostics.is_empty() {
        return Ok(document);
    }
    sort(&mut diagnostics);
    Err(diagnostics)
}

fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|d| (d.span.start, d.span.end));
}

fn not_text(path: &str, bytes: &[u8], valid: usize) -> Diagnostic {
    let lossy = String::from_utf8_lossy(bytes.get(..valid).unwrap_or(&[]));
    let span = Text { path, text: &lossy }.span(valid..valid);
    Diagnostic::error(span, "a scenario is a text file in UTF-8; this is not")
}

/// Mistakes of TOML itself, and of the shape of what could still be read on other lines.
fn syntax(errors: &[toml::de::Error], root: &DeTable, text: Text) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for error in errors {
        let span = text.span(error.span().unwrap_or(0..0));
        if diagnostics.iter().all(|d| d.span.line != span.line) {
            diagnostics.push(Diagnostic::error(
                span,
                format!("not TOML: {}", error.message()),
            ));
        }
    }
    let mut shape = Vec::new();
    conform(root, &SCENARIO, text, &mut shape);
    shape.retain(|d| diagnostics.iter().all(|e| e.span.line != d.span.line));
    diagnostics.append(&mut shape);
    sort(&mut diagnostics);
    diagnostics
}
