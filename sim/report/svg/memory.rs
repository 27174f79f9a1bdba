//! The memory map of processes: a column for each, high addresses on top, what lies where with names and
//! values, pages that exist as squares. Heights are not to scale.

use alloc::format;
use alloc::string::{String, ToString};

use sim_abi::image::Permissions;
use sim_abi::layout::PAGE_SIZE;
use sim_abi::moment::{Item, MemoryMap, Owners, Region};

use super::canvas::{Canvas, shortened};
use crate::dump::letters;

/// A column: as wide as a phone.
const COLUMN: i64 = 348;
const BOX: i64 = 332;
const LEFT: i64 = 8;
/// Columns beside each other.
const COLUMNS: usize = 2;
const ROW: i64 = 18;
/// More processes make no picture that anybody reads.
const PROCESSES_MAX: usize = 12;
/// More named things of a region are counted only.
const ITEMS_MAX: usize = 14;
/// More pages of a region are counted only.
const PAGES_MAX: usize = 22;

/// Draws the maps, in their order.
pub fn memory(maps: &[MemoryMap]) -> String {
    let mut canvas = Canvas::new();
    let mut top = 8;
    for row in maps.chunks(COLUMNS).take(PROCESSES_MAX / COLUMNS) {
        let mut bottom = top;
        for (index, map) in row.iter().enumerate() {
            let x = LEFT + index as i64 * COLUMN;
            bottom = bottom.max(column(&mut canvas, x, top, map));
        }
        top = bottom + 16;
    }
    let columns = maps.len().clamp(1, COLUMNS) as i64;
    let width = columns * COLUMN;
    if maps.is_empty() {
        canvas.text(LEFT, top + 12, "f", "no process has memory at this moment");
        top += 24;
    }
    let height = legend(&mut canvas, top, maps);
    canvas.finish(
        width,
        height,
        "Memory map: which addresses each process uses, for what, and what lies there",
    )
}

/// One process. Where it ends.
fn column(canvas: &mut Canvas, x: i64, top: i64, map: &MemoryMap) -> i64 {
    let mut y = top + 14;
    canvas.text(
        x,
        y,
        "b",
        &format!("{} (process {})", shortened(&map.process, 24), map.pid),
    );
    canvas.text(x + BOX, y, "f s end", &format!("before tick {}", map.tick));
    y += 10;
    let mut above: Option<u32> = None;
    for region in map.regions.iter().rev() {
        if above.is_some_and(|start| start != region.end) {
            canvas.text(x + BOX / 2, y + 11, "f s mid", "⋮");
            y += 16;
        }
        y = block(canvas, x, y, region);
        above = Some(region.start);
    }
    y
}

/// One region. Where it ends.
fn block(canvas: &mut Canvas, x: i64, y: i64, region: &Region) -> i64 {
    let guard = region.permissions == Permissions::default();
    let items = region.items.len().min(ITEMS_MAX) as i64;
    let more = region.items.len() > ITEMS_MAX;
    let mut height = 24 + (items + i64::from(more)) * ROW;
    if !guard {
        height += 20;
    }
    let style = match guard {
        true => "fill:url(#sim-hatch);fill-opacity:.35;stroke:var(--line)".to_string(),
        false => format!("{};fill-opacity:.45;stroke:var(--line)", fill(region)),
    };
    let tooltip = format!("{:08x}–{:08x}", region.start, region.end);
    canvas.rect((x, y), (BOX, height), &style, &tooltip);
    canvas.text(x + 8, y + 16, "b", &shortened(&region.name, 28));
    canvas.text(x + 200, y + 16, "m f", &letters(region.permissions));
    canvas.text(
        x + BOX - 8,
        y + 16,
        "m f end",
        &format!("{:08x}", region.start),
    );
    let mut at = y + 24;
    if !guard {
        pages(canvas, x + 8, at, region);
        at += 20;
    }
    // High addresses on top, inside of a region too.
    for item in region.items.iter().rev().take(ITEMS_MAX) {
        line(canvas, x, at + 12, item);
        at += ROW;
    }
    if more {
        let rest = region.items.len() - ITEMS_MAX;
        canvas.text(x + 8, at + 12, "f s", &format!("and {rest} more below"));
    }
    y + height
}

/// Squares for the pages that exist, and how many there may be.
fn pages(canvas: &mut Canvas, x: i64, y: i64, region: &Region) {
    let mut at = x;
    for page in region.pages.iter().take(PAGES_MAX) {
        let tooltip = format!("page {:05x}: {}", page.number, owners_words(page.owners));
        canvas.rect((at, y + 3), (9, 9), owners_style(page.owners), &tooltip);
        at += 11;
    }
    let first = region.start / PAGE_SIZE;
    let all = region.end.wrapping_sub(1) / PAGE_SIZE - first + 1;
    let (there, word) = (
        region.pages.len() as u32,
        if all == 1 { "page" } else { "pages" },
    );
    let words = match there == all {
        true => format!("{all} {word}"),
        false => format!("{there} of {all} {word}"),
    };
    canvas.text(at + if at > x { 4 } else { 0 }, y + 12, "f s", &words);
}

fn line(canvas: &mut Canvas, x: i64, y: i64, item: &Item) {
    canvas.text(x + 8, y, "m f", &format!("{:08x}", item.address));
    canvas.text(x + 76, y, "m", &shortened(&item.name, 24));
    let value = item.value.map_or(format!("{} bytes", item.size), |v| {
        value(v, &item.type_name)
    });
    canvas.text(x + BOX - 8, y, "m end", &value);
}

/// Addresses in hexadecimal, numbers with their sign.
fn value(value: u32, type_name: &str) -> String {
    if type_name.contains(['*', '(']) {
        return match value {
            0 => "NULL".to_string(),
            address => format!("{address:#x}"),
        };
    }
    match type_name.contains("unsigned") {
        true => value.to_string(),
        false => (value as i32).to_string(),
    }
}

/// By purpose, as everywhere in the book: code, constants, data, heap, mappings, stacks.
fn fill(region: &Region) -> &'static str {
    let name = region.name.as_str();
    if region.permissions.execute {
        "fill:var(--c0)"
    } else if name.starts_with("stack") {
        "fill:var(--c1)"
    } else if name == "heap" {
        "fill:var(--c2)"
    } else if name.contains("mapping") {
        "fill:var(--c4)"
    } else if region.permissions.write {
        "fill:var(--c6)"
    } else {
        "fill:var(--c7)"
    }
}

fn owners_style(owners: Owners) -> &'static str {
    match owners {
        Owners::One => "fill:var(--ink)",
        Owners::CopyOnWrite => "fill:url(#sim-hatch);stroke:var(--ink)",
        Owners::Shared => "fill:var(--good);stroke:var(--ink)",
        Owners::ReadOnly => "fill:none;stroke:var(--ink)",
    }
}

fn owners_words(owners: Owners) -> &'static str {
    match owners {
        Owners::One => "its own page",
        Owners::CopyOnWrite => "shared until somebody writes",
        Owners::Shared => "shared",
        Owners::ReadOnly => "shared, read only",
    }
}

/// What the squares mean, as far as they occur.
fn legend(canvas: &mut Canvas, top: i64, maps: &[MemoryMap]) -> i64 {
    let (mut x, mut y) = (LEFT, top);
    for kind in [
        Owners::One,
        Owners::CopyOnWrite,
        Owners::Shared,
        Owners::ReadOnly,
    ] {
        let occurs = maps
            .iter()
            .flat_map(|m| &m.regions)
            .flat_map(|r| &r.pages)
            .any(|p| p.owners == kind);
        if !occurs {
            continue;
        }
        let words = owners_words(kind);
        let wide = words.len() as i64 * 6 + 34;
        if x > LEFT && x + wide > COLUMN && maps.len() < 2 {
            (x, y) = (LEFT, y + 18);
        }
        canvas.rect((x, y), (9, 9), owners_style(kind), "");
        canvas.text(x + 15, y + 9, "f s", words);
        x += wide;
    }
    y + 22
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_their_types_say() {
        assert_eq!(value(u32::MAX, "int"), "-1");
        assert_eq!(value(u32::MAX, "unsigned int"), "4294967295");
        assert_eq!(value(0, "char *"), "NULL");
        assert_eq!(value(0x1000, "int *"), "0x1000");
    }
}
