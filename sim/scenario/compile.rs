//! C files → a program image: the compiler and the C library of the simulated computer, put together.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use sim_abi::{Diagnostic, Image, Severity, Span};
use sim_cc::Files;
use sim_cc::back::{LinkInput, link};
use sim_cc::tree::Unit;

use sim_libc::{HEADERS, INCLUDE, ROOT};

use crate::library::Library;

/// What the command line says about compiling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `-I`: folders in which `#include` looks.
    pub include_dirs: Vec<String>,
    /// `-D`: names and what they stand for.
    pub defines: Vec<(String, String)>,
}

/// A program that compiled, and what the compiler warned of.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// It.
    pub image: Image,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// The compiler with the C library, whose trees are read once for all programs of a scenario.
pub struct Compiler<'a> {
    options: &'a Options,
    library: Library,
}

impl<'a> Compiler<'a> {
    /// A compiler that has not read the library yet.
    pub fn new(options: &'a Options) -> Self {
        Compiler {
            options,
            library: Library::new(),
        }
    }

    /// Compiles the C files `paths` of `files` and links them with the C library.
    ///
    /// # Errors
    /// The diagnostics of all files, warnings included.
    pub fn compile(&mut self, files: &Files, paths: &[&str]) -> Result<Compiled, Vec<Diagnostic>> {
        let mut with_headers = files.clone();
        add_headers(&mut with_headers);
        let mut diagnostics = Vec::new();
        let mut units = Vec::new();
        for path in paths {
            let front = sim_cc::front(&with_headers, path, &front_options(self.options));
            diagnostics.extend(front.diagnostics);
            units.push(front.unit);
        }
        if has_errors(&diagnostics) {
            return Err(diagnostics);
        }
        let needed = self.library.needed_by(&units);
        match self.link(&units, &needed) {
            Ok(image) => Ok(Compiled {
                image,
                warnings: diagnostics,
            }),
            Err(mut errors) => {
                for error in &mut errors {
                    underline(&mut error.span, files);
                    for (span, _) in &mut error.notes {
                        underline(span, files);
                    }
                }
                diagnostics.extend(of_the_program(errors));
                Err(diagnostics)
            }
        }
    }

    fn link(&self, program: &[Unit], places: &BTreeSet<usize>) -> Result<Image, Vec<Diagnostic>> {
        let own = program.iter().map(|unit| LinkInput {
            unit,
            library: false,
        });
        let library = self.library.units(places).map(|unit| LinkInput {
            unit,
            library: true,
        });
        link(&own.chain(library).collect::<Vec<LinkInput>>())
    }
}

/// Adds the library's headers to a map of files.
fn add_headers(files: &mut Files) {
    for (path, text) in HEADERS {
        files.insert(format!("{INCLUDE}/{path}"), text.as_bytes().into());
    }
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// The linker knows lines and columns only: finds the bytes of the word that is there.
fn underline(span: &mut Span, files: &Files) {
    let text = files.get(&span.file).map(|bytes| str::from_utf8(bytes));
    let Some(Ok(text)) = text else { return };
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let text = &text[mark..];
    let lines = text.split_inclusive('\n');
    let before: usize = lines
        .take(span.line.saturating_sub(1) as usize)
        .map(str::len)
        .sum();
    let line = text[before..].lines().next().unwrap_or("");
    let columns = line.char_indices().map(|(n, _)| n);
    let column = columns
        .chain([line.len()])
        .nth(span.column.saturating_sub(1) as usize);
    let column = column.unwrap_or(line.len());
    let word = line[column..].find(|c: char| c != '_' && !c.is_alphanumeric());
    span.start = mark + before + column;
    span.end = span.start + word.unwrap_or(line.len() - column);
}

/// What the library misses (`main`, needed by its start code) the program has been told already.
fn of_the_program(mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let in_library = |d: &Diagnostic| d.span.file.starts_with(ROOT);
    if !errors.iter().all(in_library) {
        errors.retain(|d| !in_library(d));
    }
    errors
}

fn front_options(options: &Options) -> sim_cc::Options {
    sim_cc::Options {
        include_dirs: options.include_dirs.clone(),
        defines: options.defines.clone(),
        system_include: INCLUDE.into(),
    }
}
