//! `#define`: parameters, checks, and what a redefinition may be (C17 §6.10.3).

use super::super::errors;
use super::super::names::{self, Name};
use super::super::source::NO_FILE;
use super::super::token::{Kind, Location, SPACE, Token};
use super::macros::Macro;
use super::{Preprocessor, spaced};
use alloc::vec::Vec;

impl Preprocessor<'_, '_> {
    /// `#define`: the tokens after the word.
    pub fn define(&mut self, line: &[Token], at: Location) {
        let Some(name) = self.macro_name(line, at) else {
            return;
        };
        if matches!(name.text, names::DEFINED | names::VA_ARGS | names::VA_OPT) {
            let text = self.names.text(name.text);
            self.report.add(errors::reserved_macro_name(
                self.sources.span(name.at),
                &text,
            ));
            return;
        }
        let mut parameters = None;
        let mut variadic = false;
        let mut body = &line[1..];
        if body
            .first()
            .is_some_and(|t| t.kind == Kind::LeftParen && t.flags & SPACE == 0)
        {
            let Some((list, rest)) = self.parameters(&body[1..], name.at) else {
                return;
            };
            variadic = list.1;
            parameters = Some(list.0);
            body = rest;
        }
        let mut body = body.to_vec();
        if let Some(first) = body.first_mut() {
            first.flags &= !SPACE;
        }
        let definition = Macro {
            at: name.at,
            parameters,
            variadic,
            body,
            special: false,
        };
        if !self.operators_are_valid(&definition) {
            return;
        }
        if let Some(old) = self.find_macro(name.text)
            && !same(old, &definition)
            && !old.special
            && old.at.file != NO_FILE
        {
            let text = self.names.text(name.text);
            let (new, old) = (self.sources.span(name.at), self.sources.span(old.at));
            self.report.add(errors::macro_redefined(new, old, &text));
        }
        self.set_macro(name.text, definition);
    }

    /// `##` not at an end, `#` before a parameter.
    fn operators_are_valid(&mut self, definition: &Macro) -> bool {
        let body = &definition.body;
        for end in [body.first(), body.last()].into_iter().flatten() {
            if end.kind == Kind::HashHash {
                self.report
                    .add(errors::paste_at_end(self.sources.span(end.at)));
                return false;
            }
        }
        let Some(parameters) = &definition.parameters else {
            return true;
        };
        for (i, token) in body.iter().enumerate() {
            let parameter = body.get(i + 1).is_some_and(|t| {
                t.kind == Kind::Identifier
                    && (parameters.contains(&t.text) || t.text == names::VA_OPT)
            });
            if token.kind == Kind::Hash && !parameter {
                self.report
                    .add(errors::stringify_what(self.sources.span(token.at)));
                return false;
            }
        }
        true
    }

    /// The parameters after `(`: names and whether the last is variable; and what follows `)`.
    #[allow(clippy::type_complexity)]
    fn parameters<'t>(
        &mut self,
        line: &'t [Token],
        at: Location,
    ) -> Option<((Vec<Name>, bool), &'t [Token])> {
        let mut list = Vec::new();
        let mut variadic = false;
        let mut i = 0;
        if line.first().is_some_and(|t| t.kind == Kind::RightParen) {
            return Some(((list, false), &line[1..]));
        }
        loop {
            let wrong = match line.get(i) {
                Some(t) if t.kind == Kind::Ellipsis => {
                    variadic = true;
                    list.push(names::VA_ARGS);
                    None
                }
                Some(t) if t.kind == Kind::Identifier && !list.contains(&t.text) => {
                    list.push(t.text);
                    if line.get(i + 1).is_some_and(|t| t.kind == Kind::Ellipsis) {
                        variadic = true;
                        i += 1;
                    }
                    None
                }
                other => Some(other.map_or(at, |t| t.at)),
            };
            i += 1;
            let wrong = wrong.or(match line.get(i).map(|t| t.kind) {
                Some(Kind::RightParen) => return Some(((list, variadic), &line[i + 1..])),
                Some(Kind::Comma) if !variadic => None,
                _ => Some(line.get(i).map_or(at, |t| t.at)),
            });
            if let Some(wrong) = wrong {
                self.report
                    .add(errors::bad_macro_parameters(self.sources.span(wrong)));
                return None;
            }
            i += 1;
        }
    }
}

/// Are two definitions the same up to the amount of white space?
fn same(a: &Macro, b: &Macro) -> bool {
    a.parameters == b.parameters
        && a.variadic == b.variadic
        && a.body.len() == b.body.len()
        && a.body
            .iter()
            .zip(&b.body)
            .all(|(x, y)| x.kind == y.kind && x.text == y.text && spaced(x) == spaced(y))
}
