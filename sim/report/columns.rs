//! Text in columns, as wide as what is in them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::style::{Paint, Style};

/// A column wider than this does not push the next one further right.
const WIDTH_MAX: usize = 60;

/// One cell: text, how it is painted, at which side it is aligned.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    paint: Paint,
    right: bool,
}

/// A left-aligned cell.
pub fn left(paint: Paint, text: impl Into<String>) -> Cell {
    Cell {
        text: text.into(),
        paint,
        right: false,
    }
}

/// A right-aligned cell.
pub fn right(paint: Paint, text: impl Into<String>) -> Cell {
    Cell {
        text: text.into(),
        paint,
        right: true,
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Rows of cells, written with two spaces between columns and none at the end of a line.
pub fn table(rows: &[Vec<Cell>], indent: usize, style: Style) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|c| {
            rows.iter()
                .filter_map(|r| r.get(c))
                .map(|c| width(&c.text))
                .max()
                .unwrap_or(0)
                .min(WIDTH_MAX)
        })
        .collect();
    let mut out = String::new();
    for row in rows {
        line(row, &widths, indent, style, &mut out);
    }
    out
}

fn line(row: &[Cell], widths: &[usize], indent: usize, style: Style, out: &mut String) {
    let used = row
        .iter()
        .rposition(|c| !c.text.is_empty())
        .map_or(0, |n| n + 1);
    let mut gap = indent;
    for (cell, &column) in row[..used].iter().zip(widths) {
        let padding = column.saturating_sub(width(&cell.text));
        let (before, after) = if cell.right {
            (padding, 0)
        } else {
            (0, padding)
        };
        if column == 0 {
            continue; // A column that is empty in every row takes no room.
        }
        out.extend(core::iter::repeat_n(' ', gap + before));
        out.push_str(&style.paint(cell.paint, &cell.text));
        gap = after + 2;
    }
    out.push('\n');
}
