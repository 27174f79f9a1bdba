//! An image as a static ELF32 file for RISC-V (System V ABI, chapters 4 and 5; RISC-V psABI).
//!
//! One program header for each segment, sections and symbols for objdump and gdb. Not here: debug
//! information; thread-local symbols (their values are no addresses).

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use sim_abi::Image;
use sim_abi::image::{Segment, SymbolKind};
use sim_abi::layout::PAGE_SIZE;

const HEADER: u32 = 52;
const PROGRAM_HEADER: u32 = 32;
const SECTION_HEADER: u32 = 40;
const EM_RISCV: u16 = 243;
const SHT_PROGBITS: u32 = 1;
const SHT_SYMTAB: u32 = 2;
const SHT_STRTAB: u32 = 3;
const SHT_NOBITS: u32 = 8;

/// A string table under construction.
struct Strings(Vec<u8>);

impl Strings {
    fn add(&mut self, name: &str) -> u32 {
        let at = self.0.len() as u32;
        self.0.extend(name.bytes());
        self.0.push(0);
        at
    }
}

/// A file under construction.
#[derive(Default)]
struct File(Vec<u8>);

impl File {
    fn half(&mut self, n: u16) {
        self.0.extend(n.to_le_bytes());
    }

    fn words(&mut self, words: &[u32]) {
        for n in words {
            self.0.extend(n.to_le_bytes());
        }
    }

    fn pad_to(&mut self, offset: u32) {
        self.0.resize((offset as usize).max(self.0.len()), 0);
    }

    fn align(&mut self, align: u32) {
        self.pad_to((self.0.len() as u32).next_multiple_of(align));
    }

    fn offset(&self) -> u32 {
        self.0.len() as u32
    }
}

fn flags(segment: &Segment) -> u32 {
    let p = segment.permissions;
    u32::from(p.execute) | u32::from(p.write) << 1 | u32::from(p.read) << 2
}

/// Flags of a section: allocated, and what its segment allows.
fn section_flags(segment: &Segment) -> u32 {
    let p = segment.permissions;
    2 | u32::from(p.write) | u32::from(p.execute) << 2
}

/// The image as the bytes of an ELF file.
pub fn write_elf(image: &Image) -> Vec<u8> {
    let count = image.segments.len() as u32;
    let mut file = File::default();
    file.pad_to(HEADER + count * PROGRAM_HEADER);
    let mut headers = File::default();
    let mut sections: Vec<[u32; 10]> = vec![[0; 10]];
    let mut names = Strings(vec![0]);
    for segment in &image.segments {
        // File offset and address agree modulo the page.
        if !segment.bytes.is_empty() {
            file.align(PAGE_SIZE);
            file.pad_to(file.offset() + segment.address % PAGE_SIZE);
        }
        let offset = match segment.bytes.is_empty() {
            true => segment.address % PAGE_SIZE,
            false => file.offset(),
        };
        let length = segment.bytes.len() as u32;
        file.0.extend(&segment.bytes);
        let address = segment.address;
        headers.words(&[1, offset, address, address, length, segment.size]);
        headers.words(&[flags(segment), PAGE_SIZE]);
        let kind = if length == 0 {
            SHT_NOBITS
        } else {
            SHT_PROGBITS
        };
        let name = names.add(&format!(".{}", segment.name));
        let permissions = section_flags(segment);
        sections.push([
            name,
            kind,
            permissions,
            address,
            offset,
            segment.size,
            0,
            0,
            4,
            0,
        ]);
    }
    append_symbols(image, &mut file, &mut sections, &mut names);
    let shstrtab = names.add(".shstrtab");
    let offset = file.offset();
    sections.push([
        shstrtab,
        SHT_STRTAB,
        0,
        0,
        offset,
        names.0.len() as u32,
        0,
        0,
        1,
        0,
    ]);
    file.0.extend(&names.0);
    file.align(4);
    let section_table = file.offset();
    sections.iter().for_each(|section| file.words(section));
    let mut header = elf_header(image.entry, count, section_table, sections.len() as u16);
    header.0.extend(&headers.0);
    file.0[..header.0.len()].copy_from_slice(&header.0);
    file.0
}

fn elf_header(entry: u32, program_headers: u32, section_table: u32, sections: u16) -> File {
    let mut header = File::default();
    header.0.extend([0x7f, b'E', b'L', b'F', 1, 1, 1, 0]);
    header.words(&[0, 0]);
    header.half(2); // ET_EXEC
    header.half(EM_RISCV);
    header.words(&[1, entry, HEADER, section_table, 0]);
    header.half(HEADER as u16);
    header.half(PROGRAM_HEADER as u16);
    header.half(program_headers as u16);
    header.half(SECTION_HEADER as u16);
    header.half(sections);
    header.half(sections - 1); // .shstrtab is the last
    header
}

/// `.symtab` and `.strtab`.
fn append_symbols(
    image: &Image,
    file: &mut File,
    sections: &mut Vec<[u32; 10]>,
    names: &mut Strings,
) {
    let mut strings = Strings(vec![0]);
    let mut table = File::default();
    table.words(&[0; 4]);
    for symbol in &image.symbols {
        let kind = match symbol.kind {
            SymbolKind::Function => 2,
            SymbolKind::Object => 1,
            SymbolKind::ThreadLocal => continue,
        };
        let inside = |s: &Segment| symbol.address.wrapping_sub(s.address) < s.size;
        let section = image
            .segments
            .iter()
            .position(inside)
            .map_or(0xfff1, |n| n as u16 + 1);
        let name = strings.add(&symbol.name);
        const GLOBAL: u8 = 1 << 4;
        table.words(&[name, symbol.address, symbol.size]);
        table.0.extend([GLOBAL | kind, 0]);
        table.half(section);
    }
    file.align(4);
    let (offset, size) = (file.offset(), table.offset());
    let strtab = sections.len() as u32 + 1;
    let symtab_name = names.add(".symtab");
    sections.push([
        symtab_name,
        SHT_SYMTAB,
        0,
        0,
        offset,
        size,
        strtab,
        1,
        4,
        16,
    ]);
    file.0.extend(&table.0);
    let offset = file.offset();
    let strtab_name = names.add(".strtab");
    let size = strings.0.len() as u32;
    sections.push([strtab_name, SHT_STRTAB, 0, 0, offset, size, 0, 0, 1, 0]);
    file.0.extend(&strings.0);
}
