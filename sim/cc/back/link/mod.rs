//! The linker: units → one image with addresses, bytes and tables.
//!
//! Text is, in this order, the user's units, `_start`, the library; objects follow (`sections`).
//! Functions are compiled when something reaches them: all of the user's, of the library only what
//! is named. Not here: what a name means (`symbols`), machine code (`compile`).

mod compile;
mod relocate;
mod sections;
mod tables;

use super::LinkInput;
use super::code::SymbolRef;
use super::start::start;
use super::symbols::{Definition, Symbols, What};
use crate::tree::{self, Unit};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use compile::{Compiled, compile};
use sim_abi::image::Segment;
use sim_abi::layout::TEXT_BASE;
use sim_abi::{Diagnostic, Image, Permissions, Span};
use tables::Files;

/// Text of more than this may need far calls.
const NEAR_TEXT: usize = 0xf_0000;
/// Thread-locals of less than this are reached by one instruction.
const SMALL_TLS: u64 = 2000;

struct Linker<'a> {
    units: &'a [LinkInput<'a>],
    symbols: Symbols<'a>,
    small_tls: bool,
    errors: Vec<Diagnostic>,
    complained: BTreeSet<String>,
    reached: BTreeSet<Definition>,
    functions: BTreeMap<Definition, Compiled>,
    /// Addresses of objects; of thread-locals: offsets from `tp`.
    addresses: BTreeMap<Definition, u32>,
}

/// Links units into a program.
///
/// # Errors
/// Names without definition or with two, no `main`, objects that do not fit the address space.
pub fn link(units: &[LinkInput]) -> Result<Image, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let symbols = Symbols::new(units, &mut errors);
    let mut linker = Linker {
        units,
        symbols,
        small_tls: thread_local_bytes(units) < SMALL_TLS,
        errors,
        complained: BTreeSet::new(),
        reached: BTreeSet::new(),
        functions: BTreeMap::new(),
        addresses: BTreeMap::new(),
    };
    linker.reach_all();
    linker.require_main();
    if !linker.errors.is_empty() {
        return Err(linker.errors);
    }
    let image = linker.image();
    if linker.errors.is_empty() {
        Ok(image)
    } else {
        Err(linker.errors)
    }
}

/// At most so many bytes of thread-locals, padding included.
fn thread_local_bytes(units: &[LinkInput]) -> u64 {
    let of_unit = |unit: &Unit| -> u64 {
        let is_local = |data: &&tree::Data| {
            let symbol = unit.symbols.get(data.symbol.0 as usize);
            symbol.is_some_and(|s| s.kind == tree::SymbolKind::ThreadLocal)
        };
        let locals = unit.data.iter().filter(is_local);
        locals.map(|d| u64::from(d.size) + u64::from(d.align)).sum()
    };
    units.iter().map(|input| of_unit(input.unit)).sum()
}

impl<'a> Linker<'a> {
    /// Compiles everything the program can reach: all of the user's, of the library what is named.
    fn reach_all(&mut self) {
        let mut waiting: Vec<Definition> = Vec::new();
        for (n, input) in self.units.iter().enumerate().filter(|(_, u)| !u.library) {
            let unit = n;
            waiting.extend((0..input.unit.functions.len()).map(|n| Definition {
                unit,
                what: What::Function(n),
            }));
            waiting.extend((0..input.unit.data.len()).map(|n| Definition {
                unit,
                what: What::Data(n),
            }));
        }
        waiting.retain(|&d| self.is_current(d));
        waiting.extend(self.symbols.named("__libc_start"));
        waiting.reverse();
        while let Some(definition) = waiting.pop() {
            if self.reached.insert(definition) {
                self.reach(definition, &mut waiting);
            }
        }
    }

    /// Not a tentative definition that another one of its unit replaces.
    fn is_current(&self, definition: Definition) -> bool {
        let unit = self.units[definition.unit].unit;
        let symbol = match definition.what {
            What::Function(n) => unit.functions[n].symbol,
            What::Data(n) => unit.data[n].symbol,
        };
        let meant = self
            .symbols
            .resolve(definition.unit, SymbolRef::Unit(symbol));
        meant == Some(definition)
    }

    fn reach(&mut self, definition: Definition, waiting: &mut Vec<Definition>) {
        let unit = self.units[definition.unit].unit;
        match definition.what {
            What::Function(n) => {
                let mut compiled = compile(unit, &unit.functions[n], self.small_tls);
                compiled.definition = Some(definition);
                if self.units[definition.unit].library {
                    compiled.replace_by_hand(unit, &unit.functions[n]);
                }
                for relocation in &compiled.object.relocations {
                    let symbol = relocation.target.symbol;
                    waiting.extend(self.need(definition.unit, symbol, relocation.place));
                }
                self.functions.insert(definition, compiled);
            }
            What::Data(n) => {
                let data = &unit.data[n];
                for relocation in &data.relocations {
                    let symbol = SymbolRef::Unit(relocation.symbol);
                    waiting.extend(self.need(definition.unit, symbol, data.place));
                }
            }
        }
    }

    /// The definition, or a complaint, once for each name.
    fn need(&mut self, unit: usize, symbol: SymbolRef, place: tree::Place) -> Option<Definition> {
        let found = self.symbols.resolve(unit, symbol);
        if found.is_none() {
            let name = self.symbols.name(unit, symbol).to_string();
            if self.complained.insert(name) {
                let error = self.symbols.undefined(unit, symbol, place);
                self.errors.push(error);
            }
        }
        found
    }

    fn require_main(&mut self) {
        let main = self.symbols.named("main");
        if !main.is_some_and(|d| matches!(d.what, What::Function(_)) && !self.units[d.unit].library)
        {
            let file = self.units.iter().find(|u| !u.library);
            let file = file.and_then(|u| u.unit.files.first()).cloned();
            let place = Span {
                file: file.unwrap_or_default(),
                line: 1,
                column: 1,
                ..Span::default()
            };
            self.errors.push(
                Diagnostic::error(place, "the program has no function `main`")
                    .help("a program starts at `int main(void)`"),
            );
        }
    }

    /// Gives everything its address and writes it down.
    fn image(&mut self) -> Image {
        let mut image = Image {
            compiled_here: true,
            ..Image::default()
        };
        let functions = self.text(&mut image);
        let sections = self.place_sections(u64::from(image.library_text.end));
        if self.errors.is_empty() {
            self.patch(&mut image, functions, sections.tls_block);
            self.fill_sections(&mut image, &sections);
            self.name_objects(&mut image);
        }
        image
    }

    /// Gives functions addresses; the functions in order of address.
    fn text(&mut self, image: &mut Image) -> Vec<Compiled> {
        let thread_local = |d: &Definition| self.symbols.is_thread_local(*d);
        let has_tls = self.reached.iter().any(thread_local);
        let compiled = core::mem::take(&mut self.functions);
        let total: usize = compiled.values().map(|c| c.object.words.len() * 4).sum();
        let far = total > NEAR_TEXT;
        let callee = match self.symbols.named("__libc_start") {
            Some(_) => "__libc_start",
            None => "main",
        };
        let is_library = |c: &Compiled| c.definition.is_some_and(|d| self.units[d.unit].library);
        let (library, mut all): (Vec<_>, Vec<_>) = compiled.into_values().partition(is_library);
        let user_count = all.len();
        all.push(Compiled {
            definition: None,
            assembly: None,
            object: start(callee, has_tls, far),
            frame_size: 0,
            ra_offset: None,
            frame_address: None,
            locals: Vec::new(),
            address: 0,
        });
        let has_library = !library.is_empty();
        all.extend(library);
        let mut address = TEXT_BASE;
        let mut allocator: Option<core::ops::Range<u32>> = None;
        for (n, function) in all.iter_mut().enumerate() {
            if far && let Some((assembly, labels)) = &function.assembly {
                function.object = assembly.assemble(*labels, true);
            }
            if n == user_count {
                image.entry = address;
            }
            function.address = address;
            if let Some(definition) = function.definition {
                self.addresses.insert(definition, address);
            }
            let start = address;
            address += function.object.words.len() as u32 * 4;
            if self.is_allocator(function) {
                allocator = Some(allocator.map_or(start, |range| range.start)..address);
            }
        }
        image.allocator_text = allocator.unwrap_or_default();
        let library_start = if has_library { image.entry } else { address };
        image.library_text = library_start..address;
        all
    }

    /// Is it of the library's file with `malloc`? Functions of one file lie together.
    fn is_allocator(&self, function: &Compiled) -> bool {
        let unit = function.definition.map(|d| self.units[d.unit]);
        let unit = unit.filter(|unit| unit.library);
        unit.and_then(|unit| unit.unit.files.first())
            .is_some_and(|file| file.ends_with("stdlib/malloc.c"))
    }

    /// Fills in addresses and writes text, functions and lines.
    fn patch(&mut self, image: &mut Image, functions: Vec<Compiled>, tls_block: u32) {
        let mut bytes = Vec::new();
        let mut files = Files::default();
        for mut function in functions {
            self.relocate(&mut function, tls_block);
            for word in &function.object.words {
                bytes.extend(word.to_le_bytes());
            }
            let unit = function.definition.map(|d| self.units[d.unit]);
            self.describe(image, &function, unit, &mut files);
        }
        image.files = files.names;
        image.segments.push(Segment {
            name: "text".to_string(),
            address: TEXT_BASE,
            size: bytes.len() as u32,
            bytes,
            permissions: Permissions::RX,
        });
    }
}
