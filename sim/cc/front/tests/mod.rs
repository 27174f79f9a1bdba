//! Tests of the front end: what a program becomes, what is said about a wrong one, and that no
//! input makes it panic.

mod diagnostics;
mod limits;
mod lowering;
mod preprocessor;
mod typos;

use super::{Files, Front, Options, front};
use sim_abi::Severity;
use std::string::String;
use std::vec::Vec;

/// The front end on one file, `a.c`.
fn read(source: impl AsRef<[u8]>) -> Front {
    read_files(&[("a.c", source.as_ref())])
}

/// The front end on the first of several files.
fn read_files(sources: &[(&str, &[u8])]) -> Front {
    let files: Files = sources
        .iter()
        .map(|&(path, bytes)| (path.into(), bytes.to_vec()))
        .collect();
    let options = Options {
        system_include: "sys".into(),
        ..Options::default()
    };
    front(&files, sources[0].0, &options)
}

/// Errors and warnings as `line:column: message`, warnings with a `warning: ` before the message.
fn messages(source: &str) -> Vec<String> {
    read(source)
        .diagnostics
        .iter()
        .map(|d| {
            let kind = if d.severity == Severity::Warning {
                "warning: "
            } else {
                ""
            };
            std::format!("{}:{}: {kind}{}", d.span.line, d.span.column, d.message)
        })
        .collect()
}

/// A program without any diagnostic.
fn accept(source: &str) -> Front {
    let front = read(source);
    assert!(
        front.diagnostics.is_empty(),
        "{source}\n{:#?}",
        front.diagnostics
    );
    front
}
