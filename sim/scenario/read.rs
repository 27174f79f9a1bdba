//! From the tree of TOML values, whose shape has been checked, to a [`Document`]; and the mistakes
//! that only show when several keys are seen together.
//!
//! A value of the wrong type counts as missing here: `conform.rs` has reported it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use sim_abi::{Diagnostic, Span, Tick, Verdict};
use sim_kernel::{Config, CostTable, Limits, PolicyKind};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::assemble::ARGUMENTS_ROOM;
use crate::conform::integer;
use crate::document::{
    BodyDraft, CheckOptions, Code, Document, Expect, ProcessDraft, ProgramDraft,
};
use crate::keys::{PROCESS, PROGRAM, Table};
use crate::names::Names;
use crate::path::{self, Refused};
use crate::text::Text;

/// Reads the whole file.
pub fn document(root: &DeTable, text: Text, diagnostics: &mut Vec<Diagnostic>) -> Document {
    let mut reader = Reader {
        text,
        diagnostics,
        document: Document::default(),
    };
    reader.document.path = text.path.into();
    reader.document.title = string(root, "title");
    reader.document.about = string(root, "about");
    reader.document.config = reader.machine(root);
    reader.programs(root);
    reader.processes(root);
    reader.files(root);
    reader.document.expect = reader.expect(root);
    reader.document.check = check_options(root);
    reader.document
}

struct Reader<'a, 'd> {
    text: Text<'a>,
    diagnostics: &'d mut Vec<Diagnostic>,
    document: Document,
}

impl Reader<'_, '_> {
    fn error(&mut self, at: Range<usize>, message: impl Into<String>) -> &mut Diagnostic {
        self.diagnostics
            .push(Diagnostic::error(self.text.span(at), message));
        self.diagnostics.last_mut().expect("one was just pushed")
    }

    fn machine(&mut self, root: &DeTable) -> Config {
        let default = Config::default();
        let empty = DeTable::new();
        let machine = table(root, "machine").unwrap_or(&empty);
        let cores = number(machine, "cores").map_or(default.cores, saturate);
        let quantum = number(machine, "quantum").unwrap_or(default.quantum);
        let jitter = number(machine, "jitter").unwrap_or(0);
        if let Some(value) = machine
            .get("jitter")
            .filter(|_| jitter > 0 && jitter >= quantum)
        {
            self.error(value.span(), "`jitter` must be smaller than `quantum`")
                .help = Some(format!(
                "a quantum of {quantum} ± {jitter} ticks could be empty"
            ));
        }
        Config {
            cores,
            quantum,
            policy: policy(machine).unwrap_or_default(),
            seed: number(machine, "seed").unwrap_or(default.seed),
            cost: table(machine, "cost").map_or(CostTable::default(), cost),
            jitter,
            limits: table(root, "limits").map_or(Limits::default(), limits),
            ..default
        }
    }

    /// `[[program]]`
    fn programs(&mut self, root: &DeTable) {
        let mut names = Names::default();
        for (at, table) in tables(root, "program") {
            let Some(code) = self.code(table, at.clone(), &PROGRAM) else {
                continue;
            };
            let name = text(table, "name")
                .map(String::from)
                .unwrap_or_else(|| default_program_name(&code));
            let place = table.get("name").map_or(at, Spanned::span);
            match names.claim(&name, self.text.span(place)) {
                Ok(()) => self.document.programs.push(ProgramDraft { name, code }),
                Err(error) => self.diagnostics.push(*error),
            }
        }
    }

    /// `[[process]]`
    fn processes(&mut self, root: &DeTable) {
        let mut names = Names::default();
        for (at, table) in tables(root, "process") {
            let Some(process) = self.process(table, at.clone()) else {
                continue;
            };
            let place = table.get("name").map_or(at, Spanned::span);
            if let Err(error) = names.claim(&process.name, self.text.span(place)) {
                self.diagnostics.push(*error);
            }
            self.document.processes.push(process);
        }
        let none = root.get("process").is_none_or(|v| {
            v.get_ref()
                .as_array()
                .is_some_and(|items| items.iter().next().is_none())
        });
        // A misspelt [[process]] has been reported as an unknown key.
        if none && self.diagnostics.is_empty() {
            self.error(0..0, "a scenario needs a process to run").help =
                Some("add [[process]] with a `program`, a `source` or `bursts`".into());
        }
    }

    fn process(&mut self, table: &DeTable, at: Range<usize>) -> Option<ProcessDraft> {
        let number_of_process = self.document.processes.len() + 1;
        let (body, default_name) = if table.contains_key("bursts") {
            (self.bursts(table)?, format!("p{number_of_process}"))
        } else {
            let code = self.code(table, at, &PROCESS)?;
            let name = match &code {
                Code::Files(files) => path::stem(files.first().map_or("", |f| &f.0)).to_string(),
                Code::Inline { .. } => format!("p{number_of_process}"),
            };
            let wanted = text(table, "name").unwrap_or(&name);
            let program = self.program_of(code, wanted);
            let body = BodyDraft::Program {
                program,
                args: self.strings_without_nul(table, "args"),
                env: self.environment(table),
                stdin: text(table, "stdin").unwrap_or("").into(),
            };
            (body, name)
        };
        Some(ProcessDraft {
            name: self.process_name(table).unwrap_or(default_name),
            body,
            arrive: Tick(number(table, "arrive").unwrap_or(0)),
            daemon: table
                .get("daemon")
                .and_then(|v| v.get_ref().as_bool())
                .unwrap_or(false),
            affinity: self.affinity(table),
        })
    }

    fn process_name(&mut self, table: &DeTable) -> Option<String> {
        let name = text(table, "name")?;
        let good =
            !name.is_empty() && !name.contains(|c: char| c == '/' || c.is_control() || c == ' ');
        if !good {
            let at = table.get("name").map_or(0..0, Spanned::span);
            self.error(
                at,
                "a process's name cannot be empty or have spaces, `/` or control characters in it",
            );
        }
        Some(name.into())
    }

    fn bursts(&mut self, table: &DeTable) -> Option<BodyDraft> {
        for other in ["program", "source", "args", "env", "stdin"] {
            if let Some((key, _)) = table.get_key_value(other) {
                let message = format!(
                    "a process has `bursts` or runs a program: `{other}` does not go with `bursts`"
                );
                self.error(key.span(), message);
            }
        }
        let bursts = integers(table, "bursts")?;
        if bursts.is_empty() {
            let at = table.get("bursts").map_or(0..0, Spanned::span);
            self.error(at, "`bursts` cannot be empty").help =
                Some("compute, wait for the device, compute, …: `bursts = [5, 3, 2]`".into());
        }
        Some(BodyDraft::Bursts(
            bursts.into_iter().map(|b| b.unsigned_abs()).collect(),
        ))
    }

    /// `program` or `source`: exactly one of them.
    fn code(&mut self, table: &DeTable, at: Range<usize>, shape: &'static Table) -> Option<Code> {
        match (
            table.get_key_value("program"),
            table.get_key_value("source"),
        ) {
            (Some((_, program)), None) => self.files_of(program),
            (None, Some((_, source))) => Some(self.inline(source, table)),
            (Some(_), Some((key, _))) => {
                self.error(
                    key.span(),
                    "a program is in a file or here: `program` and `source` exclude each other",
                );
                None
            }
            (None, None) => {
                // A misspelt key has been reported; it may be the one that is missing.
                if table
                    .iter()
                    .all(|(key, _)| shape.key(key.get_ref()).is_some())
                {
                    let bursts = if shape.key("bursts").is_some() {
                        " or `bursts`"
                    } else {
                        ""
                    };
                    self.error(
                        at,
                        format!("{} needs `program` or `source`{bursts}", shape.name),
                    );
                }
                None
            }
        }
    }

    fn files_of(&mut self, value: &Spanned<DeValue>) -> Option<Code> {
        let items: Vec<&Spanned<DeValue>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => Vec::from([value]),
        };
        if items.is_empty() {
            self.error(value.span(), "`program` cannot be empty");
        }
        let mut files: Vec<(String, Span)> = Vec::new();
        for item in items {
            let written = item.get_ref().as_str()?;
            let path = self.path_below(written, item.span())?;
            if files.iter().any(|(other, _)| *other == path) {
                self.error(item.span(), format!("`{path}` is named twice"));
                continue;
            }
            files.push((path, self.text.span(item.span())));
        }
        (!files.is_empty()).then_some(Code::Files(files))
    }

    fn path_below(&mut self, written: &str, at: Range<usize>) -> Option<String> {
        let message = match path::normal(written) {
            Ok(path) => return Some(path),
            Err(Refused::NoPath) => "`program` must name a file",
            Err(Refused::Absolute) => "a program's path must be relative to the scenario's folder",
            Err(Refused::Leaves) => "a program's path must stay below the scenario's folder",
        };
        self.error(at, message).help = Some("put the program beside the scenario".into());
        None
    }

    /// A program in the scenario file. Its lines are the scenario's, if its bytes are there as they are.
    fn inline(&mut self, value: &Spanned<DeValue>, table: &DeTable) -> Code {
        let source = value.get_ref().as_str().unwrap_or("");
        let written = self.text.text.get(value.span()).unwrap_or("");
        match written.find(source).filter(|_| !source.is_empty()) {
            Some(offset) => {
                let start = value.span().start + offset;
                let padding = self.text.text[..start].matches('\n').count();
                let mut text = "\n".repeat(padding);
                text.push_str(source);
                Code::Inline {
                    path: self.text.path.into(),
                    text,
                    start: Some(start),
                    padding,
                }
            }
            None => {
                let path = format!("{}.c", text(table, "name").unwrap_or("source"));
                Code::Inline {
                    path,
                    text: source.into(),
                    start: None,
                    padding: 0,
                }
            }
        }
    }

    /// The index of the program with this code: one that is there, or a new one.
    fn program_of(&mut self, code: Code, process: &str) -> usize {
        let same = |p: &ProgramDraft| match (&p.code, &code) {
            (Code::Files(a), Code::Files(b)) => a.iter().map(|f| &f.0).eq(b.iter().map(|f| &f.0)),
            (a, b) => a == b,
        };
        if let Some(index) = self.document.programs.iter().position(same) {
            return index;
        }
        let name = match &code {
            Code::Files(_) => default_program_name(&code),
            Code::Inline { .. } => format!("{process}.c"),
        };
        self.document.programs.push(ProgramDraft { name, code });
        self.document.programs.len() - 1
    }

    fn strings_without_nul(&mut self, table: &DeTable, key: &str) -> Vec<String> {
        let Some(DeValue::Array(items)) = table.get(key).map(Spanned::get_ref) else {
            return Vec::new();
        };
        for item in items
            .iter()
            .filter(|i| i.get_ref().as_str().is_some_and(|s| s.contains('\0')))
        {
            self.error(item.span(), format!("`{key}` cannot have a NUL byte in it"));
        }
        self.check_size(table, key);
        items
            .iter()
            .filter_map(|i| i.get_ref().as_str())
            .map(String::from)
            .collect()
    }

    /// Arguments and environment share the top of the first stack, half each.
    fn check_size(&mut self, table: &DeTable, key: &str) {
        let Some(value) = table.get(key) else { return };
        let length = |text: &Spanned<DeValue>| text.get_ref().as_str().map_or(0, |s| s.len() + 1);
        let size: usize = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(length).sum(),
            DeValue::Table(items) => {
                let names = items.keys().map(|name| name.get_ref().len() + 1);
                names.sum::<usize>() + items.values().map(length).sum::<usize>()
            }
            _ => 0,
        };
        if size > ARGUMENTS_ROOM {
            let message = format!("`{key}` has {size} bytes: the most is {ARGUMENTS_ROOM}");
            self.error(value.span(), message);
        }
    }

    fn environment(&mut self, process: &DeTable) -> Vec<String> {
        let Some(variables) = table(process, "env") else {
            return Vec::new();
        };
        self.check_size(process, "env");
        let mut result = Vec::new();
        for (name, value) in variables.iter() {
            let Some(text) = value.get_ref().as_str() else {
                continue;
            };
            if name.get_ref().is_empty()
                || name.get_ref().contains(['=', '\0'])
                || text.contains('\0')
            {
                self.error(name.span(), "an environment variable's name cannot be empty or have `=` or a NUL byte in it");
            }
            result.push(format!("{}={text}", name.get_ref()));
        }
        result
    }

    fn affinity(&mut self, table: &DeTable) -> Vec<u16> {
        let Some(value) = table.get("affinity") else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            return Vec::new();
        };
        if items.is_empty() {
            self.error(
                value.span(),
                "`affinity` cannot be empty: the process could never run",
            );
        }
        let cores = self.document.config.cores;
        let mut result = Vec::new();
        for item in items.iter() {
            let Some(core) = integer(item.get_ref()).and_then(|n| u16::try_from(n).ok()) else {
                continue;
            };
            if core >= cores {
                let last = cores - 1;
                self.error(item.span(), format!("there is no core {core}"))
                    .help = Some(format!("cores are numbered from 0; the last is {last}"));
            }
            result.push(core);
        }
        result.sort_unstable();
        result.dedup();
        result
    }

    /// `[[file]]`
    fn files(&mut self, root: &DeTable) {
        let mut names = Names::default();
        for (at, table) in tables(root, "file") {
            let Some(value) = table.get("path") else {
                self.error(at, "[[file]] needs a `path`");
                continue;
            };
            let Some(path) = value.get_ref().as_str() else {
                continue;
            };
            let inner = path.strip_prefix('/').unwrap_or("");
            if inner.is_empty()
                || path.contains('\0')
                || inner.split('/').any(|p| matches!(p, "" | "." | ".."))
            {
                self.error(
                    value.span(),
                    "`path` must be an absolute path of the simulated file system",
                )
                .help = Some("like `/etc/motd`, without `.`, `..` and double slashes".into());
                continue;
            }
            match names.claim(path, self.text.span(value.span())) {
                Ok(()) => self
                    .document
                    .config
                    .files
                    .push((path.into(), string(table, "text").into_bytes())),
                Err(error) => self.diagnostics.push(*error),
            }
        }
    }

    fn expect(&mut self, root: &DeTable) -> Option<Expect> {
        let expect = table(root, "expect")?;
        let both = verdict(expect, "verdict");
        for apart in ["run", "check"] {
            if let (Some(_), Some((key, _))) = (both, expect.get_key_value(apart)) {
                self.error(
                    key.span(),
                    format!("`verdict` is for both commands: it excludes `{apart}`"),
                )
                .help = Some("write `run` and `check` without `verdict`".into());
            }
        }
        Some(Expect {
            run: verdict(expect, "run").or(both),
            check: verdict(expect, "check").or(both),
            stdout: text(expect, "stdout").map(String::from),
            outcomes: texts(expect, "outcomes"),
        })
    }
}

fn check_options(root: &DeTable) -> CheckOptions {
    let Some(check) = table(root, "check") else {
        return CheckOptions::default();
    };
    CheckOptions {
        strategy: text(check, "strategy").map(String::from),
        max_states: number(check, "max-states"),
        preemptions: number(check, "preemptions"),
        outcomes: texts(check, "outcomes"),
    }
}

fn cost(table: &DeTable) -> CostTable {
    let default = CostTable::default();
    let price = |key, default| number(table, key).unwrap_or(default);
    CostTable {
        thread_switch: price("thread-switch", default.thread_switch),
        process_switch: price("process-switch", default.process_switch),
        system_call: price("system-call", default.system_call),
        page_fault: price("page-fault", default.page_fault),
        thread_create: price("thread-create", default.thread_create),
        process_create: price("process-create", default.process_create),
        page_copy: price("page-copy", default.page_copy),
        copy: price("copy", default.copy),
    }
}

fn limits(table: &DeTable) -> Limits {
    let default = Limits::default();
    let page = u64::from(sim_abi::layout::PAGE_SIZE);
    Limits {
        instructions: number(table, "instructions").unwrap_or(default.instructions),
        ticks: number(table, "ticks").unwrap_or(default.ticks),
        output: number(table, "output").unwrap_or(default.output),
        pages: number(table, "memory")
            .map_or(default.pages, |bytes| saturate(bytes.div_ceil(page))),
        processes: number(table, "processes").map_or(default.processes, saturate),
        threads: number(table, "threads").map_or(default.threads, saturate),
    }
}

fn policy(machine: &DeTable) -> Option<PolicyKind> {
    let name = text(machine, "policy")?;
    PolicyKind::ALL.into_iter().find(|p| p.name() == name)
}

fn verdict(table: &DeTable, key: &str) -> Option<Verdict> {
    Verdict::from_name(text(table, key)?)
}

/// A program is called like its (first) file.
fn default_program_name(code: &Code) -> String {
    match code {
        Code::Files(files) => path::base(files.first().map_or("", |f| &f.0)).into(),
        Code::Inline { path, .. } => path.clone(),
    }
}

/// `keys.rs` bounds the numbers; one out of bounds has been reported and is cut off.
fn saturate<T: TryFrom<u64> + Default>(number: u64) -> T {
    T::try_from(number).unwrap_or_default()
}

fn text<'t>(table: &'t DeTable, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}

fn string(table: &DeTable, key: &str) -> String {
    text(table, key).unwrap_or("").into()
}

fn texts(table: &DeTable, key: &str) -> Option<Vec<String>> {
    let items = table.get(key)?.get_ref().as_array()?;
    Some(
        items
            .iter()
            .filter_map(|i| i.get_ref().as_str())
            .map(String::from)
            .collect(),
    )
}

fn number(table: &DeTable, key: &str) -> Option<u64> {
    u64::try_from(integer(table.get(key)?.get_ref())?).ok()
}

fn integers(table: &DeTable, key: &str) -> Option<Vec<i64>> {
    let items = table.get(key)?.get_ref().as_array()?;
    Some(items.iter().filter_map(|i| integer(i.get_ref())).collect())
}

fn table<'t, 'i>(parent: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
    parent.get(key)?.get_ref().as_table()
}

fn tables<'t, 'i>(parent: &'t DeTable<'i>, key: &str) -> Vec<(Range<usize>, &'t DeTable<'i>)> {
    let items = parent.get(key).and_then(|v| v.get_ref().as_array());
    let items = items.into_iter().flat_map(|items| items.iter());
    items
        .filter_map(|i| Some((i.span(), i.get_ref().as_table()?)))
        .collect()
}
