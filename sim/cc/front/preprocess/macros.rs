//! Macros: definition, arguments, substitution (C17 §6.10.3).
//!
//! `#`, `##` with placemarkers, `__VA_ARGS__`, `__VA_OPT__`, and gcc's `args...` and
//! `, ## __VA_ARGS__` (the comma goes when the argument is omitted).

use super::super::errors;
use super::super::lexer::Lexer;
use super::super::names::{self, Name};
use super::super::token::{Kind, LINE_START, Location, PAINTED, SPACE, Token};
use super::{Preprocessor, spaced};
use alloc::vec;
use alloc::vec::Vec;

/// A macro definition.
#[derive(Debug)]
pub struct Macro {
    /// Where its name is defined.
    pub at: Location,
    /// Its parameters, if it is function-like; the variable one last.
    pub parameters: Option<Vec<Name>>,
    /// The last parameter takes all remaining arguments.
    pub variadic: bool,
    /// What it stands for.
    pub body: Vec<Token>,
    /// `__LINE__` and its like: the compiler knows what it stands for.
    pub special: bool,
}

impl Macro {
    fn parameter(&self, token: &Token) -> Option<usize> {
        if token.kind != Kind::Identifier {
            return None;
        }
        self.parameters
            .as_ref()?
            .iter()
            .position(|&p| p == token.text)
    }
}

/// Arguments of a call: as written, and expanded when first asked for.
struct Arguments {
    raw: Vec<Vec<Token>>,
    expanded: Vec<Option<Vec<Token>>>,
    /// The variable argument is not even there (an empty one behind a comma is).
    omitted: bool,
}

impl Preprocessor<'_, '_> {
    /// Begins the expansion of a macro. `false`: it is function-like and no `(` follows.
    pub fn expand(&mut self, name: Token, found: &Macro) -> bool {
        if found.special {
            let token = self.special(name);
            self.push_context(vec![token], None, name.at);
            return true;
        }
        let mut arguments = Arguments {
            raw: Vec::new(),
            expanded: Vec::new(),
            omitted: false,
        };
        if let Some(parameters) = &found.parameters {
            let open = self.next_raw();
            if open.kind != Kind::LeftParen {
                self.push_back(open);
                return false;
            }
            let Some(raw) = self.arguments(name, parameters.len(), found.variadic) else {
                return true;
            };
            let Some(raw) = self.match_arguments(name, found, parameters, raw) else {
                return true;
            };
            arguments.expanded.resize_with(raw.0.len(), || None);
            (arguments.raw, arguments.omitted) = raw;
        }
        let mut result = self.substitute(found, &found.body, &mut arguments, name.at);
        result.retain(|t| t.kind != Kind::Placemarker);
        if let Some(first) = result.first_mut() {
            first.flags = first.flags & !(SPACE | LINE_START) | name.flags & (SPACE | LINE_START);
        }
        // The white space before a macro without expansion stays.
        self.pending_space |= result.is_empty() && spaced(&name);
        self.push_context(result, Some(name.text), name.at);
        true
    }

    fn push_back(&mut self, token: Token) {
        if token.kind != Kind::Eof {
            self.push_context(vec![token], None, token.at);
        }
    }

    /// Reads the arguments after `(`, up to `)`.
    fn arguments(
        &mut self,
        name: Token,
        parameters: usize,
        variadic: bool,
    ) -> Option<Vec<Vec<Token>>> {
        let mut all = vec![Vec::new()];
        let mut depth = 0;
        loop {
            let mut token = self.next_raw();
            if token.flags & LINE_START != 0 {
                token.flags = token.flags & !LINE_START | SPACE;
            }
            // A disabled macro's name is painted here too: the argument leaves its context.
            if token.kind == Kind::Identifier
                && self
                    .disabled
                    .get(token.text.0 as usize)
                    .is_some_and(|&n| n > 0)
            {
                token.flags |= PAINTED;
            }
            let rest = variadic && all.len() == parameters;
            match token.kind {
                Kind::Eof => {
                    let span = self.sources.span(name.at);
                    self.report.add(errors::unterminated_macro_call(
                        span,
                        &self.names.text(name.text),
                    ));
                    return None;
                }
                Kind::RightParen if depth == 0 => return Some(all),
                Kind::Comma if depth == 0 && !rest => {
                    all.push(Vec::new());
                    continue;
                }
                Kind::LeftParen => depth += 1,
                Kind::RightParen => depth -= 1,
                _ => {}
            }
            all.last_mut()
                .expect("it starts with one argument")
                .push(token);
        }
    }

    /// As many arguments as parameters, or a diagnostic.
    fn match_arguments(
        &mut self,
        name: Token,
        found: &Macro,
        parameters: &[Name],
        mut raw: Vec<Vec<Token>>,
    ) -> Option<(Vec<Vec<Token>>, bool)> {
        if parameters.is_empty() && raw.len() == 1 && raw[0].is_empty() {
            raw.clear();
        }
        let mut omitted =
            found.variadic && raw.len() == 1 && parameters.len() == 1 && raw[0].is_empty();
        if found.variadic && raw.len() + 1 == parameters.len() {
            raw.push(Vec::new());
            omitted = true;
        }
        if raw.len() == parameters.len() {
            return Some((raw, omitted));
        }
        let span = self.sources.span(name.at);
        let defined = self.sources.span(found.at);
        let text = self.names.text(name.text);
        self.report.mute(name.at.file, name.at.line);
        self.report.add(errors::macro_arguments(
            span,
            defined,
            &text,
            parameters.len(),
            raw.len(),
        ));
        None
    }

    /// The body with parameters replaced and `#` and `##` done.
    fn substitute(
        &mut self,
        found: &Macro,
        body: &[Token],
        arguments: &mut Arguments,
        at: Location,
    ) -> Vec<Token> {
        let mut out: Vec<Token> = Vec::with_capacity(body.len());
        let mut paste = false;
        let mut i = 0;
        while i < body.len() {
            let token = body[i];
            if token.kind == Kind::HashHash && i > 0 && i + 1 < body.len() {
                paste = true;
                i += 1;
                continue;
            }
            let begin = i;
            let (piece, next) = self.piece(found, body, i, paste, arguments, at);
            i = next;
            if !paste {
                out.extend(piece);
                continue;
            }
            paste = false;
            let last_parameter = arguments.raw.len().checked_sub(1);
            let comma = out.last().is_some_and(|t| t.kind == Kind::Comma);
            if found.variadic && comma && found.parameter(&body[begin]) == last_parameter {
                // gcc: `, ## args` drops the comma if the argument is omitted.
                if arguments.omitted {
                    out.pop();
                } else {
                    out.extend(piece);
                }
                continue;
            }
            let mut piece = piece.into_iter();
            if let (Some(left), Some(right)) = (out.pop(), piece.next()) {
                let pasted = self.paste(left, right, at);
                out.extend(pasted);
            }
            out.extend(piece);
        }
        out
    }

    /// What stands for the body's token(s) at `i`, and where to go on.
    fn piece(
        &mut self,
        found: &Macro,
        body: &[Token],
        i: usize,
        paste: bool,
        arguments: &mut Arguments,
        at: Location,
    ) -> (Vec<Token>, usize) {
        let token = body[i];
        let placemarker = Token {
            kind: Kind::Placemarker,
            flags: token.flags,
            text: Name(0),
            at,
        };
        if token.kind == Kind::Hash
            && found.parameters.is_some()
            && let Some(parameter) = body.get(i + 1).and_then(|t| found.parameter(t))
        {
            let string = self.stringify(&arguments.raw[parameter], token.flags, at);
            return (vec![string], i + 2);
        }
        if let Some(parameter) = found.parameter(&token) {
            let before_paste = i + 2 < body.len() && body[i + 1].kind == Kind::HashHash;
            let mut piece = if paste || before_paste {
                arguments.raw[parameter].clone()
            } else {
                if arguments.expanded[parameter].is_none() {
                    let expanded = self.expand_list(arguments.raw[parameter].clone());
                    arguments.expanded[parameter] = Some(expanded);
                }
                arguments.expanded[parameter].clone().unwrap_or_default()
            };
            match piece.first_mut() {
                Some(first) => first.flags = first.flags & !SPACE | token.flags & SPACE,
                None => piece.push(placemarker),
            }
            return (piece, i + 1);
        }
        if found.variadic
            && token.is_word(names::VA_OPT)
            && let Some(end) = closing(body, i + 1)
        {
            let last = arguments.raw.len() - 1;
            if arguments.raw[last].is_empty() {
                return (vec![placemarker], end + 1);
            }
            let mut inner = self.substitute(found, &body[i + 2..end], arguments, at);
            if let Some(first) = inner.first_mut() {
                first.flags = first.flags & !SPACE | token.flags & SPACE;
            }
            return (inner, end + 1);
        }
        (vec![Token { at, ..token }], i + 1)
    }

    /// `#argument`: a string literal that spells it.
    fn stringify(&mut self, argument: &[Token], flags: u8, at: Location) -> Token {
        let mut text = vec![b'"'];
        for (i, token) in argument.iter().enumerate() {
            if i > 0 && spaced(token) {
                text.push(b' ');
            }
            let literal = matches!(token.kind, Kind::String | Kind::Character);
            for &byte in self.spelling(token) {
                if literal && matches!(byte, b'"' | b'\\') {
                    text.push(b'\\');
                }
                text.push(byte);
            }
        }
        text.push(b'"');
        Token {
            kind: Kind::String,
            flags: flags & SPACE,
            text: self.names.intern(&text),
            at,
        }
    }

    /// `left ## right`: one token, or a diagnostic and both.
    fn paste(&mut self, left: Token, right: Token, at: Location) -> Vec<Token> {
        if left.kind == Kind::Placemarker {
            return vec![Token {
                flags: left.flags | right.flags & PAINTED,
                ..right
            }];
        }
        if right.kind == Kind::Placemarker {
            return vec![left];
        }
        let mut text = self.spelling(&left).to_vec();
        text.extend_from_slice(self.spelling(&right));
        let mut lexer = Lexer::new(&text, at.file);
        let pasted = lexer.next(self.names);
        let complete = usize::from(pasted.at.length) == text.len().min(usize::from(u16::MAX));
        if !complete || pasted.kind == Kind::Eof || !lexer.problems.is_empty() {
            let text = alloc::string::String::from_utf8_lossy(&text).into_owned();
            self.report
                .add(errors::invalid_paste(self.sources.span(at), &text));
            return vec![left, right];
        }
        vec![Token {
            at,
            flags: left.flags & SPACE,
            ..pasted
        }]
    }

    /// `__FILE__`, `__BASE_FILE__`, `__LINE__`, `__COUNTER__`.
    fn special(&mut self, name: Token) -> Token {
        let (kind, text) = match name.text {
            names::LINE__ => {
                let line = i64::from(name.at.line) + self.line_shift;
                (Kind::Number, alloc::format!("{line}").into_bytes())
            }
            names::COUNTER__ => {
                self.counter += 1;
                (
                    Kind::Number,
                    alloc::format!("{}", self.counter - 1).into_bytes(),
                )
            }
            // The file given to the compiler is the first.
            names::BASE_FILE__ => (Kind::String, self.path_of(0)),
            _ => (Kind::String, self.file_name(name.at.file)),
        };
        Token {
            kind,
            flags: name.flags,
            text: self.names.intern(&text),
            at: name.at,
        }
    }

    fn file_name(&self, file: u16) -> Vec<u8> {
        if let Some(name) = self.presumed_file {
            return self.names.bytes(name).to_vec();
        }
        self.path_of(file)
    }

    /// A file's path as a string literal.
    fn path_of(&self, file: u16) -> Vec<u8> {
        let mut text = vec![b'"'];
        for &byte in self
            .sources
            .paths
            .get(usize::from(file))
            .map_or(&b""[..], |p| p.as_bytes())
        {
            if matches!(byte, b'"' | b'\\') {
                text.push(b'\\');
            }
            text.push(byte);
        }
        text.push(b'"');
        text
    }
}

/// The index of the `)` that closes the `(` at `open`.
fn closing(body: &[Token], open: usize) -> Option<usize> {
    if body.get(open)?.kind != Kind::LeftParen {
        return None;
    }
    let mut depth = 0;
    for (i, token) in body.iter().enumerate().skip(open) {
        match token.kind {
            Kind::LeftParen => depth += 1,
            Kind::RightParen => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}
