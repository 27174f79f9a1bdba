//! The source files of a translation unit: their numbers, and the spans of diagnostics.

use super::token::Location;
use alloc::string::String;
use alloc::vec::Vec;
use sim_abi::Span;

/// The file number of what has no file: predefined macros, `-D`.
pub const NO_FILE: u16 = u16::MAX;

/// The table of the files that were read, in the order of their first use.
#[derive(Default)]
pub struct Sources<'a> {
    /// Paths.
    pub paths: Vec<String>,
    bytes: Vec<&'a [u8]>,
}

impl<'a> Sources<'a> {
    /// The number of a file; `None` if there are too many.
    pub fn add(&mut self, path: &str, bytes: &'a [u8]) -> Option<u16> {
        if let Some(index) = self.paths.iter().position(|p| p == path) {
            return Some(index as u16);
        }
        if self.paths.len() >= usize::from(NO_FILE) {
            return None;
        }
        self.paths.push(path.into());
        self.bytes.push(bytes);
        Some(self.paths.len() as u16 - 1)
    }

    /// The span of `length` bytes at a location. Columns count characters.
    pub fn span(&self, at: Location) -> Span {
        let Some(path) = self.paths.get(usize::from(at.file)) else {
            return Span {
                file: String::from("<command line>"),
                ..Span::default()
            };
        };
        let bytes = self.bytes[usize::from(at.file)];
        // A byte-order mark is not part of the text that the lexer counts.
        let mark = if bytes.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        let start = (at.start as usize + mark).min(bytes.len());
        let line_start = (start + 1).saturating_sub(at.column as usize);
        let before = bytes.get(line_start..start).unwrap_or(&[]);
        // Every byte but the continuation bytes of UTF-8 begins a character.
        let column = before.iter().filter(|&&b| b & 0xc0 != 0x80).count() as u32 + 1;
        let end = (start + usize::from(at.length)).min(bytes.len());
        Span {
            file: path.clone(),
            start,
            end,
            line: at.line,
            column,
        }
    }
}
