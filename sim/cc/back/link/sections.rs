//! Sections: which object lies where.
//!
//! Read-only data, user's then library's; initialised data, user's then library's; zeroed data,
//! library's then user's (so that the library's data is one range). Each begins on a page: W^X.
//! The first thread's block of thread-locals is at the start of the initialised data.

use super::Linker;
use crate::back::code::SymbolRef;
use crate::back::symbols::{Definition, What, span};
use crate::tree;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use sim_abi::image::{Segment, Tls};
use sim_abi::layout::{HEAP_LIMIT, PAGE_SIZE};
use sim_abi::{Diagnostic, Image, Permissions};

/// Where an object goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    ReadOnly,
    Data,
    Zero,
    Thread,
}

/// The objects of one section, the first part's before the second's.
struct Part {
    range: Range<u64>,
    /// Between the user's and the library's.
    middle: u64,
    objects: Vec<Definition>,
}

/// All sections, placed.
pub(super) struct Sections {
    thread: Part,
    thread_align: u32,
    read_only: Part,
    data: Part,
    zero: Part,
    /// Where the first thread's block is.
    pub tls_block: u32,
}

impl<'a> Linker<'a> {
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

    /// An object's definition in its unit.
    pub(super) fn data(&self, definition: Definition) -> Option<&'a tree::Data> {
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

    /// Places a section's objects: first the user's or first the library's.
    fn part(&mut self, section: Section, start: u64, library_first: bool) -> Part {
        let mut objects = self.objects(section, library_first);
        let middle = self.place_objects(&objects, start);
        let second = self.objects(section, !library_first);
        // The library's part begins and ends apart from the user's.
        let start_of_second = match objects.is_empty() || second.is_empty() {
            true => middle,
            false => middle.next_multiple_of(16),
        };
        let end = self.place_objects(&second, start_of_second);
        objects.extend(second);
        Part {
            range: start..end,
            middle: start_of_second,
            objects,
        }
    }

    /// Places all objects, from `address` on.
    pub(super) fn place_sections(&mut self, address: u64) -> Sections {
        let page = u64::from(PAGE_SIZE);
        let thread = self.part(Section::Thread, 0, false);
        let align = |d: &Definition| self.data(*d).map_or(1, |data| data.align.max(1));
        let thread_align = thread.objects.iter().map(align).max().unwrap_or(1);
        let read_only = self.part(Section::ReadOnly, address.next_multiple_of(page), false);
        let data_start = read_only.range.end.next_multiple_of(page);
        let tls_block = data_start.next_multiple_of(u64::from(thread_align));
        let mut data = self.part(Section::Data, tls_block + thread.range.end, false);
        data.range.start = data_start;
        let zero = self.part(Section::Zero, data.range.end.next_multiple_of(page), true);
        Sections {
            thread,
            thread_align,
            read_only,
            data,
            zero,
            tls_block: tls_block.min(u64::from(HEAP_LIMIT)) as u32,
        }
    }

    /// Writes the segments of objects, the thread-locals' template, the library's range.
    pub(super) fn fill_sections(&self, image: &mut Image, sections: &Sections) {
        let Sections {
            thread,
            read_only,
            data,
            zero,
            ..
        } = sections;
        self.segment(image, "rodata", read_only, Permissions::R);
        self.segment(image, "data", data, Permissions::RW);
        let template = self.contents(thread);
        if let Some(segment) = image.segments.iter_mut().find(|s| s.name == "data") {
            let start = (sections.tls_block - segment.address) as usize;
            segment.bytes[start..start + template.len()].copy_from_slice(&template);
        }
        if !zero.range.is_empty() {
            image.segments.push(Segment {
                name: "bss".to_string(),
                address: zero.range.start as u32,
                bytes: Vec::new(),
                size: (zero.range.end - zero.range.start) as u32,
                permissions: Permissions::RW,
            });
        }
        image.tls = Tls {
            size: template.len() as u32,
            bytes: trimmed(template),
            align: sections.thread_align,
        };
        image.library_data = self.library_data(data, zero);
    }

    /// From the library's initialised data to its zeroed data.
    fn library_data(&self, data: &Part, zero: &Part) -> Range<u32> {
        let has = |part: &Part| part.objects.iter().any(|d| self.units[d.unit].library);
        let start = if has(data) {
            data.middle
        } else {
            zero.range.start
        };
        let end = if has(zero) {
            zero.middle
        } else {
            data.range.end
        };
        if has(data) || has(zero) {
            start as u32..end as u32
        } else {
            0..0
        }
    }

    fn segment(&self, image: &mut Image, name: &str, part: &Part, permissions: Permissions) {
        if !part.range.is_empty() {
            image.segments.push(Segment {
                name: name.to_string(),
                address: part.range.start as u32,
                size: (part.range.end - part.range.start) as u32,
                bytes: self.contents(part),
                permissions,
            });
        }
    }

    /// The initial bytes of a section.
    fn contents(&self, part: &Part) -> Vec<u8> {
        let start = part.range.start as u32;
        let mut bytes = vec![0; (part.range.end - part.range.start) as usize];
        for &definition in &part.objects {
            let (Some(data), Some(&address)) =
                (self.data(definition), self.addresses.get(&definition))
            else {
                continue;
            };
            let at = (address - start) as usize;
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
}

/// Without zeros at the end.
fn trimmed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.iter().rposition(|b| *b != 0).map_or(0, |n| n + 1);
    bytes.truncate(length);
    bytes
}
