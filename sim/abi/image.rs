//! The program image: what `cc` (or the ELF loader) makes and a process is started from.
//!
//! Real bytes at fixed addresses, with what a person needs to read them: symbols, a line table, and
//! the layout of every function's frame. Not here: how it is mapped (`kernel`), ELF (`cc`, `machine`).

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What a page or segment may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Permissions {
    /// May be loaded from.
    pub read: bool,
    /// May be stored to.
    pub write: bool,
    /// May be executed.
    pub execute: bool,
}

impl Permissions {
    /// `r--`
    pub const R: Permissions = Permissions {
        read: true,
        write: false,
        execute: false,
    };
    /// `rw-`
    pub const RW: Permissions = Permissions {
        read: true,
        write: true,
        execute: false,
    };
    /// `r-x`
    pub const RX: Permissions = Permissions {
        read: true,
        write: false,
        execute: true,
    };
}

/// A program, linked, ready to be mapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// First instruction.
    pub entry: u32,
    /// Parts of the address space, ascending, not overlapping.
    pub segments: Vec<Segment>,
    /// Names of addresses, sorted by address.
    pub symbols: Vec<Symbol>,
    /// Source files the line table counts.
    pub files: Vec<Arc<str>>,
    /// For each instruction address where the source line changes, ascending.
    pub lines: Vec<Line>,
    /// Functions, sorted by address.
    pub functions: Vec<Function>,
    /// The initial thread-local block of every thread but the first.
    pub tls: Tls,
    /// The part of `.data`/`.bss` that is the C library's own; empty without one.
    pub library_data: core::ops::Range<u32>,
    /// The part of text that is the C library's.
    pub library_text: core::ops::Range<u32>,
    /// The part of that which is the allocator: it alone may touch what lies between heap blocks.
    pub allocator_text: core::ops::Range<u32>,
    /// `false`: a foreign ELF file without frame tables: every register counts as live.
    pub compiled_here: bool,
}

/// A part of the address space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// `text`, `rodata`, `data`, `bss`; an ELF file's are numbered (`segment 0`).
    pub name: String,
    /// First address; `text`, `rodata` and `data` of `cc` are page-aligned.
    pub address: u32,
    /// Initial bytes; the rest up to `size` is zero.
    pub bytes: Vec<u8>,
    /// Bytes.
    pub size: u32,
    /// What it may be used for.
    pub permissions: Permissions,
}

/// A named range of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// First address; of a thread-local: the offset from `tp`.
    pub address: u32,
    /// Bytes; 0 if unknown (ELF).
    pub size: u32,
    /// `counter`, `main`; a static local is `main::count`, a string literal has no symbol.
    pub name: String,
    /// The C type, as a person would write it; empty if unknown.
    pub type_name: String,
    /// What it names.
    pub kind: SymbolKind,
    /// Belongs to the C library.
    pub library: bool,
}

/// What a symbol names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// Code.
    Function,
    /// An object in rodata, data or bss.
    Object,
    /// A thread-local object: `address` is an offset from `tp`.
    ThreadLocal,
}

/// "From `address` on, the instructions are of this line."
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// First instruction.
    pub address: u32,
    /// Index into [`Image::files`].
    pub file: u16,
    /// Counted from 1; 0: no source.
    pub line: u32,
    /// Counted from 1.
    pub column: u16,
    /// A statement begins here (a good place to stop).
    pub statement: bool,
}

/// A function's code and frame. The stack pointer is constant in the body, but for functions with
/// `frame_address`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// First instruction.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// Its name.
    pub name: String,
    /// Bytes subtracted from `sp` by the prologue.
    pub frame_size: u32,
    /// Address ranges in which `sp` is `frame_size` below the caller's and `ra` is saved: between
    /// prologue and epilogue. Outside of them `sp` is the caller's and `ra` is still in its register.
    /// But for one instruction before and one after, in a function that saves `ra`: there `sp` is
    /// lowered already, or still, and `ra` in its register; [`Function::frame_at`] knows.
    pub body: Vec<core::ops::Range<u32>>,
    /// Where `ra` is saved, in bytes above `sp`; `None` for a leaf that does not save it.
    pub ra_offset: Option<u32>,
    /// In a function that moves `sp` (arrays of variable length): where above `sp` the address is kept that
    /// `sp` had after the prologue. All other offsets count from that.
    pub frame_address: Option<u32>,
    /// Variables in the frame, by offset from `sp` in the body.
    pub locals: Vec<FrameLocal>,
    /// Belongs to the C library.
    pub library: bool,
}

/// A variable that lives in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameLocal {
    /// Its name in the source.
    pub name: String,
    /// The C type, as a person would write it.
    pub type_name: String,
    /// Bytes above `sp`.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
}

/// Thread-local storage: `tp` points at a block of `size` bytes, aligned to `align`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Initial bytes; zeros follow up to `size`.
    pub bytes: Vec<u8>,
    /// Bytes.
    pub size: u32,
    /// Bytes, a power of two (0 means 1).
    pub align: u32,
}

impl Function {
    /// At `pc`, before its instruction is executed: how many bytes `sp` is below the caller's, and
    /// where above `sp` `ra` is saved (`None`: it is in its register). Exact at every address.
    pub fn frame_at(&self, pc: u32) -> (u32, Option<u32>) {
        if self.body.iter().any(|body| body.contains(&pc)) {
            return (self.frame_size, self.ra_offset);
        }
        let beside =
            |body: &core::ops::Range<u32>| pc.wrapping_add(4) == body.start || pc == body.end;
        if self.body.iter().any(beside) && (self.ra_offset.is_some() || self.ends_body(pc)) {
            return (self.frame_size, None);
        }
        (0, None)
    }

    /// Is the instruction at `pc` the one that raises `sp` again?
    fn ends_body(&self, pc: u32) -> bool {
        self.body.iter().any(|body| body.end == pc)
    }
}

impl Image {
    /// The function that contains `pc`.
    pub fn function_at(&self, pc: u32) -> Option<&Function> {
        let after = self.functions.partition_point(|f| f.start <= pc);
        self.functions[..after].last().filter(|f| pc < f.end)
    }

    /// Source file and line of the instruction at `pc`.
    pub fn line_at(&self, pc: u32) -> Option<(&Arc<str>, u32)> {
        self.function_at(pc)?;
        let after = self.lines.partition_point(|l| l.address <= pc);
        let line = self.lines[..after].last().filter(|l| l.line != 0)?;
        Some((self.files.get(usize::from(line.file))?, line.line))
    }

    /// The object (not thread-local) that contains `address`, and the offset in it.
    pub fn object_at(&self, address: u32) -> Option<(&Symbol, u32)> {
        let after = self.symbols.partition_point(|s| s.address <= address);
        self.symbols[..after]
            .iter()
            .rev()
            .take(8) // Symbols do not nest; thread-locals and empty ones may stand between.
            .find(|s| s.kind == SymbolKind::Object && address - s.address < s.size)
            .map(|s| (s, address - s.address))
    }

    /// A symbol by name.
    pub fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.symbols.iter().find(|s| s.name == name)
    }
}
