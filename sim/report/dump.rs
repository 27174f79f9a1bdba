//! A program as the machine sees it: its memory map, its symbols, and each source line with the
//! instructions it became.
//!
//! Not here: the C library's functions, which are counted only.

use alloc::format;
use alloc::string::{String, ToString};

use sim_abi::disassembly::disassemble;
use sim_abi::encoding::decode;
use sim_abi::image::{Function, Image, Permissions, SymbolKind};
use sim_abi::layout;

use crate::columns::Table;
use crate::diagnostics::Sources;
use crate::event::count;
use crate::style::{Paint, Style};

/// All of it as text.
pub fn dump(image: &Image, sources: &Sources, style: Style) -> String {
    let mut out = heading("memory map", style);
    out.push_str(&memory_map(image, style));
    out.push_str(&heading("\nsymbols", style));
    out.push_str(&symbols(image, style));
    for one in image.functions.iter().filter(|f| !f.library) {
        out.push('\n');
        out.push_str(&function(image, one, sources, style));
    }
    let library = image.functions.iter().filter(|f| f.library).count() as u64;
    if library > 0 {
        let text = format!(
            "\n{} of the C library are not shown\n",
            count(library, "function")
        );
        out.push_str(&style.paint(Paint::Faint, &text));
    }
    out
}

/// One function: each source line with its instructions. `None`: the program has none of this name.
pub fn disassembly(image: &Image, name: &str, sources: &Sources, style: Style) -> Option<String> {
    let wanted = image.functions.iter().find(|f| f.name == name)?;
    Some(function(image, wanted, sources, style))
}

fn function(image: &Image, function: &Function, sources: &Sources, style: Style) -> String {
    let size = count(function.end.saturating_sub(function.start), "byte");
    let frame = count(function.frame_size, "byte");
    let name = style.paint(Paint::Strong, &function.name);
    let about = style.paint(Paint::Faint, &format!("   {size}, frame of {frame}"));
    let code = code(image, function, sources, style);
    format!("{name}{about}\n{code}")
}

fn heading(text: &str, style: Style) -> String {
    format!("{}\n", style.paint(Paint::Strong, text))
}

/// `r-x`
pub(crate) fn letters(p: Permissions) -> String {
    let letter = |yes, letter| if yes { letter } else { '-' };
    [
        letter(p.read, 'r'),
        letter(p.write, 'w'),
        letter(p.execute, 'x'),
    ]
    .into_iter()
    .collect()
}

fn memory_map(image: &Image, style: Style) -> String {
    let mut table = Table::default();
    let mut row = |from: u32, to: u32, permissions: Permissions, name: &str, about: String| {
        table
            .left(Paint::Faint, format_args!("{from:08x}–{to:08x}"))
            .left(Paint::Plain, letters(permissions))
            .left(Paint::Plain, name)
            .left(Paint::Faint, about)
            .end();
    };
    let end = |s: &sim_abi::image::Segment| s.address.saturating_add(s.size);
    for s in &image.segments {
        let size = count(s.size, "byte");
        row(s.address, end(s), s.permissions, &s.name, size);
    }
    let page_up = |address: u32| {
        address
            .div_ceil(layout::PAGE_SIZE)
            .saturating_mul(layout::PAGE_SIZE)
    };
    let heap = image
        .segments
        .iter()
        .map(end)
        .max()
        .map_or(layout::TEXT_BASE, page_up);
    let rw = Permissions::RW;
    row(
        heap,
        layout::HEAP_LIMIT,
        rw,
        "heap",
        "grows up (brk)".to_string(),
    );
    row(
        layout::MMAP_BASE,
        layout::MMAP_LIMIT,
        rw,
        "mappings",
        "mmap".to_string(),
    );
    row(
        layout::THREAD_HEAPS,
        layout::THREAD_STACKS,
        rw,
        "thread heaps",
        count(layout::THREAD_HEAP_SIZE, "byte") + " each",
    );
    let stacks = format!(
        "{} each, a guard page under it",
        count(layout::THREAD_STACK_SIZE, "byte")
    );
    let main_stack = layout::STACK_TOP - layout::MAIN_STACK_SIZE;
    row(
        layout::THREAD_STACKS,
        main_stack - layout::MAIN_GUARD,
        rw,
        "thread stacks",
        stacks,
    );
    row(
        main_stack,
        layout::STACK_TOP,
        rw,
        "main stack",
        format!(
            "grows down; {} under it are its guard",
            count(layout::MAIN_GUARD, "byte")
        ),
    );
    table.show(2, style)
}

fn symbols(image: &Image, style: Style) -> String {
    let shown = image.symbols.iter().filter(|s| !s.library);
    let mut table = Table::default();
    for s in shown {
        let address = match s.kind {
            SymbolKind::ThreadLocal => format!("tp+{:#x}", s.address),
            SymbolKind::Function | SymbolKind::Object => format!("{:08x}", s.address),
        };
        table
            .left(Paint::Faint, address)
            .right(Paint::Faint, s.size)
            .left(Paint::Plain, &s.name)
            .left(Paint::Faint, &s.type_name)
            .end();
    }
    table.show(2, style)
}

fn word(image: &Image, address: u32) -> Option<u32> {
    let segment = image
        .segments
        .iter()
        .find(|s| address.checked_sub(s.address).is_some_and(|o| o < s.size))?;
    let offset = (address - segment.address) as usize;
    let bytes = segment.bytes.get(offset..offset + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// `main+0x10`
fn symbolic(image: &Image, address: u32) -> Option<String> {
    let function = image.function_at(address)?;
    Some(match address - function.start {
        0 => function.name.clone(),
        offset => format!("{}+{offset:#x}", function.name),
    })
}

fn code(image: &Image, function: &Function, sources: &Sources, style: Style) -> String {
    let mut out = String::new();
    let mut shown = None;
    for pc in (function.start..function.end).step_by(4) {
        let place = image.line_at(pc);
        if let Some((file, line)) = place.filter(|_| place != shown) {
            out.push_str(&source_line(file, line, sources, style));
            shown = place;
        }
        let Some(bits) = word(image, pc) else {
            continue;
        };
        let text = match decode(bits) {
            Some(instruction) => disassemble(instruction, pc, &|a| symbolic(image, a)),
            None => format!(".word {bits:#010x}"),
        };
        out.push_str(&style.paint(Paint::Faint, &format!("      {pc:08x}  {bits:08x}  ")));
        out.push_str(&text);
        out.push('\n');
    }
    out
}

fn source_line(file: &str, line: u32, sources: &Sources, style: Style) -> String {
    let source = sources(file);
    let text = source
        .as_deref()
        .and_then(|s| s.lines().nth(line as usize - 1))
        .unwrap_or("");
    let text: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\t')
        .collect();
    let place = style.paint(Paint::Faint, &format!("  {file}:{line}"));
    format!("{place}  {}\n", style.paint(Paint::Strong, text.trim_end()))
}
