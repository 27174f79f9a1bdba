//! `__attribute__`, `_Alignas` and `_Static_assert`.

use super::checker::{Checker, Parse};
use super::errors;
use super::names;
use super::token::{Kind, Token};
use super::types::{self, Q};
use crate::tree::Scalar;
use alloc::format;
use alloc::vec::Vec;

/// Attributes that change what a program does, and that this compiler does not have.
const UNSUPPORTED: [&str; 7] = [
    "alias",
    "cleanup",
    "constructor",
    "destructor",
    "ifunc",
    "vector_size",
    "transparent_union",
];

/// Does an attribute do here what it says? For `__has_attribute`.
pub fn known(name: &str) -> bool {
    const ADVICE: [&str; 10] = [
        "packed",
        "aligned",
        "unused",
        "used",
        "noreturn",
        "noinline",
        "always_inline",
        "const",
        "pure",
        "fallthrough",
    ];
    ADVICE.contains(&name.trim_matches('_'))
}

/// The attributes that mean something here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes {
    pub packed: bool,
    pub align: u32,
    /// `mode(DI)`: the number of another size.
    pub mode: Option<Mode>,
}

/// gcc's machine modes: how many bytes, and whether of a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    bytes: u32,
    float: bool,
}

impl Mode {
    fn named(name: &str) -> Option<Mode> {
        let (bytes, float) = match name.trim_matches('_') {
            "QI" | "byte" => (1, false),
            "HI" => (2, false),
            "SI" | "word" | "pointer" => (4, false),
            "DI" => (8, false),
            "SF" => (4, true),
            "DF" => (8, true),
            _ => return None,
        };
        Some(Mode { bytes, float })
    }
}

impl Checker<'_> {
    /// `__attribute__((…))`: `packed` and `aligned` mean something; most others are advice for an optimiser.
    pub fn attributes(&mut self) -> Attributes {
        let mut attributes = Attributes::default();
        loop {
            let token = self.peek();
            if token.is_word(names::ASM)
                || token.is_word(names::ASM__)
                || token.is_word(names::ASM____)
            {
                if self.second().kind != Kind::LeftParen {
                    return attributes;
                }
                self.say(token.at, |span| {
                    errors::unsupported(span, "an assembler name", "")
                });
                self.advance();
                self.skip_one();
                continue;
            }
            if !token.is_word(names::ATTRIBUTE__) && !token.is_word(names::ATTRIBUTE____) {
                return attributes;
            }
            self.advance();
            let start = self.position;
            self.skip_one();
            for i in start..self.position {
                let word = self.tokens[i];
                if word.is_word(names::PACKED) || word.is_word(names::PACKED__) {
                    attributes.packed = true;
                }
                if word.is_word(names::ALIGNED) || word.is_word(names::ALIGNED__) {
                    attributes.align = self.aligned_argument(i).unwrap_or(16);
                }
                if word.is_word(names::MODE) || word.is_word(names::MODE__) {
                    attributes.mode = self.mode_argument(i);
                }
                self.refuse_attribute(word, i);
            }
        }
    }

    fn refuse_attribute(&mut self, word: Token, index: usize) {
        if word.kind != Kind::Identifier {
            return;
        }
        let text = self.names.text(word.text);
        let name = text.trim_matches('_');
        // An argument may have the same name: `section(alias)`.
        let first = matches!(self.tokens[index - 1].kind, Kind::LeftParen | Kind::Comma);
        if first && UNSUPPORTED.contains(&name) {
            self.say(word.at, |span| {
                errors::unsupported(span, &format!("the attribute `{name}`"), "")
            });
        }
    }

    /// The number in `aligned(8)`, if it is a plain number.
    fn aligned_argument(&self, word: usize) -> Option<u32> {
        let number = self
            .tokens
            .get(word + 2)
            .filter(|t| t.kind == Kind::Number)?;
        match super::literal::number(self.names.bytes(number.text)) {
            Ok(super::literal::Number::Integer { value, .. })
                if value.is_power_of_two() && value <= 4096 =>
            {
                Some(value as u32)
            }
            _ => None,
        }
    }

    /// The mode in `mode(DI)`.
    fn mode_argument(&mut self, word: usize) -> Option<Mode> {
        let argument = *self.tokens.get(word + 2)?;
        let name = self.names.text(argument.text);
        let mode = Mode::named(&name);
        if mode.is_none() {
            self.say(argument.at, |span| {
                errors::unsupported(span, &format!("the mode `{name}`"), "")
            });
        }
        mode
    }

    /// A type with the mode that an attribute gives it.
    pub fn with_mode(&self, ty: Q, mode: Option<Mode>) -> Q {
        let Some(mode) = mode else {
            return ty;
        };
        let signed = self.types.scalar(ty.id).is_some_and(Scalar::signed);
        let id = match (mode.bytes, mode.float, signed) {
            (4, true, _) => types::FLOAT,
            (_, true, _) => types::DOUBLE,
            _ if !self.types.is_integer(ty.id) => ty.id,
            (1, _, true) => types::SCHAR,
            (1, _, false) => types::UCHAR,
            (2, _, true) => types::SHORT,
            (2, _, false) => types::USHORT,
            (4, _, true) => types::INT,
            (4, _, false) => types::UINT,
            (_, _, true) => types::LLONG,
            (_, _, false) => types::ULLONG,
        };
        Q { id, ..ty }
    }

    /// Attributes without meaning here.
    pub fn skip_attributes(&mut self) {
        self.attributes();
    }

    pub fn alignas(&mut self) -> Parse<u32> {
        let at = self.advance().at;
        let open = self.expect(Kind::LeftParen)?.at;
        if self.starts_type(self.peek()) {
            let ty = self.type_name_in_parens(open)?;
            return Ok(self.types.align(ty.id).max(self.type_name_align));
        }
        let value = self.integer_constant("an alignment")?;
        self.close_paren(open)?;
        match value {
            Some((0, _)) | None => Ok(0),
            Some((value, _)) if value > 0 && value <= 4096 && (value as u64).is_power_of_two() => {
                Ok(value as u32)
            }
            Some(_) => {
                self.say(at, errors::bad_alignment);
                Ok(0)
            }
        }
    }

    /// `_Static_assert ( condition , "text" ) ;`
    pub fn static_assert(&mut self) -> Parse<()> {
        let at = self.advance().at;
        let open = self.expect(Kind::LeftParen)?.at;
        let condition = self.integer_constant("the condition of `_Static_assert`")?;
        let mut text = Vec::new();
        if self.accept(Kind::Comma) {
            if self.kind() != Kind::String {
                return self.unexpected("a string literal");
            }
            text = self.string_text();
        }
        self.close_paren(open)?;
        if condition.is_some_and(|(value, _)| value == 0) {
            let text = alloc::string::String::from_utf8_lossy(&text).into_owned();
            self.say(at, |span| errors::static_assert_failed(span, &text));
        }
        self.semicolon()
    }
}
