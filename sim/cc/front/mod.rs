//! The front end: source text → typed tree.
//!
//! `lexer` and `preprocess` make tokens; the parser types and lowers while it parses, in one pass:
//! C is made for that. `checker` holds the state, `declaration` … `statement` are its grammar.
//! All diagnostics are made in `errors`.

mod assembly;
mod assignment;
mod atomics;
mod attributes;
mod build;
mod builtins;
mod call;
mod checker;
mod declaration;
mod declarator;
mod describe;
mod designator;
mod errors;
mod expression;
mod field_width;
mod floats;
mod format;
mod function;
mod image;
mod initializer;
mod known_functions;
mod labels;
mod layout;
mod lexer;
mod literal;
mod names;
mod operators;
mod overflow;
mod postfix;
mod preprocess;
mod primary;
mod record;
mod report;
mod scope;

mod source;
mod specifiers;
mod spelling;
mod statement;
mod statics;
mod token;
mod types;
mod typo;
mod value;
mod variable_array;

#[cfg(test)]
mod tests;

use crate::tree;
use alloc::string::String;
use alloc::vec::Vec;
use checker::Checker;
use names::Names;
use report::Report;
use sim_abi::Diagnostic;
use source::Sources;

/// Source files by path.
pub type Files = alloc::collections::BTreeMap<String, Vec<u8>>;

/// How to find and read source files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-I`: where `#include` looks before the system's headers.
    pub include_dirs: Vec<String>,
    /// `-D`: names (perhaps with parameters) and what they stand for.
    pub defines: Vec<(String, String)>,
    /// The folder in [`Files`] of the `<…>` headers.
    pub system_include: String,
}

/// What became of a translation unit.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// The typed tree; unusable if there are errors.
    pub unit: tree::Unit,
    /// Errors and warnings, in the order of the source.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads, checks and lowers one translation unit.
pub fn front(files: &Files, path: &str, options: &Options) -> Front {
    let mut names = Names::new();
    let mut sources = Sources::default();
    let mut report = Report::default();
    let preprocessed =
        preprocess::preprocess(files, path, options, &mut names, &mut sources, &mut report);
    if report.stopped() {
        return Front {
            unit: tree::Unit::default(),
            diagnostics: report.finish(),
        };
    }
    let mut checker = Checker::new(preprocessed, names, sources, report);
    checker.translation_unit();
    checker.finish()
}
