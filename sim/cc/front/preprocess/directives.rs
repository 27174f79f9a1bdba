//! Directives: `#include`, `#define`, `#if` and the others (C17 §6.10).

use super::super::attributes;
use super::super::errors;
use super::super::lexer::Lexer;
use super::super::literal;
use super::super::names::{self, Name};
use super::super::token::{Kind, LINE_START, Location, SPACE, Token};
use super::{Input, NESTING_MAX, Preprocessor, spaced};
use alloc::string::String;
use alloc::vec::Vec;

/// An open `#if`.
pub struct Condition {
    /// The directive that opened it.
    pub at: Location,
    /// One of its groups was taken already.
    taken: bool,
    /// `#else` was seen.
    last: bool,
}

impl Preprocessor<'_, '_> {
    /// Obeys the directive after `hash`.
    pub fn directive(&mut self, hash: Token) {
        self.begin_directive();
        let Some(word) = self.lex() else { return };
        match word.kind {
            Kind::Newline => return,
            Kind::Number => {
                // `# 33 "file.c"`: a line marker of another preprocessor.
                let rest = self.rest_of_line();
                self.line_marker(word, &rest);
                return;
            }
            _ => {}
        }
        match word.text {
            names::DEFINE => {
                let line = self.rest_of_line();
                self.define(&line, word.at);
            }
            names::INCLUDE | names::INCLUDE_NEXT => self.include(word),
            names::IF => {
                let truth = self.condition_line(word);
                self.open(word, truth);
            }
            names::IFDEF | names::IFNDEF => {
                let truth = self.defined_line(word) == (word.text == names::IFDEF);
                self.open(word, truth);
            }
            names::ELIF | names::ELSE => self.other_group(word),
            names::ENDIF => {
                self.rest_of_line();
                let open = self.inputs.last_mut().and_then(|i| i.conditions.pop());
                if open.is_none() {
                    self.report
                        .add(errors::without_if(self.sources.span(word.at), "endif"));
                }
            }
            names::UNDEF => {
                let line = self.rest_of_line();
                if let Some(name) = self.macro_name(&line, word.at) {
                    self.set_macro(name.text, None);
                }
            }
            names::ERROR | names::WARNING => {
                let line = self.rest_of_line();
                let text = self.text_of(&line);
                let span = self.sources.span(word.at);
                self.report.add(match word.text == names::ERROR {
                    true => errors::error_directive(span, &text),
                    false => errors::warning_directive(span, &text),
                });
            }
            names::LINE => {
                let line = self.rest_of_line();
                let line = self.expand_list(line);
                match line.split_first() {
                    Some((number, rest)) if number.kind == Kind::Number => {
                        self.line_marker(*number, rest);
                    }
                    _ => self
                        .report
                        .add(errors::bad_line_directive(self.sources.span(word.at))),
                }
            }
            names::PRAGMA => {
                let line = self.rest_of_line();
                self.pragma(&line);
            }
            names::IDENT | names::ASSERT => {
                self.rest_of_line();
            }
            _ => {
                self.rest_of_line();
                let text = String::from_utf8_lossy(self.spelling(&word)).into_owned();
                self.report
                    .add(errors::unknown_directive(self.sources.span(word.at), &text));
            }
        }
        let _ = hash;
    }

    fn begin_directive(&mut self) {
        if let Some(input) = self.inputs.last_mut() {
            input.lexer.directive = true;
        }
    }

    /// The tokens up to the end of the directive's line.
    fn rest_of_line(&mut self) -> Vec<Token> {
        let mut tokens = Vec::new();
        while let Some(token) = self.lex() {
            if matches!(token.kind, Kind::Newline | Kind::Eof) {
                break;
            }
            tokens.push(token);
        }
        tokens
    }

    /// How a line is written, for `#error`.
    fn text_of(&self, line: &[Token]) -> String {
        let mut text = Vec::new();
        for (i, token) in line.iter().enumerate() {
            if i > 0 && spaced(token) {
                text.push(b' ');
            }
            text.extend_from_slice(self.spelling(token));
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    fn line_marker(&mut self, number: Token, rest: &[Token]) {
        let value = match literal::number(self.names.bytes(number.text)) {
            Ok(literal::Number::Integer { value, .. }) if value <= i32::MAX as u64 => value,
            _ => {
                self.report
                    .add(errors::bad_line_directive(self.sources.span(number.at)));
                return;
            }
        };
        // The *next* line has this number.
        self.line_shift = value as i64 - i64::from(number.at.line) - 1;
        if let Some(file) = rest.first().filter(|t| t.kind == Kind::String) {
            self.presumed_file = Some(file.text);
        }
    }

    // Conditions.

    fn open(&mut self, word: Token, truth: bool) {
        let Some(input) = self.inputs.last_mut() else {
            return;
        };
        input.conditions.push(Condition {
            at: word.at,
            taken: truth,
            last: false,
        });
        if input.conditions.len() > NESTING_MAX {
            self.report
                .add(errors::nested_too_deeply(self.sources.span(word.at), "#if"));
            self.fatal = true;
        } else if !truth {
            self.skip_group();
        }
    }

    /// `#elif` or `#else` after a group that was taken: the rest is skipped.
    fn other_group(&mut self, word: Token) {
        self.rest_of_line_quietly();
        if self.inputs.last().is_none_or(|i| i.conditions.is_empty()) {
            let text = self.names.text(word.text);
            self.report
                .add(errors::without_if(self.sources.span(word.at), &text));
            return;
        }
        self.note_else(word);
        self.skip_group();
    }

    /// Checks that nothing follows `#else`.
    fn note_else(&mut self, word: Token) {
        let Some(condition) = self.inputs.last_mut().and_then(|i| i.conditions.last_mut()) else {
            return;
        };
        if condition.last {
            let opened = self.sources.span(condition.at);
            let text = self.names.text(word.text);
            self.report.add(errors::after_else(
                self.sources.span(word.at),
                opened,
                &text,
            ));
        }
        condition.last |= word.text == names::ELSE;
    }

    /// Skips groups until one is taken or the `#endif`.
    fn skip_group(&mut self) {
        let mut depth = 0;
        while let Some(token) = self.lex_quietly() {
            if token.kind == Kind::Eof {
                return;
            }
            if token.kind != Kind::Hash || token.flags & LINE_START == 0 {
                continue;
            }
            self.begin_directive();
            let Some(word) = self.lex_quietly() else {
                return;
            };
            match word.text {
                _ if word.kind != Kind::Identifier => {}
                names::IF | names::IFDEF | names::IFNDEF => depth += 1,
                names::ENDIF if depth > 0 => depth -= 1,
                names::ENDIF => {
                    self.rest_of_line_quietly();
                    self.inputs.last_mut().and_then(|i| i.conditions.pop());
                    return;
                }
                names::ELSE | names::ELIF if depth == 0 => {
                    if self.take_group(word) {
                        return;
                    }
                    continue;
                }
                _ => {}
            }
            if word.kind != Kind::Newline {
                self.rest_of_line_quietly();
            }
        }
    }

    /// Is the group after this `#else` or `#elif` taken?
    fn take_group(&mut self, word: Token) -> bool {
        self.note_else(word);
        let condition = self.inputs.last().and_then(|i| i.conditions.last());
        let done = condition.is_none_or(|c| c.taken);
        let truth = if done || word.text == names::ELSE {
            self.rest_of_line_quietly();
            !done
        } else {
            self.condition_line(word)
        };
        if let Some(condition) = self.inputs.last_mut().and_then(|i| i.conditions.last_mut()) {
            condition.taken |= truth;
        }
        truth
    }

    fn lex_quietly(&mut self) -> Option<Token> {
        let input = self.inputs.last_mut()?;
        let token = input.lexer.next(self.names);
        // An apostrophe in skipped text is no mistake; a comment without end is, but is then the end.
        input.lexer.problems.clear();
        Some(token)
    }

    fn rest_of_line_quietly(&mut self) {
        while let Some(token) = self.lex_quietly() {
            if matches!(token.kind, Kind::Newline | Kind::Eof) {
                return;
            }
        }
    }

    /// The name after `#ifdef`, `#ifndef`, `#undef`.
    pub fn macro_name(&mut self, line: &[Token], at: Location) -> Option<Token> {
        match line.first() {
            Some(token) if token.kind == Kind::Identifier => Some(*token),
            other => {
                let at = other.map_or(at, |t| t.at);
                self.report
                    .add(errors::macro_name_missing(self.sources.span(at)));
                None
            }
        }
    }

    fn defined_line(&mut self, word: Token) -> bool {
        let line = self.rest_of_line();
        match self.macro_name(&line, word.at) {
            Some(name) => self.is_defined(name.text),
            None => false,
        }
    }

    fn is_defined(&self, name: Name) -> bool {
        self.find_macro(name).is_some()
            || matches!(
                name,
                names::HAS_INCLUDE | names::HAS_ATTRIBUTE | names::HAS_BUILTIN
            )
    }

    fn condition_line(&mut self, word: Token) -> bool {
        let line = self.rest_of_line();
        let line = self.replace_defined(&line);
        let line = self.expand_list(line);
        // `defined` may come out of a macro too.
        let line = self.replace_defined(&line);
        self.condition(&line, word.at)
    }

    /// Replaces `defined X`, `__has_include(…)` and their like by 0 or 1.
    fn replace_defined(&mut self, line: &[Token]) -> Vec<Token> {
        let mut out = Vec::with_capacity(line.len());
        let mut i = 0;
        while i < line.len() {
            let token = line[i];
            i += 1;
            let answer = match token.text {
                _ if token.kind != Kind::Identifier => None,
                names::DEFINED => {
                    let paren = line.get(i).is_some_and(|t| t.kind == Kind::LeftParen);
                    let name = line
                        .get(i + usize::from(paren))
                        .filter(|t| t.kind == Kind::Identifier);
                    let closed =
                        !paren || line.get(i + 2).is_some_and(|t| t.kind == Kind::RightParen);
                    match name.filter(|_| closed) {
                        Some(name) => {
                            i += if paren { 3 } else { 1 };
                            Some(self.is_defined(name.text))
                        }
                        None => {
                            self.report
                                .add(errors::macro_name_missing(self.sources.span(token.at)));
                            i = line.len();
                            Some(false)
                        }
                    }
                }
                names::HAS_INCLUDE | names::HAS_ATTRIBUTE | names::HAS_BUILTIN => {
                    let end = line[i..].iter().position(|t| t.kind == Kind::RightParen);
                    let Some(end) = end.filter(|&e| e > 0) else {
                        continue;
                    };
                    let inside = &line[i + 1..i + end];
                    i += end + 1;
                    Some(match token.text {
                        names::HAS_INCLUDE => self.has_include(inside),
                        names::HAS_ATTRIBUTE => inside
                            .first()
                            .is_some_and(|t| attributes::known(&self.names.text(t.text))),
                        _ => false,
                    })
                }
                _ => None,
            };
            out.push(match answer {
                Some(yes) => {
                    let text = self.names.intern(if yes { b"1" } else { b"0" });
                    Token {
                        kind: Kind::Number,
                        text,
                        ..token
                    }
                }
                None => token,
            });
        }
        out
    }

    fn has_include(&mut self, inside: &[Token]) -> bool {
        self.header(inside)
            .is_some_and(|(name, system)| self.find_header(&name, system).is_some())
    }

    // Inclusion.

    fn include(&mut self, word: Token) {
        let mut line = self.rest_of_line();
        let quoted = line.first().is_some_and(|t| t.kind == Kind::String);
        if !quoted && line.first().is_none_or(|t| t.kind != Kind::Less) {
            line = self.expand_list(line);
        }
        let at = line.first().map_or(word.at, |t| t.at);
        let Some((name, system)) = self.header(&line) else {
            self.report.add(errors::bad_include(self.sources.span(at)));
            return;
        };
        let mut at = at;
        if let Some(last) = line
            .last()
            .filter(|t| t.at.line == at.line && t.at.start >= at.start)
        {
            at.length = (last.at.start - at.start) as u16 + last.at.length;
        }
        let Some(path) = self.find_header(&name, system) else {
            let known = self.similar_header(&name, system);
            self.report.add(errors::header_not_found(
                self.sources.span(at),
                &name,
                system,
                known,
            ));
            self.missing = true;
            return;
        };
        if self.once.contains(&path) {
            return;
        }
        if self.inputs.len() >= NESTING_MAX {
            self.report
                .add(errors::nested_too_deeply(self.sources.span(at), "#include"));
            self.fatal = true;
            return;
        }
        self.enter_file(path, at);
    }

    fn enter_file(&mut self, path: String, at: Location) {
        let Some(bytes) = self.files.get(&path) else {
            return;
        };
        match self.sources.add(&path, bytes) {
            Some(file) => {
                self.inputs.push(Input {
                    lexer: Lexer::new(bytes, file),
                    path,
                    conditions: Vec::new(),
                });
            }
            None => {
                self.report
                    .add(errors::nested_too_deeply(self.sources.span(at), "#include"));
                self.fatal = true;
            }
        }
    }

    /// The name in `"…"` (`false`) or `<…>` (`true`).
    fn header(&self, line: &[Token]) -> Option<(String, bool)> {
        let first = line.first()?;
        if first.kind == Kind::String {
            let text = self.names.text(first.text);
            return Some((text.strip_prefix('"')?.strip_suffix('"')?.into(), false));
        }
        if first.kind != Kind::Less {
            return None;
        }
        let mut name = Vec::new();
        for (i, token) in line[1..].iter().enumerate() {
            if token.kind == Kind::Greater {
                return Some((String::from_utf8_lossy(&name).into_owned(), true));
            }
            if i > 0 && token.flags & SPACE != 0 {
                name.push(b' ');
            }
            name.extend_from_slice(self.spelling(token));
        }
        None
    }

    /// Where a header is: beside the including file, in the `-I` directories, in the system's.
    fn find_header(&self, name: &str, system: bool) -> Option<String> {
        let mut directories: Vec<&str> = Vec::new();
        if !system {
            let here = self.inputs.last().map_or("", |i| i.path.as_str());
            directories.push(here.rsplit_once('/').map_or("", |(directory, _)| directory));
        }
        directories.extend(self.options.include_dirs.iter().map(String::as_str));
        directories.push(&self.options.system_include);
        if name.starts_with('/') {
            return self.files.contains_key(name).then(|| name.into());
        }
        directories
            .into_iter()
            .map(|d| join(d, name))
            .find(|path| self.files.contains_key(path))
    }

    /// A header that exists and is spelled alike.
    fn similar_header(&self, name: &str, system: bool) -> Option<String> {
        let prefix = join(&self.options.system_include, "");
        let headers = self.files.keys().filter_map(|path| match system {
            true => path.strip_prefix(&prefix),
            false => path.strip_suffix(".h").and(path.rsplit('/').next()),
        });
        super::super::spelling::closest(name, headers)
    }

    // Pragmas.

    /// `once` and `pack` mean something; all others are ignored.
    fn pragma(&mut self, line: &[Token]) {
        match line.first() {
            Some(token) if token.is_word(names::ONCE) => {
                if let Some(input) = self.inputs.last() {
                    let path = input.path.clone();
                    self.once.push(path);
                }
            }
            Some(token) if token.is_word(names::PACK) => self.pragma_pack(&line[1..]),
            Some(token) if token.is_word(names::PUSH_MACRO) || token.is_word(names::POP_MACRO) => {
                self.pragma_macro(token.is_word(names::PUSH_MACRO), line);
            }
            _ => {}
        }
    }

    /// `push_macro("name")` keeps what the name means, `pop_macro("name")` restores it.
    fn pragma_macro(&mut self, push: bool, line: &[Token]) {
        let [_, open, string, close, ..] = line else {
            return;
        };
        let kinds = [open.kind, string.kind, close.kind];
        if kinds != [Kind::LeftParen, Kind::String, Kind::RightParen] {
            return;
        }
        let quoted = self.names.bytes(string.text);
        let inside = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or(b"");
        let inside = inside.to_vec();
        let name = self.names.intern(&inside);
        if push {
            let meaning = self.find_macro(name).cloned();
            self.kept.entry(name).or_default().push(meaning);
        } else if let Some(meaning) = self.kept.get_mut(&name).and_then(Vec::pop) {
            self.set_macro_again(name, meaning);
        }
    }

    fn pragma_pack(&mut self, line: &[Token]) {
        let inside = line
            .iter()
            .filter(|t| matches!(t.kind, Kind::Identifier | Kind::Number));
        let mut empty = true;
        for token in inside {
            empty = false;
            if token.is_word(names::PUSH) {
                if self.pack_stack.len() < NESTING_MAX {
                    self.pack_stack.push(self.pack);
                }
            } else if token.is_word(names::POP) {
                self.pack = self.pack_stack.pop().unwrap_or(0);
            } else if let Ok(literal::Number::Integer { value, .. }) =
                literal::number(self.names.bytes(token.text))
            {
                self.pack = if matches!(value, 1 | 2 | 4 | 8 | 16) {
                    value as u32
                } else {
                    0
                };
            }
        }
        if empty {
            self.pack = 0;
        }
        self.packs.push((self.output.len(), self.pack));
    }
}

/// A path below a directory; `./` and `..` are resolved as far as they go.
fn join(directory: &str, name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let absolute = directory.starts_with('/');
    for part in directory.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&p| p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if name.is_empty() {
        parts.push("");
    }
    let path = parts.join("/");
    if absolute {
        alloc::format!("/{path}")
    } else {
        path
    }
}
