//! From a checked document and the program files to what a world is booted from.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use sim_abi::{Diagnostic, Image, Severity, Span};
use sim_cc::Files;
use sim_kernel::{ARGUMENTS_MAX, Body, Config, ProcessSpec, Program};

use crate::compile::{Compiled, Compiler, Options};
use crate::document::{BodyDraft, CheckOptions, Code, Document, Expect, ProcessDraft};
use crate::path;

/// Bytes that the arguments of a process may have, and its environment.
pub(crate) const ARGUMENTS_ROOM: usize = ARGUMENTS_MAX / 2 - 4096;

/// A scenario, ready to be booted.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// One line; empty if there is none.
    pub title: String,
    /// A few sentences; empty if there are none.
    pub about: String,
    /// What the world is booted from.
    pub config: Config,
    /// What should come out.
    pub expect: Option<Expect>,
    /// How `sim check` explores.
    pub check: CheckOptions,
    /// What the compiler warned of.
    pub warnings: Vec<Diagnostic>,
}

/// Compiles the document's programs.
///
/// # Errors
/// All mistakes of all programs; a missing file at the place where the scenario names it.
pub fn build(
    document: &Document,
    files: &Files,
    options: &Options,
) -> Result<Scenario, Vec<Diagnostic>> {
    let mut config = document.config.clone();
    let mut compiler = Compiler::new(options);
    let mut diagnostics = Vec::new();
    let mut warnings = Vec::new();
    for program in &document.programs {
        match compile_code(&program.code, files, &mut compiler) {
            Ok(compiled) => {
                warnings.extend(compiled.warnings);
                let program = Program::new(&program.name, compiled.image);
                config.programs.push(program);
            }
            Err(errors) => diagnostics.extend(errors),
        }
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    config.processes = document.processes.iter().map(process).collect();
    Ok(Scenario {
        title: document.title.clone(),
        about: document.about.clone(),
        config,
        expect: document.expect.clone(),
        check: document.check.clone(),
        warnings,
    })
}

/// The default machine with one program: C files of it, or one ELF file.
///
/// # Errors
/// All mistakes of the program.
pub fn program(
    paths: &[&str],
    args: &[String],
    files: &Files,
    options: &Options,
) -> Result<Scenario, Vec<Diagnostic>> {
    let compiled = compile_files(paths, files, &mut Compiler::new(options))?;
    let first = paths.first().copied().unwrap_or("");
    let size: usize = args.iter().map(|arg| arg.len() + 1).sum();
    if size > ARGUMENTS_ROOM {
        let message =
            format!("the program's arguments have {size} bytes: the most is {ARGUMENTS_ROOM}");
        return Err(Vec::from([whole_file(first, message)]));
    }
    let mut config = Config::default();
    let program = Program::new(path::base(first), compiled.image);
    config.programs.push(program);
    config.processes.push(ProcessSpec {
        name: path::stem(first).into(),
        body: Body::Program {
            program: 0,
            args: args.into(),
            env: Vec::new(),
            stdin: Vec::new(),
        },
        arrive: sim_abi::Tick(0),
        daemon: false,
        affinity: Vec::new(),
    });
    Ok(Scenario {
        title: String::new(),
        about: String::new(),
        config,
        expect: None,
        check: CheckOptions::default(),
        warnings: compiled.warnings,
    })
}

fn process(draft: &ProcessDraft) -> ProcessSpec {
    ProcessSpec {
        name: draft.name.clone(),
        body: match &draft.body {
            BodyDraft::Bursts(bursts) => Body::Bursts(bursts.clone()),
            BodyDraft::Program {
                program,
                args,
                env,
                stdin,
            } => Body::Program {
                program: *program,
                args: args.clone(),
                env: env.clone(),
                stdin: stdin.clone(),
            },
        },
        arrive: draft.arrive,
        daemon: draft.daemon,
        affinity: draft.affinity.clone(),
    }
}

fn compile_code(
    code: &Code,
    files: &Files,
    compiler: &mut Compiler,
) -> Result<Compiled, Vec<Diagnostic>> {
    match code {
        Code::Files(named) => {
            let missing: Vec<Diagnostic> = named
                .iter()
                .filter(|(path, _)| !files.contains_key(path))
                .map(|(p, at)| unreadable(p, at, "no such file"))
                .collect();
            if !missing.is_empty() {
                return Err(missing);
            }
            let paths: Vec<&str> = named.iter().map(|(path, _)| path.as_str()).collect();
            compile_files(&paths, files, compiler)
        }
        Code::Inline {
            path,
            text,
            start,
            padding,
        } => {
            let mut files = files.clone();
            files.insert(path.clone(), text.as_bytes().into());
            let result = compiler.compile(&files, &[path.as_str()]);
            let shift = |mut d: Diagnostic| {
                shift_spans(&mut d, path, *start, *padding);
                d
            };
            match result {
                Ok(compiled) => Ok(Compiled {
                    warnings: compiled.warnings.into_iter().map(shift).collect(),
                    ..compiled
                }),
                Err(errors) => Err(errors.into_iter().map(shift).collect()),
            }
        }
    }
}

impl Document {
    /// A program file that could not be read: said at each place that names it.
    pub fn unreadable(&self, path: &str, why: &str) -> Vec<Diagnostic> {
        let codes = self.programs.iter().filter_map(|p| match &p.code {
            Code::Files(files) => Some(files),
            Code::Inline { .. } => None,
        });
        let places = codes.flatten().filter(|(named, _)| named == path);
        places.map(|(_, at)| unreadable(path, at, why)).collect()
    }
}

fn unreadable(path: &str, at: &Span, why: &str) -> Diagnostic {
    Diagnostic::error(at.clone(), format!("cannot read the program `{path}`"))
        .label(why)
        .help("paths are relative to the scenario's folder")
}

/// The compiler saw an inline program behind `padding` empty lines; in the scenario it begins at `start`.
fn shift_spans(diagnostic: &mut Diagnostic, path: &str, start: Option<usize>, padding: usize) {
    let Some(start) = start else { return };
    let notes = diagnostic.notes.iter_mut().map(|(span, _)| span);
    for span in notes.chain([&mut diagnostic.span]) {
        if span.file == path {
            span.start = (span.start + start).saturating_sub(padding);
            span.end = (span.end + start).saturating_sub(padding);
        }
    }
}

/// An ELF file, or C files.
fn compile_files(
    paths: &[&str],
    files: &Files,
    compiler: &mut Compiler,
) -> Result<Compiled, Vec<Diagnostic>> {
    let is_elf = |path: &&str| {
        files
            .get(*path)
            .is_some_and(|bytes| bytes.starts_with(b"\x7fELF"))
    };
    match paths.iter().find(|p| is_elf(p)) {
        None => compiler.compile(files, paths),
        Some(elf) if paths.len() == 1 => load_elf(elf, files),
        Some(elf) => Err(Vec::from([whole_file(
            elf,
            format!("`{elf}` is an ELF file: it is a program by itself"),
        )])),
    }
}

fn load_elf(path: &str, files: &Files) -> Result<Compiled, Vec<Diagnostic>> {
    let bytes = files.get(path).map_or(&[][..], Vec::as_slice);
    let loaded: Result<Image, String> = sim_machine::load_elf(bytes);
    match loaded {
        Ok(image) => Ok(Compiled {
            image,
            warnings: Vec::new(),
        }),
        Err(why) => Err(Vec::from([whole_file(path, why)])),
    }
}

fn whole_file(path: &str, message: String) -> Diagnostic {
    let span = Span {
        file: path.into(),
        ..Span::default()
    };
    Diagnostic {
        severity: Severity::Error,
        ..Diagnostic::error(span, message)
    }
}
