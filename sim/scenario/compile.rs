//! C files → a program image: the compiler and the C library of the simulated computer, put together.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use sim_abi::{Diagnostic, Image, Severity};
use sim_cc::Files;
use sim_cc::back::{LinkInput, link};
use sim_cc::tree::Unit;

/// Where the C library is, in the map of files.
const LIBC: &str = "<libc>/";
/// Where its headers are.
const LIBC_INCLUDE: &str = "<libc>/include";

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

/// The compiler with the C library, which is read once for all programs of a scenario.
pub struct Compiler<'a> {
    options: &'a Options,
    library: Vec<Unit>,
}

impl<'a> Compiler<'a> {
    /// A compiler that has not read the library yet.
    pub fn new(options: &'a Options) -> Self {
        Compiler {
            options,
            library: Vec::new(),
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
        if self.library.is_empty() {
            self.library = library()?;
        }
        let input = |library| move |unit| LinkInput { unit, library };
        let own = units.iter().map(input(false));
        let inputs: Vec<LinkInput> = own.chain(self.library.iter().map(input(true))).collect();
        match link(&inputs) {
            Ok(image) => Ok(Compiled {
                image,
                warnings: diagnostics,
            }),
            Err(errors) => {
                diagnostics.extend(of_the_program(errors));
                Err(diagnostics)
            }
        }
    }
}

/// The units of the C library. Compiled without the user's -D and -I: it is not the user's.
fn library() -> Result<Vec<Unit>, Vec<Diagnostic>> {
    let mut files = Files::new();
    add_headers(&mut files);
    let mut units = Vec::new();
    let mut errors = Vec::new();
    for (path, text) in sim_libc::SOURCES {
        let path = format!("{LIBC}{path}");
        files.insert(path.clone(), text.as_bytes().into());
        let front = sim_cc::front(&files, &path, &front_options(&Options::default()));
        errors.extend(
            front
                .diagnostics
                .into_iter()
                .filter(|d| d.severity == Severity::Error),
        );
        units.push(front.unit);
    }
    if errors.is_empty() {
        Ok(units)
    } else {
        Err(errors)
    }
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// What the library misses (`main`, needed by its start code) the program has been told already.
fn of_the_program(mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let in_library = |d: &Diagnostic| d.span.file.starts_with(LIBC);
    if !errors.iter().all(in_library) {
        errors.retain(|d| !in_library(d));
    }
    errors
}

fn front_options(options: &Options) -> sim_cc::Options {
    sim_cc::Options {
        include_dirs: options.include_dirs.clone(),
        defines: options.defines.clone(),
        system_include: LIBC_INCLUDE.into(),
    }
}

fn add_headers(files: &mut Files) {
    for (path, text) in sim_libc::HEADERS {
        files.insert(format!("{LIBC_INCLUDE}/{path}"), text.as_bytes().into());
    }
}
