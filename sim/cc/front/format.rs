//! Formats of `printf` and `scanf` beside the arguments: gcc's `-Wformat`, where something would go wrong.
//!
//! Said is what reads a wrong number of bytes or a wrong kind of value: an integer for a `double`, 32 bits for
//! `%lld`, a number for `%s`, an argument that is not there. Not said: signed for unsigned, `long` for
//! `int` (both have 32 bits here), positional arguments (`%1$d`).

use super::checker::Checker;
use super::errors;
use super::token::Location;
use super::types::{CHAR, Type, TypeId, VOID};
use crate::tree::{Expr, ExprKind};
use alloc::string::String;
use alloc::vec::Vec;

/// Functions with a format: its position among the arguments, and whether the others are written to.
const FUNCTIONS: &[(&str, usize, bool)] = &[
    ("printf", 0, false),
    ("fprintf", 1, false),
    ("dprintf", 1, false),
    ("sprintf", 1, false),
    ("snprintf", 2, false),
    ("scanf", 0, true),
    ("fscanf", 1, true),
    ("sscanf", 1, true),
];

/// An argument after the format.
pub struct Argument {
    pub ty: TypeId,
    pub at: Location,
}

/// What a conversion takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// An integer of so many bytes.
    Integer(u32),
    /// A floating number of so many bytes (`scanf` tells `float` from `double`).
    Float(u32),
    /// The address of characters.
    Text,
    /// Any address.
    Address,
}

impl Wanted {
    fn name(self, scan: bool) -> &'static str {
        match (self, scan) {
            (Wanted::Integer(1), true) => "char *",
            (Wanted::Integer(2), true) => "short *",
            (Wanted::Integer(8), true) => "long long *",
            (Wanted::Integer(_), true) => "int *",
            (Wanted::Integer(8), false) => "long long",
            (Wanted::Integer(_), false) => "int",
            (Wanted::Float(4), true) => "float *",
            (Wanted::Float(_), true) => "double *",
            (Wanted::Float(_), false) => "double",
            (Wanted::Text, _) => "char *",
            (Wanted::Address, _) => "void *",
        }
    }
}

/// One conversion of a format: what it looks like, and what it takes.
struct Conversion {
    text: String,
    wanted: Vec<Wanted>,
    known: bool,
}

impl Checker<'_> {
    /// Warns where the arguments of a call do not fit its format.
    pub fn check_format(
        &mut self,
        name: &str,
        arguments: &[Expr],
        rest: &[Argument],
        at: Location,
    ) {
        let Some(&(_, position, scan)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            return;
        };
        let Some(format) = arguments.get(position).and_then(|e| self.literal_bytes(e)) else {
            return;
        };
        let Some(conversions) = conversions(&format, scan) else {
            return;
        };
        let mut next = 0;
        for conversion in conversions {
            if !conversion.known {
                self.say(at, |span| errors::format_unknown(span, &conversion.text));
                return;
            }
            for wanted in conversion.wanted {
                let Some(argument) = rest.get(next) else {
                    self.say(at, |span| {
                        errors::format_argument_missing(span, &conversion.text, wanted.name(scan))
                    });
                    return;
                };
                next += 1;
                if !self.fits_format(wanted, argument.ty, scan) {
                    let found = self.plain_name(argument.ty);
                    self.say(argument.at, |span| {
                        let number = position + 1 + next;
                        errors::format_argument(
                            span,
                            &conversion.text,
                            wanted.name(scan),
                            number,
                            &found,
                        )
                    });
                }
            }
        }
        if let Some(left) = rest.get(next) {
            self.say(left.at, errors::format_arguments_left);
        }
    }

    /// The bytes of a string literal, without its terminating zero.
    fn literal_bytes(&self, expr: &Expr) -> Option<Vec<u8>> {
        let ExprKind::Address(symbol, 0) = expr.kind else {
            return None;
        };
        if !self.unit.symbols[symbol.0 as usize]
            .name
            .starts_with(".str")
        {
            return None;
        }
        let data = self.unit.data.iter().rev().find(|d| d.symbol == symbol)?;
        let (last, text) = data.bytes.split_last()?;
        (*last == 0 && data.align == 1).then(|| text.to_vec())
    }

    fn fits_format(&self, wanted: Wanted, ty: TypeId, scan: bool) -> bool {
        if matches!(self.types.get(ty), Type::Poison) {
            return true;
        }
        let to = self.types.pointee(ty).map(|to| to.id);
        let number = |id: TypeId, wanted: Wanted| match wanted {
            Wanted::Integer(size) => self.types.is_integer(id) && self.types.size(id) == Some(size),
            Wanted::Float(size) => self.types.is_float(id) && self.types.size(id) == Some(size),
            Wanted::Text | Wanted::Address => false,
        };
        match (wanted, to) {
            (Wanted::Address, to) => to.is_some(),
            (Wanted::Text, Some(to)) => to == VOID || self.types.size(to) == self.types.size(CHAR),
            (Wanted::Integer(_) | Wanted::Float(_), Some(to)) => scan && number(to, wanted),
            (_, None) => !scan && number(ty, wanted),
        }
    }
}

/// The conversions of a format; `None` if it has positional arguments.
fn conversions(format: &[u8], scan: bool) -> Option<Vec<Conversion>> {
    let mut found = Vec::new();
    let mut rest = format;
    while let Some(percent) = rest.iter().position(|&b| b == b'%') {
        rest = &rest[percent..];
        let (conversion, length) = conversion(rest, scan)?;
        found.extend(conversion);
        rest = &rest[length..];
    }
    Some(found)
}

/// The conversion at the `%` that `text` begins with (`None` for `%%`), and its length.
fn conversion(text: &[u8], scan: bool) -> Option<(Option<Conversion>, usize)> {
    let mut wanted = Vec::new();
    let mut at = 1;
    let mut skipped = false;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'$' => return None,
            b'*' if scan => skipped = true,
            b'*' => wanted.push(Wanted::Integer(4)),
            b'-' | b'+' | b' ' | b'#' | b'.' | b'\'' | b'0'..=b'9' => {}
            _ => break,
        }
        at += 1;
    }
    let start = at;
    while text.get(at).is_some_and(|b| b"hlqjztL".contains(b)) {
        at += 1;
    }
    let length = &text[start..at];
    let letter = text.get(at).copied().unwrap_or(0);
    at = (at + 1).min(text.len());
    if letter == b'%' {
        return Some((None, at));
    }
    if letter == b'[' && scan {
        at = end_of_set(text, at);
    }
    let value = value_of(letter, length, scan);
    let known = value.is_some();
    if !skipped {
        wanted.extend(value.flatten());
    }
    let text = String::from_utf8_lossy(&text[..at]).into_owned();
    Some((
        Some(Conversion {
            text,
            wanted,
            known,
        }),
        at,
    ))
}

/// Behind the `]` of `%[…]`; a `]` at its beginning belongs to the set.
fn end_of_set(text: &[u8], start: usize) -> usize {
    let first = match text.get(start) {
        Some(b'^') => start + 2,
        _ => start + 1,
    };
    let close = text.iter().skip(first).position(|&b| b == b']');
    close.map_or(text.len(), |n| first + n + 1)
}

/// What a conversion takes: `None` if there is no such conversion, `Some(None)` if nothing (`%m`).
fn value_of(letter: u8, length: &[u8], scan: bool) -> Option<Option<Wanted>> {
    let wide = matches!(length, b"ll" | b"q" | b"j" | b"L");
    let integer = match length {
        b"hh" if scan => 1,
        b"h" if scan => 2,
        _ if wide => 8,
        _ => 4,
    };
    Some(Some(match letter {
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => Wanted::Integer(integer),
        b'c' if !scan => Wanted::Integer(4),
        b'c' | b's' | b'[' if length == b"l" => Wanted::Address,
        b'c' | b's' => Wanted::Text,
        b'[' if scan => Wanted::Text,
        b'f' | b'F' | b'e' | b'E' | b'g' | b'G' | b'a' | b'A' if scan && length != b"l" => {
            Wanted::Float(4)
        }
        b'f' | b'F' | b'e' | b'E' | b'g' | b'G' | b'a' | b'A' => Wanted::Float(8),
        b'p' | b'n' => Wanted::Address,
        b'm' => return Some(None),
        _ => return None,
    }))
}
