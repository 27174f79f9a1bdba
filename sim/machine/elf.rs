//! Program images from ELF files: what another compiler made runs too.
//!
//! Accepted: 32-bit little-endian static executables for RISC-V without compressed instructions
//! (System V ABI, ELF chapter; RISC-V psABI, section 8). Anything else is refused with a sentence
//! that says what it is. Symbols come from `.symtab`; there is no line table.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, Sym};
use object::{LittleEndian, SectionIndex};
use sim_abi::Permissions;
use sim_abi::image::{Image, Segment, Symbol, SymbolKind};
use sim_abi::layout::{MAIN_STACK_SIZE, PAGE_SIZE, STACK_TOP};

type Header = elf::FileHeader32<LittleEndian>;
const LITTLE: LittleEndian = LittleEndian;

/// The most that all segments together may take: a file of a few bytes can ask for gigabytes.
const LARGEST: u64 = 256 << 20;

/// Reads a static RV32IMA executable.
///
/// # Errors
/// Why it is not one, as a sentence without full stop.
pub fn load_elf(bytes: &[u8]) -> Result<Image, String> {
    let header = check_header(bytes)?;
    let segments = segments(header, bytes)?;
    let entry = header.e_entry(LITTLE);
    let starts =
        |s: &Segment| s.permissions.execute && s.address <= entry && entry - s.address < s.size;
    if !segments.iter().any(starts) {
        return Err(format!(
            "the entry point {entry:#x} is not in an executable segment"
        ));
    }
    if entry % 4 != 0 {
        return Err(format!("the entry point {entry:#x} is not a multiple of 4"));
    }
    Ok(Image {
        entry,
        segments,
        symbols: symbols(header, bytes)?,
        ..Image::default()
    })
}

fn check_header(bytes: &[u8]) -> Result<&Header, String> {
    let refuse = |why: &str| Err(why.to_string());
    if !bytes.starts_with(&elf::ELFMAG) {
        return refuse("not an ELF file");
    }
    match bytes.get(4..6) {
        None => return refuse("the ELF file is cut off in its header"),
        Some(&[elf::ELFCLASS64, _]) => {
            return refuse(
                "a 64-bit ELF file: this machine is 32-bit (compile with -march=rv32ima -mabi=ilp32)",
            );
        }
        Some(&[elf::ELFCLASS32, elf::ELFDATA2LSB]) => {}
        Some(&[elf::ELFCLASS32, _]) => {
            return refuse("a big-endian ELF file: this machine is little-endian");
        }
        Some(_) => return refuse("an ELF file of no known class"),
    }
    let header = Header::parse(bytes).map_err(|e| format!("a broken ELF file: {e}"))?;
    if header.e_machine(LITTLE) != elf::EM_RISCV {
        return Err(format!(
            "an ELF file for another machine (number {}), not RISC-V",
            header.e_machine(LITTLE)
        ));
    }
    match header.e_type(LITTLE) {
        elf::ET_EXEC => {}
        elf::ET_REL => return refuse("an object file: link it first (-static -nostdlib)"),
        elf::ET_DYN => {
            return refuse(
                "a shared library or position-independent executable: link with -static -no-pie",
            );
        }
        elf::ET_CORE => return refuse("a core dump, not a program"),
        other => return Err(format!("an ELF file of type {other}, not an executable")),
    }
    let flags = header.e_flags(LITTLE);
    if flags & elf::EF_RISCV_RVC != 0 {
        return refuse("compressed instructions are not supported (compile with -march=rv32ima)");
    }
    if flags & elf::EF_RISCV_FLOAT_ABI != 0 {
        return refuse("floating-point registers are not supported (compile with -mabi=ilp32)");
    }
    if flags & elf::EF_RISCV_RVE != 0 {
        return refuse("the RV32E calling convention is not supported (compile with -mabi=ilp32)");
    }
    Ok(header)
}

fn segments(header: &Header, bytes: &[u8]) -> Result<Vec<Segment>, String> {
    let headers = header
        .program_headers(LITTLE, bytes)
        .map_err(|e| format!("a broken ELF file: {e}"))?;
    let mut segments = Vec::new();
    let mut total = 0;
    for (number, p) in headers.iter().enumerate() {
        match p.p_type(LITTLE) {
            elf::PT_INTERP | elf::PT_DYNAMIC => {
                return Err("a dynamically linked program: link with -static".to_string());
            }
            elf::PT_LOAD if p.p_memsz(LITTLE) > 0 => {
                total += u64::from(p.p_memsz(LITTLE));
                if total > LARGEST {
                    return Err(format!("the segments take more than {} MiB", LARGEST >> 20));
                }
                segments.push(segment(number, p, bytes)?);
            }
            _ => {}
        }
    }
    if segments.is_empty() {
        return Err("the ELF file has no segment to load".to_string());
    }
    segments.sort_by_key(|s| s.address);
    for pair in segments.windows(2) {
        if pair[1].address - pair[0].address < pair[0].size {
            return Err(format!("{} and {} overlap", pair[0].name, pair[1].name));
        }
    }
    Ok(segments)
}

fn segment(
    number: usize,
    p: &elf::ProgramHeader32<LittleEndian>,
    bytes: &[u8],
) -> Result<Segment, String> {
    let name = format!("segment {number}");
    let (address, size) = (p.p_vaddr(LITTLE), p.p_memsz(LITTLE));
    let data = p
        .data(LITTLE, bytes)
        .map_err(|()| format!("{name} reaches past the end of the file"))?;
    if data.len() > size as usize {
        return Err(format!("{name} has more bytes in the file than in memory"));
    }
    let end = address.checked_add(size);
    if address < PAGE_SIZE || end.is_none_or(|end| end > STACK_TOP - MAIN_STACK_SIZE) {
        return Err(format!(
            "{name} at {address:#x} with {size} bytes does not lie between {PAGE_SIZE:#x} and the stack at {:#x}",
            STACK_TOP - MAIN_STACK_SIZE
        ));
    }
    let flags = p.p_flags(LITTLE);
    Ok(Segment {
        name,
        address,
        bytes: data.to_vec(),
        size,
        permissions: Permissions {
            read: flags & elf::PF_R != 0,
            write: flags & elf::PF_W != 0,
            execute: flags & elf::PF_X != 0,
        },
    })
}

/// Functions, objects and plain labels of code, sorted by address.
fn symbols(header: &Header, bytes: &[u8]) -> Result<Vec<Symbol>, String> {
    let broken = |e| format!("a broken ELF file: {e}");
    let sections = header.sections(LITTLE, bytes).map_err(broken)?;
    let table = sections
        .symbols(LITTLE, bytes, elf::SHT_SYMTAB)
        .map_err(broken)?;
    let mut symbols = Vec::new();
    for s in table.iter() {
        let section = SectionIndex(usize::from(s.st_shndx(LITTLE)));
        let executable = sections
            .section(section)
            .is_ok_and(|section| section.sh_flags(LITTLE) & elf::SHF_EXECINSTR != 0);
        let kind = match s.st_type() {
            elf::STT_FUNC => SymbolKind::Function,
            elf::STT_OBJECT => SymbolKind::Object,
            elf::STT_TLS => SymbolKind::ThreadLocal,
            elf::STT_NOTYPE if executable => SymbolKind::Function,
            _ => continue,
        };
        let name = s.name(LITTLE, table.strings()).map_err(broken)?;
        let name = String::from_utf8_lossy(name).into_owned();
        // `$x` marks where code begins, `.L…` are the assembler's own.
        if s.st_shndx(LITTLE) == elf::SHN_UNDEF || name.is_empty() || name.starts_with(['$', '.']) {
            continue;
        }
        symbols.push(Symbol {
            address: s.st_value(LITTLE),
            size: s.st_size(LITTLE),
            name,
            type_name: String::new(),
            kind,
            library: false,
        });
    }
    symbols.sort_by(|a, b| (a.address, &a.name).cmp(&(b.address, &b.name)));
    Ok(symbols)
}
