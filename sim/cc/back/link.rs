//! The linker: units → one image with addresses, bytes and tables.
//!
//! Order in memory: text of the user's units, `_start`, text of the library; read-only data, user's
//! then library's; initialised data, user's then library's; zeroed data, library's then user's (so
//! that the library's data is one range). Each segment begins on a page: W^X.
//!
//! Not here: what a name means (`symbols`), machine code (`emit`).

use super::LinkInput;
use super::assemble::{Assembly, Fixup, Object, split};
use super::code::{Code, SymbolRef};
use super::emit::emit;
use super::frame::Frame;
use super::generate::generate;
use super::registers::allocate;
use super::start::{TLS_BLOCK, start};
use super::symbols::{Definition, Symbols, What, display_name, span};
use crate::tree::{self, Unit};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use sim_abi::image::{FrameLocal, Function, Line, Segment, Symbol, SymbolKind, Tls};
use sim_abi::layout::{HEAP_LIMIT, PAGE_SIZE, TEXT_BASE};
use sim_abi::{Diagnostic, Image, Permissions, Span};

/// Text of more than this may need far calls.
const NEAR_TEXT: usize = 0xf_0000;
/// Thread-locals of less than this are reached by one instruction.
const SMALL_TLS: u64 = 2000;

/// A compiled function.
struct Compiled {
    definition: Option<Definition>,
    assembly: Option<(Assembly, u32)>,
    object: Object,
    frame_size: u32,
    ra_offset: Option<u32>,
    locals: Vec<FrameLocal>,
    address: u32,
}

/// Where an object goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    ReadOnly,
    Data,
    Zero,
    Thread,
}

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

/// Compiles one function up to assembler items.
fn compile(unit: &Unit, function: &tree::Function, small_tls: bool) -> Compiled {
    let code = generate(unit, function, small_tls);
    let allocation = allocate(&code);
    let frame = Frame::new(&code, &allocation);
    let assembly = emit(&code, &allocation, &frame);
    let labels = code.labels + 1;
    Compiled {
        definition: None,
        object: assembly.assemble(labels, false),
        assembly: Some((assembly, labels)),
        frame_size: frame.size,
        ra_offset: frame.saved_return,
        locals: frame_locals(function, &code, &frame),
        address: 0,
    }
}

fn frame_locals(function: &tree::Function, code: &Code, frame: &Frame) -> Vec<FrameLocal> {
    let mut locals: Vec<FrameLocal> = Vec::new();
    for (n, slot) in code.slots.iter().enumerate() {
        let local = slot.local.and_then(|l| function.locals.get(l as usize));
        if let Some(local) = local.filter(|l| !l.name.is_empty()) {
            locals.push(FrameLocal {
                name: local.name.clone(),
                type_name: local.type_name.clone(),
                offset: frame.slot(super::code::SlotId(n as u32)),
                size: slot.size,
            });
        }
    }
    locals
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

    /// Objects of a section: alignment and size decide nothing, the order of the units does.
    fn objects(&self, section: Section, library: bool) -> Vec<Definition> {
        let mut chosen: Vec<Definition> = self
            .reached
            .iter()
            .copied()
            .filter(|d| self.units[d.unit].library == library)
            .filter(|d| self.section(*d) == Some(section))
            .collect();
        chosen.sort();
        chosen
    }

    fn data(&self, definition: Definition) -> Option<&'a tree::Data> {
        match definition.what {
            What::Data(n) => self.units[definition.unit].unit.data.get(n),
            What::Function(_) => None,
        }
    }

    fn section(&self, definition: Definition) -> Option<Section> {
        let data = self.data(definition)?;
        let zero = data.relocations.is_empty() && data.bytes.iter().all(|b| *b == 0);
        Some(if self.symbols.is_thread_local(definition) {
            Section::Thread
        } else if data.read_only {
            Section::ReadOnly
        } else if zero {
            Section::Zero
        } else {
            Section::Data
        })
    }

    /// Gives objects addresses from `address` on; the address after them.
    fn place_objects(&mut self, objects: &[Definition], address: u64) -> u64 {
        let mut address = address;
        for &definition in objects {
            let Some(data) = self.data(definition) else {
                continue;
            };
            address = address.next_multiple_of(u64::from(data.align.max(1)));
            self.addresses
                .insert(definition, address.min(u64::from(u32::MAX)) as u32);
            address += u64::from(data.size);
            if address > u64::from(HEAP_LIMIT) {
                self.too_large(definition);
                return u64::from(HEAP_LIMIT);
            }
        }
        address
    }

    fn too_large(&mut self, definition: Definition) {
        let unit = self.units[definition.unit].unit;
        if let (Some(data), true) = (self.data(definition), self.errors.is_empty()) {
            let error = Diagnostic::error(
                span(unit, data.place),
                "the program's objects do not fit below address 0x40000000",
            );
            self.errors
                .push(error.label("this one does not fit any more"));
        }
    }

    fn image(&mut self) -> Image {
        let mut image = Image {
            compiled_here: true,
            ..Image::default()
        };
        let thread: Vec<Definition> = [false, true]
            .iter()
            .flat_map(|&library| self.objects(Section::Thread, library))
            .collect();
        let tls_size = self.place_objects(&thread, 0);
        let tls_align = thread
            .iter()
            .filter_map(|&d| self.data(d))
            .map(|d| d.align)
            .max();
        let tls_align = tls_align.unwrap_or(1).max(1);

        let functions = self.text(&mut image, tls_size > 0);
        let page = u64::from(PAGE_SIZE);
        let text_end = u64::from(image.library_text.end).next_multiple_of(page);

        let [user, library] = [false, true].map(|l| self.objects(Section::ReadOnly, l));
        let rodata = text_end;
        let middle = self.place_objects(&user, rodata);
        let rodata_end = self.place_objects(&library, middle);

        let [user_data, library_data] = [false, true].map(|l| self.objects(Section::Data, l));
        let data = rodata_end.next_multiple_of(page);
        // The first thread's block comes first.
        let tls_block = data.next_multiple_of(u64::from(tls_align));
        let after_tls = tls_block + tls_size;
        let library_start = self
            .place_objects(&user_data, after_tls)
            .next_multiple_of(16);
        let data_end = self.place_objects(&library_data, library_start);
        let data_end = if library_data.is_empty() && data_end == library_start {
            self.end_of(&user_data, after_tls)
        } else {
            data_end
        };

        let [user_zero, library_zero] = [false, true].map(|l| self.objects(Section::Zero, l));
        let bss = data_end.next_multiple_of(page);
        let library_end = self.place_objects(&library_zero, bss).next_multiple_of(16);
        let bss_end = self.place_objects(&user_zero, library_end);
        let has_library = !(library_data.is_empty() && library_zero.is_empty());
        if has_library {
            let start = if library_data.is_empty() {
                bss
            } else {
                library_start
            };
            let end = if library_zero.is_empty() {
                data_end
            } else {
                library_end
            };
            image.library_data = start as u32..end as u32;
        }
        if !self.errors.is_empty() {
            return image;
        }

        self.patch(&mut image, functions, tls_block as u32);
        let section_of = |range: Range<u64>| range.start as u32..range.end as u32;
        self.segment(
            &mut image,
            "rodata",
            section_of(rodata..rodata_end),
            Permissions::R,
            &[user, library],
        );
        let tls_bytes = self.contents(0..tls_size as u32, &thread);
        self.segment(
            &mut image,
            "data",
            section_of(data..data_end),
            Permissions::RW,
            &[user_data, library_data],
        );
        if let Some(segment) = image.segments.iter_mut().find(|s| s.name == "data") {
            let start = (tls_block - data) as usize;
            segment.bytes[start..start + tls_bytes.len()].copy_from_slice(&tls_bytes);
        }
        if bss_end > bss {
            image.segments.push(Segment {
                name: "bss".to_string(),
                address: bss as u32,
                bytes: Vec::new(),
                size: (bss_end - bss) as u32,
                permissions: Permissions::RW,
            });
        }
        image.tls = Tls {
            bytes: trimmed(tls_bytes),
            size: tls_size as u32,
            align: tls_align,
        };
        self.name_objects(&mut image);
        image.symbols.sort_by(|a, b| {
            (a.address, a.kind as u8, &a.name).cmp(&(b.address, b.kind as u8, &b.name))
        });
        image
    }

    /// One past the last of these objects.
    fn end_of(&self, objects: &[Definition], start: u64) -> u64 {
        let end = |d: &Definition| {
            Some(u64::from(*self.addresses.get(d)?) + u64::from(self.data(*d)?.size))
        };
        objects.iter().filter_map(end).max().unwrap_or(start)
    }

    /// Gives functions addresses; the functions in order of address.
    fn text(&mut self, image: &mut Image, has_tls: bool) -> Vec<Compiled> {
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
            locals: Vec::new(),
            address: 0,
        });
        let has_library = !library.is_empty();
        all.extend(library);
        let mut address = TEXT_BASE;
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
            address += function.object.words.len() as u32 * 4;
        }
        let library_start = if has_library { image.entry } else { address };
        image.library_text = library_start..address;
        all
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

    fn relocate(&mut self, function: &mut Compiled, tls_block: u32) {
        let unit = function.definition.map_or(0, |d| d.unit);
        for relocation in &function.object.relocations {
            let target = relocation.target;
            let base = if target.symbol == SymbolRef::Runtime(TLS_BLOCK) {
                tls_block
            } else {
                let definition = match function.definition {
                    Some(_) => self.symbols.resolve(unit, target.symbol),
                    None => self.symbols.named(self.symbols.name(0, target.symbol)),
                };
                definition
                    .and_then(|d| self.addresses.get(&d).copied())
                    .unwrap_or(0)
            };
            let address = base.wrapping_add(target.addend as u32);
            let pc = function.address + relocation.offset;
            let index = (relocation.offset / 4) as usize;
            apply(
                relocation.fixup,
                address,
                pc,
                &mut function.object.words[index..],
            );
        }
    }

    /// Adds a function to the image's tables.
    fn describe(
        &self,
        image: &mut Image,
        function: &Compiled,
        unit: Option<LinkInput>,
        files: &mut Files,
    ) {
        let start = function.address;
        let size = function.object.words.len() as u32 * 4;
        let name = match function.definition {
            Some(d) => self.function_name(d),
            None => "_start".to_string(),
        };
        image.symbols.push(Symbol {
            address: start,
            size,
            name: name.clone(),
            type_name: String::new(),
            kind: SymbolKind::Function,
        });
        for row in &function.object.rows {
            let file = unit
                .and_then(|u| u.unit.files.get(usize::from(row.place.file)))
                .map_or(0, |path| files.number(path));
            image.lines.push(Line {
                address: start + row.offset,
                file,
                line: row.place.line,
                column: row.place.column.min(u32::from(u16::MAX)) as u16,
                statement: row.statement,
            });
        }
        let body = &function.object.body;
        image.functions.push(Function {
            start,
            end: start + size,
            name,
            frame_size: function.frame_size,
            body: if function.frame_size == 0 {
                Vec::new()
            } else {
                vec![start + body.start..start + body.end]
            },
            ra_offset: function.ra_offset,
            locals: function.locals.clone(),
            library: unit.is_none_or(|u| u.library),
        });
    }

    fn function_name(&self, definition: Definition) -> String {
        let unit = self.units[definition.unit].unit;
        let What::Function(n) = definition.what else {
            return String::new();
        };
        let symbol = unit.symbols.get(unit.functions[n].symbol.0 as usize);
        symbol.map_or_else(String::new, |s| s.name.clone())
    }

    /// The initial bytes of objects in a range of addresses.
    fn contents(&self, range: Range<u32>, objects: &[Definition]) -> Vec<u8> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        for &definition in objects {
            let (Some(data), Some(&address)) =
                (self.data(definition), self.addresses.get(&definition))
            else {
                continue;
            };
            let at = (address - range.start) as usize;
            let length = data.bytes.len().min(data.size as usize);
            bytes[at..at + length].copy_from_slice(&data.bytes[..length]);
            for relocation in &data.relocations {
                let symbol = SymbolRef::Unit(relocation.symbol);
                let target = self.symbols.resolve(definition.unit, symbol);
                let base = target
                    .and_then(|d| self.addresses.get(&d).copied())
                    .unwrap_or(0);
                let value = base.wrapping_add(relocation.addend as u32);
                let at = at + relocation.offset as usize;
                if let Some(place) = bytes.get_mut(at..at + 4) {
                    place.copy_from_slice(&value.to_le_bytes());
                }
            }
        }
        bytes
    }

    fn segment(
        &self,
        image: &mut Image,
        name: &str,
        range: Range<u32>,
        permissions: Permissions,
        objects: &[Vec<Definition>; 2],
    ) {
        if range.is_empty() {
            return;
        }
        let objects: Vec<Definition> = objects.iter().flatten().copied().collect();
        image.segments.push(Segment {
            name: name.to_string(),
            address: range.start,
            size: range.end - range.start,
            bytes: self.contents(range, &objects),
            permissions,
        });
    }

    fn name_objects(&self, image: &mut Image) {
        for (&definition, &address) in &self.addresses {
            let Some(data) = self.data(definition) else {
                continue;
            };
            let unit = self.units[definition.unit].unit;
            let symbol = unit.symbols.get(data.symbol.0 as usize);
            let Some(name) = symbol.and_then(|s| display_name(&s.name)) else {
                continue;
            };
            image.symbols.push(Symbol {
                address,
                size: data.size,
                name,
                type_name: data.type_name.clone(),
                kind: if self.symbols.is_thread_local(definition) {
                    SymbolKind::ThreadLocal
                } else {
                    SymbolKind::Object
                },
            });
        }
    }
}

/// The source files of all units, each once.
#[derive(Default)]
struct Files {
    names: Vec<String>,
    numbers: BTreeMap<String, u16>,
}

impl Files {
    fn number(&mut self, path: &str) -> u16 {
        if let Some(&n) = self.numbers.get(path) {
            return n;
        }
        let n = self.names.len().min(usize::from(u16::MAX)) as u16;
        self.names.push(path.to_string());
        self.numbers.insert(path.to_string(), n);
        n
    }
}

/// Without zeros at the end.
fn trimmed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.iter().rposition(|b| *b != 0).map_or(0, |n| n + 1);
    bytes.truncate(length);
    bytes
}

/// Puts an address into the instruction at `words[0]`.
fn apply(fixup: Fixup, address: u32, pc: u32, words: &mut [u32]) {
    let (upper, lower) = split(address);
    match fixup {
        Fixup::High | Fixup::ThreadHigh => words[0] |= upper as u32,
        Fixup::Low | Fixup::ThreadLow => words[0] |= low_bits(words[0], lower as u32),
        Fixup::Call => {
            let distance = address.wrapping_sub(pc) as i32;
            let jal = super::assemble::instruction(
                sim_abi::Op::Jal,
                sim_abi::Reg::RA,
                sim_abi::Reg::ZERO,
                sim_abi::Reg::ZERO,
                distance,
            );
            words[0] = sim_abi::encoding::encode(jal);
        }
        Fixup::FarCall => {
            let (upper, lower) = split(address.wrapping_sub(pc));
            words[0] |= upper as u32;
            words[1] |= (lower as u32 & 0xfff) << 20;
        }
    }
}

/// The immediate field of a store or of an I-format instruction.
fn low_bits(word: u32, lower: u32) -> u32 {
    const STORE: u32 = 0x23;
    if word & 0x7f == STORE {
        (lower & 0x1f) << 7 | (lower >> 5 & 0x7f) << 25
    } else {
        (lower & 0xfff) << 20
    }
}
