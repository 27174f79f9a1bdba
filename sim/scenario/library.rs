//! The C library for a program: only the files it needs are compiled.
//!
//! A file of the library is needed if it may define a name that the program, or a needed file, mentions. What a
//! file may define is read off its text: every identifier outside of braces. That is too much at times, which
//! costs a little time; where it is too little (a name put together by a macro), the linker misses
//! something, and then the whole library is compiled ([`Library::all`]).

use alloc::collections::btree_map::Entry;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;

use sim_abi::{Diagnostic, Severity};
use sim_cc::Files;
use sim_cc::tree::Unit;

/// Where the C library is, in the map of files.
pub const LIBC: &str = "<libc>/";
/// Where its headers are.
pub const INCLUDE: &str = "<libc>/include";
/// What generated code calls without mentioning it: always needed.
const RUNTIME: &str = "runtime/";

/// The units that have been compiled so far, by their place in the list of sources.
#[derive(Default)]
pub struct Library {
    units: BTreeMap<usize, Unit>,
    /// Which files may define a name.
    index: BTreeMap<&'static str, Vec<usize>>,
}

impl Library {
    /// Compiles what these units need; gives the places of all that must be linked.
    pub fn needed_by(&mut self, program: &[Unit]) -> Result<BTreeSet<usize>, Vec<Diagnostic>> {
        if self.index.is_empty() {
            self.index = index();
        }
        let runtime = |&n: &usize| sim_libc::SOURCES[n].0.starts_with(RUNTIME);
        let mut todo: Vec<usize> = (0..sim_libc::SOURCES.len()).filter(runtime).collect();
        todo.extend(program.iter().flat_map(|unit| self.definers(unit)));
        let mut needed = BTreeSet::new();
        while let Some(place) = todo.pop() {
            if needed.insert(place) {
                self.compile(place)?;
                todo.extend(
                    self.units
                        .get(&place)
                        .map_or(Vec::new(), |unit| self.definers(unit)),
                );
            }
        }
        Ok(needed)
    }

    /// Compiles everything.
    pub fn all(&mut self) -> Result<BTreeSet<usize>, Vec<Diagnostic>> {
        for place in 0..sim_libc::SOURCES.len() {
            self.compile(place)?;
        }
        Ok((0..sim_libc::SOURCES.len()).collect())
    }

    /// The compiled units at these places, in the order of the sources.
    pub fn units<'a>(&'a self, places: &'a BTreeSet<usize>) -> impl Iterator<Item = &'a Unit> {
        places.iter().filter_map(|place| self.units.get(place))
    }

    fn definers(&self, unit: &Unit) -> Vec<usize> {
        mentioned(unit)
            .filter_map(|name| self.index.get(name))
            .flatten()
            .copied()
            .collect()
    }

    fn compile(&mut self, place: usize) -> Result<(), Vec<Diagnostic>> {
        if let Entry::Vacant(entry) = self.units.entry(place) {
            entry.insert(compile(sim_libc::SOURCES[place])?);
        }
        Ok(())
    }
}

/// Adds the headers to a map of files.
pub fn add_headers(files: &mut Files) {
    for (path, text) in sim_libc::HEADERS {
        files.insert(format!("{INCLUDE}/{path}"), text.as_bytes().into());
    }
}

/// One file. Without the user's -D and -I: the library is not the user's.
fn compile((path, text): (&str, &str)) -> Result<Unit, Vec<Diagnostic>> {
    let mut files = Files::new();
    add_headers(&mut files);
    let path = format!("{LIBC}{path}");
    files.insert(path.clone(), text.as_bytes().into());
    let options = sim_cc::Options {
        system_include: INCLUDE.into(),
        ..sim_cc::Options::default()
    };
    let mut front = sim_cc::front(&files, &path, &options);
    front.diagnostics.retain(|d| d.severity == Severity::Error);
    if front.diagnostics.is_empty() {
        Ok(front.unit)
    } else {
        Err(front.diagnostics)
    }
}

fn mentioned(unit: &Unit) -> impl Iterator<Item = &str> {
    unit.symbols
        .iter()
        .filter(|s| s.external)
        .map(|s| s.name.as_str())
}

fn index() -> BTreeMap<&'static str, Vec<usize>> {
    let mut index: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, (_, text)) in sim_libc::SOURCES.iter().enumerate() {
        for name in outside_of_braces(text) {
            let places = index.entry(name).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }
    index
}

/// The identifiers of a C source that are in no braces, no comment and no preprocessor line.
fn outside_of_braces(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut depth = 0u32;
    let mut rest = text;
    let mut line_begins = true;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' if line_begins => directive(rest),
            '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |n| n + 4),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => quoted(rest, first),
            c if c == '_' || c.is_ascii_alphanumeric() => {
                let length = rest
                    .find(|c: char| c != '_' && !c.is_ascii_alphanumeric())
                    .unwrap_or(rest.len());
                if depth == 0 {
                    names.push(&rest[..length]);
                }
                length
            }
            c => {
                match c {
                    '{' => depth += 1,
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                c.len_utf8()
            }
        };
        line_begins = first == '\n' || line_begins && first.is_whitespace();
        rest = &rest[length..];
    }
    names
}

/// Length of a preprocessor line with its continuation lines.
fn directive(text: &str) -> usize {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        if !line.trim_end_matches(['\r', '\n']).ends_with('\\') {
            break;
        }
    }
    end.saturating_sub(usize::from(text[..end].ends_with('\n')))
        .max(1)
}

/// Length of a literal in quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (n, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return n + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_outside_of_braces() {
        let text =
            "#define A \\\n b\nint f(int x) { return g('}', \"{\"); } /* no */ int h = 1; // no\n";
        assert_eq!(
            outside_of_braces(text),
            ["int", "f", "int", "x", "int", "h", "1"]
        );
    }

    /// What the text says is enough: each file's own definitions are found there. But for one file, whose
    /// names are put together by a macro.
    #[test]
    fn every_definition_is_in_the_index() {
        let index = index();
        for (place, source) in sim_libc::SOURCES.iter().enumerate() {
            if source.0 == "math/float.c" {
                continue;
            }
            let unit = compile(*source).expect("the library compiles");
            let functions = unit.functions.iter().map(|f| f.symbol);
            for symbol in functions.chain(unit.data.iter().map(|d| d.symbol)) {
                let symbol = &unit.symbols[symbol.0 as usize];
                let found = index
                    .get(symbol.name.as_str())
                    .is_some_and(|p| p.contains(&place));
                assert!(
                    found || !symbol.external,
                    "{} of {} is not in the index",
                    symbol.name,
                    source.0
                );
            }
        }
    }
}
