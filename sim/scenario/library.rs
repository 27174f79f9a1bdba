//! The C library for a program: the trees of the files it needs, which `build.rs` has compiled.
//!
//! A file is needed if it defines a name that the program, or a needed file, mentions. Not here: which of a
//! file's functions get into the program (the linker).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use sim_cc::tree::Unit;

use crate::precompiled::Precompiled;

/// All files, in the order of the library's sources.
const FILES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.bin"));
/// What generated code calls without mentioning it: always needed.
const RUNTIME: &str = "runtime/";

/// The library; files are counted in the order of its sources.
pub struct Library {
    files: Vec<Precompiled<'static>>,
    /// Which file defines a name.
    definers: BTreeMap<&'static str, usize>,
    /// The trees read so far.
    units: BTreeMap<usize, Unit>,
}

impl Library {
    /// The library, of which no tree is read yet.
    pub fn new() -> Self {
        let files: Vec<Precompiled> =
            postcard::from_bytes(FILES).expect("build.rs of this build wrote the table");
        let mut definers = BTreeMap::new();
        for (place, file) in files.iter().enumerate() {
            definers.extend(file.defines.iter().map(|name| (*name, place)));
        }
        Library {
            files,
            definers,
            units: BTreeMap::new(),
        }
    }

    /// Reads the trees that these units need; gives the places of all that must be linked.
    pub fn needed_by(&mut self, program: &[Unit]) -> BTreeSet<usize> {
        let runtime = |&place: &usize| self.files[place].path.starts_with(RUNTIME);
        let mut todo: Vec<usize> = (0..self.files.len()).filter(runtime).collect();
        let symbols = program.iter().flat_map(|unit| &unit.symbols);
        let external = symbols.filter(|s| s.external);
        todo.extend(external.filter_map(|s| self.definers.get(s.name.as_str())));
        let mut needed = BTreeSet::new();
        while let Some(place) = todo.pop() {
            if needed.insert(place) {
                let file = &self.files[place];
                self.units.entry(place).or_insert_with(|| {
                    postcard::from_bytes(file.unit).expect("build.rs of this build wrote the tree")
                });
                let mentions = file.mentions.iter();
                todo.extend(mentions.filter_map(|name| self.definers.get(name)));
            }
        }
        needed
    }

    /// The trees at these places, in the order of the sources.
    pub fn units<'a>(&'a self, places: &'a BTreeSet<usize>) -> impl Iterator<Item = &'a Unit> {
        places.iter().filter_map(|place| self.units.get(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_one_definer() {
        let library = Library::new();
        let defines = library.files.iter().map(|file| file.defines.len());
        assert_eq!(defines.sum::<usize>(), library.definers.len());
    }

    #[test]
    fn a_program_that_mentions_nothing_needs_no_stdio() {
        let mut library = Library::new();
        let needed = library.needed_by(&[]);
        // Less than a quarter of the library.
        assert!(4 * library.units(&needed).count() < library.files.len());
    }
}
