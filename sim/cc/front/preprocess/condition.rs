//! The expressions of `#if` and `#elif`: integers of 64 bits (C17 §6.10.1).

use super::super::errors;
use super::super::literal;
use super::super::token::{Kind, Location, Token};
use super::{NESTING_MAX, Preprocessor};
use alloc::string::{String, ToString};

/// A value, signed or not.
#[derive(Clone, Copy)]
struct Value {
    bits: i64,
    unsigned: bool,
}

impl Value {
    fn truth(self) -> bool {
        self.bits != 0
    }

    fn of(truth: bool) -> Value {
        Value {
            bits: i64::from(truth),
            unsigned: false,
        }
    }
}

/// Why there is no value.
struct Wrong {
    at: Location,
    why: String,
}

struct Parser<'t, 'p, 'a, 's> {
    tokens: &'t [Token],
    position: usize,
    depth: usize,
    end: Location,
    preprocessor: &'p Preprocessor<'a, 's>,
}

impl Preprocessor<'_, '_> {
    /// The truth of an expanded `#if` line; `at` is the directive.
    pub fn condition(&mut self, tokens: &[Token], at: Location) -> bool {
        let end = tokens.last().map_or(at, |t| t.at);
        let mut parser = Parser {
            tokens,
            position: 0,
            depth: 0,
            end,
            preprocessor: self,
        };
        let result =
            parser
                .conditional(true)
                .and_then(|value| match parser.tokens.get(parser.position) {
                    Some(token) => Err(parser.wrong(token.at, "unexpected token in the condition")),
                    None => Ok(value),
                });
        match result {
            Ok(value) => value.truth(),
            Err(Wrong { at, why }) => {
                self.report
                    .add(errors::bad_condition(self.sources.span(at), &why));
                false
            }
        }
    }
}

/// Precedence of a binary operator; higher binds tighter.
fn precedence(kind: Kind) -> Option<u8> {
    Some(match kind {
        Kind::Star | Kind::Slash | Kind::Percent => 10,
        Kind::Plus | Kind::Minus => 9,
        Kind::ShiftLeft | Kind::ShiftRight => 8,
        Kind::Less | Kind::Greater | Kind::LessEqual | Kind::GreaterEqual => 7,
        Kind::EqualEqual | Kind::BangEqual => 6,
        Kind::Ampersand => 5,
        Kind::Caret => 4,
        Kind::Bar => 3,
        Kind::AndAnd => 2,
        Kind::OrOr => 1,
        _ => return None,
    })
}

impl Parser<'_, '_, '_, '_> {
    fn wrong(&self, at: Location, why: &str) -> Wrong {
        Wrong {
            at,
            why: why.to_string(),
        }
    }

    fn kind(&self) -> Kind {
        self.tokens.get(self.position).map_or(Kind::Eof, |t| t.kind)
    }

    fn accept(&mut self, kind: Kind) -> bool {
        let found = self.kind() == kind;
        self.position += usize::from(found);
        found
    }

    fn enter(&mut self) -> Result<(), Wrong> {
        self.depth += 1;
        match self.depth > NESTING_MAX {
            true => Err(self.wrong(self.end, "the condition is nested too deeply")),
            false => Ok(()),
        }
    }

    /// `live`: the value counts; in a dead branch, division by zero is no mistake.
    fn conditional(&mut self, live: bool) -> Result<Value, Wrong> {
        self.enter()?;
        let condition = self.binary(1, live)?;
        let mut value = condition;
        if self.accept(Kind::Question) {
            let then = self.conditional(live && condition.truth())?;
            if !self.accept(Kind::Colon) {
                return Err(self.wrong(self.end, "expected `:` in the condition"));
            }
            let otherwise = self.conditional(live && !condition.truth())?;
            value = if condition.truth() { then } else { otherwise };
            value.unsigned = then.unsigned || otherwise.unsigned;
        }
        self.depth -= 1;
        Ok(value)
    }

    fn binary(&mut self, least: u8, live: bool) -> Result<Value, Wrong> {
        let mut left = self.unary(live)?;
        while let Some(level) = precedence(self.kind()).filter(|&level| level >= least) {
            let operator = self.tokens[self.position];
            self.position += 1;
            let decided = match operator.kind {
                Kind::AndAnd => !left.truth(),
                Kind::OrOr => left.truth(),
                _ => false,
            };
            let right = self.binary(level + 1, live && !decided)?;
            left = match apply(operator.kind, left, right) {
                Some(value) => value,
                None if live => {
                    return Err(self.wrong(operator.at, "division by zero in the condition"));
                }
                None => Value::of(false),
            };
        }
        Ok(left)
    }

    fn unary(&mut self, live: bool) -> Result<Value, Wrong> {
        let Some(&token) = self.tokens.get(self.position) else {
            let why = if self.position == 0 {
                "the condition is empty"
            } else {
                "the condition ends too early"
            };
            return Err(self.wrong(self.end, why));
        };
        self.position += 1;
        self.enter()?;
        let value = match token.kind {
            Kind::Plus => self.unary(live)?,
            Kind::Minus => {
                let value = self.unary(live)?;
                Value {
                    bits: value.bits.wrapping_neg(),
                    ..value
                }
            }
            Kind::Tilde => {
                let value = self.unary(live)?;
                Value {
                    bits: !value.bits,
                    ..value
                }
            }
            Kind::Bang => Value::of(!self.unary(live)?.truth()),
            Kind::LeftParen => {
                let mut value = self.conditional(live)?;
                while self.accept(Kind::Comma) {
                    value = self.conditional(live)?;
                }
                if !self.accept(Kind::RightParen) {
                    return Err(self.wrong(token.at, "this `(` is never closed"));
                }
                value
            }
            // Every name that is left, keywords included, is 0.
            Kind::Identifier if self.kind() == Kind::LeftParen => {
                let name = self.preprocessor.names.text(token.text);
                return Err(Wrong {
                    at: token.at,
                    why: alloc::format!("`{name}` is not defined as a macro"),
                });
            }
            Kind::Identifier => Value::of(false),
            Kind::Number => match literal::number(self.preprocessor.names.bytes(token.text)) {
                Ok(literal::Number::Integer {
                    value, unsigned, ..
                }) => Value {
                    bits: value as i64,
                    unsigned: unsigned || value > i64::MAX as u64,
                },
                Ok(literal::Number::Float { .. }) => {
                    return Err(
                        self.wrong(token.at, "a floating constant in a preprocessor condition")
                    );
                }
                Err(why) => return Err(Wrong { at: token.at, why }),
            },
            Kind::Character => {
                match literal::character(self.preprocessor.names.bytes(token.text)) {
                    Ok(character) => Value {
                        bits: character.value,
                        unsigned: false,
                    },
                    Err(why) => return Err(Wrong { at: token.at, why }),
                }
            }
            _ => {
                return Err(Wrong {
                    at: token.at,
                    why: alloc::format!(
                        "`{}` is not valid in a preprocessor condition",
                        String::from_utf8_lossy(self.preprocessor.spelling(&token))
                    ),
                });
            }
        };
        self.depth -= 1;
        Ok(value)
    }
}

/// A binary operator; `None` for a division by zero.
fn apply(kind: Kind, left: Value, right: Value) -> Option<Value> {
    let unsigned = left.unsigned || right.unsigned;
    let (a, b) = (left.bits, right.bits);
    let less = |a: i64, b: i64| {
        if unsigned {
            (a as u64) < b as u64
        } else {
            a < b
        }
    };
    let number = |bits: i64| Value { bits, unsigned };
    Some(match kind {
        Kind::Star => number(a.wrapping_mul(b)),
        Kind::Slash if unsigned => number((a as u64).checked_div(b as u64)? as i64),
        Kind::Percent if unsigned => number((a as u64).checked_rem(b as u64)? as i64),
        Kind::Slash if b == 0 => return None,
        Kind::Percent if b == 0 => return None,
        Kind::Slash => number(a.wrapping_div(b)),
        Kind::Percent => number(a.wrapping_rem(b)),
        Kind::Plus => number(a.wrapping_add(b)),
        Kind::Minus => number(a.wrapping_sub(b)),
        Kind::ShiftLeft => Value {
            bits: a.wrapping_shl(b as u32),
            ..left
        },
        Kind::ShiftRight if left.unsigned => Value {
            bits: (a as u64).wrapping_shr(b as u32) as i64,
            ..left
        },
        Kind::ShiftRight => Value {
            bits: a.wrapping_shr(b as u32),
            ..left
        },
        Kind::Less => Value::of(less(a, b)),
        Kind::Greater => Value::of(less(b, a)),
        Kind::LessEqual => Value::of(!less(b, a)),
        Kind::GreaterEqual => Value::of(!less(a, b)),
        Kind::EqualEqual => Value::of(a == b),
        Kind::BangEqual => Value::of(a != b),
        Kind::Ampersand => number(a & b),
        Kind::Caret => number(a ^ b),
        Kind::Bar => number(a | b),
        Kind::AndAnd => Value::of(left.truth() && right.truth()),
        _ => Value::of(left.truth() || right.truth()),
    })
}
