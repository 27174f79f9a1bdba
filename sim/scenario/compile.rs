//! C files → a program image: the compiler and the C library of the simulated computer, put together.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use sim_abi::{Diagnostic, Image, Severity};
use sim_cc::Files;
use sim_cc::back::{LinkInput, link};

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

/// Compiles the C files `paths` of `files` and links them with the C library.
///
/// # Errors
/// The diagnostics of all files, warnings included.
pub fn compile(
    files: &Files,
    paths: &[&str],
    options: &Options,
) -> Result<Compiled, Vec<Diagnostic>> {
    let mut all = files.clone();
    add_library(&mut all);
    let mut diagnostics = Vec::new();
    let mut units = Vec::new();
    for path in paths {
        let front = sim_cc::front(&all, path, &front_options(options));
        diagnostics.extend(front.diagnostics);
        units.push((front.unit, false));
    }
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    for (path, _) in sim_libc::SOURCES {
        // The library is compiled without the user's -D and -I: it is not the user's.
        let front = sim_cc::front(
            &all,
            &source_path(path),
            &front_options(&Options::default()),
        );
        diagnostics.extend(
            front
                .diagnostics
                .into_iter()
                .filter(|d| d.severity == Severity::Error),
        );
        units.push((front.unit, true));
    }
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    let inputs: Vec<LinkInput> = units
        .iter()
        .map(|(unit, library)| LinkInput {
            unit,
            library: *library,
        })
        .collect();
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

fn source_path(path: &str) -> String {
    format!("{LIBC}{path}")
}

fn add_library(files: &mut Files) {
    for (path, text) in sim_libc::HEADERS {
        files.insert(format!("{LIBC_INCLUDE}/{path}"), text.as_bytes().into());
    }
    for (path, text) in sim_libc::SOURCES {
        files.insert(source_path(path), text.as_bytes().into());
    }
}
