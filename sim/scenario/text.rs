//! Places in a text file: byte ranges with line and column.

use alloc::string::String;
use core::ops::Range;
use sim_abi::Span;

/// A text with its name.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// The file's path, as diagnostics show it.
    pub path: &'a str,
    /// What is in it.
    pub text: &'a str,
}

impl Text<'_> {
    /// The span of these bytes; lines and columns count from 1, columns in characters.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.floor(range.start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        Span {
            file: String::from(self.path),
            start,
            end: self.floor(range.end).max(start),
            line: before.matches('\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
        }
    }

    /// The nearest character boundary at or before a byte.
    fn floor(&self, byte: usize) -> usize {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let text = Text {
            path: "x.toml",
            text: "a\nü = 1\n",
        };
        let span = text.span(5..6);
        assert_eq!((span.line, span.column, span.start, span.end), (2, 3, 5, 6));
        // Inside of ü, and far behind the end.
        assert_eq!(text.span(3..3).column, 1);
        assert_eq!(text.span(99..120).line, 3);
    }
}
