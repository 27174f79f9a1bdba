//! Symbol resolution: which definition a name in a unit means.
//!
//! Rules: R1 a unit's own definition comes first. R2 a user's unit then looks among the users'
//! definitions, then in the library; R3 the library looks in itself first, so that a program may
//! call its own function `index` and `printf` still works. R4 two definitions of one name in user
//! units are an error, tentative ones too (gcc's -fno-common); inside one unit a real definition
//! replaces a tentative one.

use super::LinkInput;
use super::code::SymbolRef;
use crate::tree::{Place, SymbolId, SymbolKind, Unit};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use sim_abi::{Diagnostic, Span};

/// A definition: the unit, and what in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Definition {
    /// Index of the unit.
    pub unit: usize,
    /// Function or object.
    pub what: What,
}

/// What is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// Index into the unit's functions.
    Function(usize),
    /// Index into the unit's data.
    Data(usize),
}

/// All definitions of a link.
pub(super) struct Symbols<'a> {
    units: &'a [LinkInput<'a>],
    own: Vec<Vec<Option<What>>>,
    user: BTreeMap<&'a str, Definition>,
    library: BTreeMap<&'a str, Definition>,
}

/// The source place, for a diagnostic.
pub(super) fn span(unit: &Unit, place: Place) -> Span {
    Span {
        file: unit
            .files
            .get(usize::from(place.file))
            .cloned()
            .unwrap_or_default(),
        start: 0,
        end: 0,
        line: place.line,
        column: place.column,
    }
}

fn place_of(unit: &Unit, what: What) -> Place {
    match what {
        What::Function(n) => unit.functions[n].place,
        What::Data(n) => unit.data[n].place,
    }
}

impl<'a> Symbols<'a> {
    /// Collects the definitions of all units.
    pub fn new(units: &'a [LinkInput<'a>], errors: &mut Vec<Diagnostic>) -> Self {
        let mut symbols = Symbols {
            units,
            own: Vec::with_capacity(units.len()),
            user: BTreeMap::new(),
            library: BTreeMap::new(),
        };
        for (n, input) in units.iter().enumerate() {
            symbols.own.push(definitions(input.unit));
            symbols.publish(n, errors);
        }
        symbols
    }

    /// Makes a unit's external definitions known to the others.
    fn publish(&mut self, n: usize, errors: &mut Vec<Diagnostic>) {
        let input = self.units[n];
        for (symbol, what) in input.unit.symbols.iter().zip(&self.own[n]) {
            let Some(what) = *what else { continue };
            if !symbol.external {
                continue;
            }
            let map = if input.library {
                &mut self.library
            } else {
                &mut self.user
            };
            let first = *map
                .entry(&symbol.name)
                .or_insert(Definition { unit: n, what });
            if first.unit != n {
                let other = self.units[first.unit].unit;
                let here = span(input.unit, place_of(input.unit, what));
                let there = span(other, place_of(other, first.what));
                errors.push(
                    Diagnostic::error(here, format!("`{}` is defined twice", symbol.name))
                        .label("defined again here")
                        .note(there, "first defined here")
                        .help("declare it `extern` in one of the files, or make it `static`"),
                );
            }
        }
    }

    /// The definition that a name in a unit means.
    pub fn resolve(&self, unit: usize, symbol: SymbolRef) -> Option<Definition> {
        let name = match symbol {
            SymbolRef::Runtime(name) => name,
            SymbolRef::Unit(SymbolId(n)) => {
                if let Some(what) = self.own[unit].get(n as usize).copied().flatten() {
                    return Some(Definition { unit, what });
                }
                let symbol = self.units[unit].unit.symbols.get(n as usize)?;
                if !symbol.external {
                    return None;
                }
                &symbol.name
            }
        };
        let (first, second) = if self.units[unit].library || matches!(symbol, SymbolRef::Runtime(_))
        {
            (&self.library, &self.user)
        } else {
            (&self.user, &self.library)
        };
        first.get(name).or_else(|| second.get(name)).copied()
    }

    /// A definition by name, for the linker's own wishes.
    pub fn named(&self, name: &str) -> Option<Definition> {
        self.user
            .get(name)
            .or_else(|| self.library.get(name))
            .copied()
    }

    /// The name of a symbol, for messages.
    pub fn name(&self, unit: usize, symbol: SymbolRef) -> &'a str {
        match symbol {
            SymbolRef::Runtime(name) => name,
            SymbolRef::Unit(SymbolId(n)) => {
                let symbol = self.units[unit].unit.symbols.get(n as usize);
                symbol.map_or("", |s| &s.name)
            }
        }
    }

    /// Is the object one copy for each thread?
    pub fn is_thread_local(&self, definition: Definition) -> bool {
        let unit = self.units[definition.unit].unit;
        let What::Data(n) = definition.what else {
            return false;
        };
        let symbol = unit.symbols.get(unit.data[n].symbol.0 as usize);
        symbol.is_some_and(|s| s.kind == SymbolKind::ThreadLocal)
    }

    /// The complaint about a name without a definition.
    pub fn undefined(&self, unit: usize, symbol: SymbolRef, place: Place) -> Diagnostic {
        let input = self.units[unit].unit;
        let name = self.name(unit, symbol);
        let here = span(input, place);
        let error = Diagnostic::error(here, format!("`{name}` is used but nowhere defined"));
        match symbol {
            SymbolRef::Runtime(_) => error
                .label("this operation needs it")
                .help("link the C library, which has it"),
            SymbolRef::Unit(SymbolId(n)) => {
                let declared = input.symbols.get(n as usize).map(|s| s.place);
                let error = error.label("needed here");
                match declared {
                    Some(declared) if declared != place && declared.line != 0 => {
                        error.note(span(input, declared), "declared here")
                    }
                    _ => error,
                }
            }
        }
    }
}

/// What each symbol of a unit is defined as there.
fn definitions(unit: &Unit) -> Vec<Option<What>> {
    let mut own = vec![None; unit.symbols.len()];
    for (n, data) in unit.data.iter().enumerate() {
        if let Some(slot) = own.get_mut(data.symbol.0 as usize)
            && (slot.is_none() || !data.tentative)
        {
            *slot = Some(What::Data(n));
        }
    }
    for (n, function) in unit.functions.iter().enumerate() {
        if let Some(slot) = own.get_mut(function.symbol.0 as usize) {
            *slot = Some(What::Function(n));
        }
    }
    own
}

/// The name that the image gives a symbol: `main.count` is `main::count`; a literal has none.
pub(super) fn display_name(name: &str) -> Option<String> {
    match name.split_once('.') {
        None => Some(name.into()),
        Some(("", _)) => None,
        Some((function, rest)) => {
            let local = rest.split('.').next().unwrap_or(rest);
            Some(format!("{function}::{local}"))
        }
    }
}
