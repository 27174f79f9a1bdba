//! `asm` without instructions, as programs use it to hold back an optimiser (gcc's extended asm).
//!
//! What an empty template can do is said by its operands: inputs are evaluated, an output that an input is
//! matched with (`"0"`) gets its value, a `+` operand is read. "memory" says what is true here anyway: no
//! access moves past it.
//!
//! Not here: instructions. The diagnostic says what to write instead.

use super::checker::{Abort, Checker, Parse};
use super::errors;
use super::names::{self, Name};
use super::token::Kind;
use super::value::Value;
use crate::tree::Stmt;
use alloc::vec::Vec;

/// `[name] "constraint" (expression)`
struct Operand {
    name: Option<Name>,
    constraint: Vec<u8>,
    value: Value,
}

impl Checker<'_> {
    /// `asm volatile ( "" : outputs : inputs : clobbers ) ;`
    pub fn assembly_statement(&mut self) -> Parse<Stmt> {
        let at = self.advance().at;
        let before = [
            names::VOLATILE,
            names::VOLATILE__,
            names::VOLATILE____,
            names::INLINE,
            names::INLINE__,
        ];
        while before.iter().any(|&word| self.at_word(word)) {
            self.advance();
        }
        if self.kind() != Kind::LeftParen || self.second().kind != Kind::String {
            self.say(at, errors::inline_assembly);
            return Err(Abort);
        }
        let open = self.advance().at;
        if !self.string_text().trim_ascii().is_empty() {
            self.say(at, errors::inline_assembly);
            return Err(Abort);
        }
        let outputs = self.operands()?;
        let inputs = self.operands()?;
        while matches!(self.kind(), Kind::Colon | Kind::Comma | Kind::String) {
            self.advance();
        }
        self.close_paren(open)?;
        self.semicolon()?;
        let mut out = Vec::new();
        for input in inputs {
            let value = match self.matched(&outputs, &input.constraint) {
                Some(output) => self.assign(output.value.clone(), input.value, at),
                None => input.value,
            };
            out.push(Stmt::Expr(self.discard(value)));
        }
        for output in outputs {
            if output.constraint.contains(&b'+') {
                out.push(Stmt::Expr(self.discard(output.value)));
            }
        }
        Ok(Stmt::Block(out))
    }

    /// `: operand, operand`, or nothing.
    fn operands(&mut self) -> Parse<Vec<Operand>> {
        let mut operands = Vec::new();
        if !self.accept(Kind::Colon) {
            return Ok(operands);
        }
        while matches!(self.kind(), Kind::LeftBracket | Kind::String) {
            let mut name = None;
            if self.accept(Kind::LeftBracket) {
                name = Some(self.advance().text);
                self.expect(Kind::RightBracket)?;
            }
            if self.kind() != Kind::String {
                return self.unexpected("a constraint");
            }
            let constraint = self.string_text();
            let open = self.expect(Kind::LeftParen)?.at;
            let value = self.expression()?;
            self.close_paren(open)?;
            operands.push(Operand {
                name,
                constraint,
                value,
            });
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        Ok(operands)
    }

    /// The output that an input's constraint names: `0` or `[name]`.
    fn matched<'o>(&self, outputs: &'o [Operand], constraint: &[u8]) -> Option<&'o Operand> {
        let text = constraint.trim_ascii();
        if let Some(name) = text.strip_prefix(b"[").and_then(|t| t.strip_suffix(b"]")) {
            let called = |o: &&Operand| o.name.is_some_and(|n| self.names.bytes(n) == name);
            return outputs.iter().find(called);
        }
        let number = core::str::from_utf8(text).ok()?;
        outputs.get(number.parse::<usize>().ok()?)
    }

    /// The bytes of a string literal, without its end.
    pub fn string_text(&mut self) -> Vec<u8> {
        let mut text = self.string_literal().0;
        text.pop();
        text
    }
}
