//! Text in columns, as wide as what is in them.
//!
//! A table may have hundreds of thousands of rows: all its text is in one piece, which the cells are
//! written into, and nothing is made for a single cell or row.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{Display, Write};

use crate::style::{Paint, Style};

/// A column wider than this does not push the next one further right.
const WIDTH_MAX: usize = 60;

/// So many spaces, at the end of a text.
pub fn spaces(mut number: usize, out: &mut String) {
    const SPACES: &str = "                                ";
    while number > 0 {
        let some = number.min(SPACES.len());
        out.push_str(&SPACES[..some]);
        number -= some;
    }
}

/// Rows of cells: each cell is added to the last row, until that is ended.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What is in the cells, one after the other.
    text: String,
    cells: Vec<Cell>,
    /// Of each row that is ended, the number of cells up to its end.
    rows: Vec<usize>,
}

/// One cell: where its text ends, how wide that is, how it is painted, at which side it is aligned.
#[derive(Clone, Copy, Debug)]
struct Cell {
    end: usize,
    width: u32,
    paint: Paint,
    right: bool,
}

impl Table {
    /// A left-aligned cell.
    pub fn left(&mut self, paint: Paint, text: impl Display) -> &mut Self {
        self.cell(paint, false, text)
    }

    /// A right-aligned cell.
    pub fn right(&mut self, paint: Paint, text: impl Display) -> &mut Self {
        self.cell(paint, true, text)
    }

    fn cell(&mut self, paint: Paint, right: bool, text: impl Display) -> &mut Self {
        let start = self.text.len();
        write!(self.text, "{text}").expect("a text takes all that is written into it");
        self.cells.push(Cell {
            end: self.text.len(),
            width: self.text[start..].chars().count() as u32,
            paint,
            right,
        });
        self
    }

    /// The row has all its cells.
    pub fn end(&mut self) {
        self.rows.push(self.cells.len());
    }

    /// The rows, with two spaces between columns and none at the end of a line.
    pub fn show(&self, indent: usize, style: Style) -> String {
        let mut out = String::with_capacity(self.text.len() * 3 / 2);
        self.each(indent, style, &mut out, |_| {});
        out
    }

    /// The same, and where each row ends.
    pub fn show_rows(&self, indent: usize, style: Style) -> (String, Vec<usize>) {
        let mut out = String::with_capacity(self.text.len() * 3 / 2);
        let mut ends = Vec::with_capacity(self.rows.len());
        self.each(indent, style, &mut out, |end| ends.push(end));
        (out, ends)
    }

    fn each(&self, indent: usize, style: Style, out: &mut String, mut ended: impl FnMut(usize)) {
        let widths = self.widths();
        let (mut first, mut start) = (0, 0);
        for end in &self.rows {
            let row = &self.cells[first..*end];
            self.line(row, start, &widths, indent, style, out);
            first = *end;
            start = row.last().map_or(start, |cell| cell.end);
            ended(out.len());
        }
    }

    /// Of each column.
    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        let mut first = 0;
        for end in &self.rows {
            for (n, cell) in self.cells[first..*end].iter().enumerate() {
                let width = (cell.width as usize).min(WIDTH_MAX);
                match widths.get_mut(n) {
                    Some(widest) => *widest = width.max(*widest),
                    None => widths.push(width),
                }
            }
            first = *end;
        }
        widths
    }

    /// One row, whose text begins at `start`.
    fn line(
        &self,
        row: &[Cell],
        mut start: usize,
        widths: &[usize],
        indent: usize,
        style: Style,
        out: &mut String,
    ) {
        let used = row.iter().rposition(|c| c.width > 0).map_or(0, |n| n + 1);
        let mut gap = indent;
        for (cell, &column) in row[..used].iter().zip(widths) {
            let padding = column.saturating_sub(cell.width as usize);
            let (before, after) = if cell.right {
                (padding, 0)
            } else {
                (0, padding)
            };
            if column == 0 {
                continue; // A column that is empty in every row takes no room.
            }
            spaces(gap + before, out);
            style.paint_into(cell.paint, &self.text[start..cell.end], out);
            start = cell.end;
            gap = after + 2;
        }
        out.push('\n');
    }
}
