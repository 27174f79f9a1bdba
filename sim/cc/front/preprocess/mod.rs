//! The preprocessor: files → the tokens of a translation unit (C17 §6.10).
//!
//! Here: reading files and tokens, and the frame of the expansion. Directives are in `directives`,
//! `#if` expressions in `condition`, `#define` in `definition`, substitution in `macros`.
//!
//! Tokens of a macro expansion carry the place where the macro is used, so that a message points at
//! what the user wrote. A macro whose expansion is being rescanned is disabled, and its name met
//! there is painted: never expanded again (C17 §6.10.3.4).

mod condition;
mod definition;
mod directives;
mod macros;
mod predefined;

use super::errors;
use super::lexer::{Lexer, Problem};
use super::names::{Name, Names};
use super::report::Report;
use super::source::Sources;
use super::token::{Kind, LINE_START, Location, PAINTED, SPACE, Token};
use super::{Files, Options};
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use directives::Condition;
use macros::Macro;

/// The most tokens that expansion may make in one translation unit.
const EXPANSION_MAX: usize = 4_000_000;
/// The most tokens of a translation unit.
const TOKENS_MAX: usize = 8_000_000;
/// Depth of includes, of macro calls in macro arguments, of `#if` expressions.
const NESTING_MAX: usize = 200;

/// What the parser reads.
pub struct Preprocessed {
    /// The tokens, ended by [`Kind::Eof`].
    pub tokens: Vec<Token>,
    /// `#pragma pack`: from this token on, the largest alignment of members (0: no limit).
    pub packs: Vec<(usize, u32)>,
}

/// A file being read.
struct Input {
    lexer: Lexer,
    /// The path, for `#include "…"`.
    path: String,
    /// Open `#if`s, the innermost last.
    conditions: Vec<Condition>,
}

/// Tokens to be read before those of the file: a macro's expansion or an argument.
struct Context {
    tokens: Vec<Token>,
    next: usize,
    /// The macro that is disabled until these tokens are used up.
    expansion_of: Option<Name>,
}

struct Preprocessor<'a, 's> {
    files: &'a Files,
    options: &'s Options,
    names: &'s mut Names,
    sources: &'s mut Sources<'a>,
    report: &'s mut Report,
    inputs: Vec<Input>,
    contexts: Vec<Context>,
    /// Contexts below are not to be read: an argument is expanded by itself.
    floor: usize,
    /// The file is not to be read either.
    isolated: bool,
    /// By name.
    macros: Vec<Option<Rc<Macro>>>,
    /// By name: how many contexts hold an expansion of it.
    disabled: Vec<u32>,
    /// Depth of arguments within arguments.
    nesting: usize,
    /// Tokens made by expansion so far.
    expanded: usize,
    counter: u32,
    /// White space before an expansion to nothing: it belongs to the next token.
    pending_space: bool,
    /// `#line`: added to line numbers, per file and only for `__LINE__`.
    line_shift: i64,
    presumed_file: Option<Name>,
    once: Vec<String>,
    /// What `#pragma push_macro("name")` keeps.
    kept: BTreeMap<Name, Vec<Option<Rc<Macro>>>>,
    pack: u32,
    pack_stack: Vec<u32>,
    packs: Vec<(usize, u32)>,
    output: Vec<Token>,
    /// A header is missing: only directives are read on, to find the other missing ones.
    missing: bool,
    /// Nothing more makes sense: stop.
    fatal: bool,
}

/// Preprocesses the file `path`.
pub fn preprocess<'a>(
    files: &'a Files,
    path: &str,
    options: &Options,
    names: &mut Names,
    sources: &mut Sources<'a>,
    report: &mut Report,
) -> Preprocessed {
    let mut preprocessor = Preprocessor {
        files,
        options,
        names,
        sources,
        report,
        inputs: Vec::new(),
        contexts: Vec::new(),
        floor: 0,
        isolated: false,
        macros: Vec::new(),
        disabled: Vec::new(),
        nesting: 0,
        expanded: 0,
        counter: 0,
        pending_space: false,
        line_shift: 0,
        presumed_file: None,
        once: Vec::new(),
        kept: BTreeMap::new(),
        pack: 0,
        pack_stack: Vec::new(),
        packs: Vec::new(),
        output: Vec::new(),
        missing: false,
        fatal: false,
    };
    preprocessor.run(path);
    Preprocessed {
        tokens: preprocessor.output,
        packs: preprocessor.packs,
    }
}

impl Preprocessor<'_, '_> {
    fn run(&mut self, path: &str) {
        let Some((key, bytes)) = self.files.get_key_value(path) else {
            self.report.add(errors::no_such_file(path));
            self.fatal = true;
            self.finish();
            return;
        };
        let file = self.sources.add(key, bytes).expect("the table is empty");
        self.define_predefined();
        self.inputs.push(Input {
            lexer: Lexer::new(bytes, file),
            path: path.into(),
            conditions: Vec::new(),
        });
        while !self.fatal {
            let token = self.next_expanded();
            match token.kind {
                Kind::Eof if !self.leave_file() => break,
                Kind::Eof => {}
                Kind::Identifier if token.text == super::names::PRAGMA_OPERATOR => {
                    self.skip_pragma_operator();
                }
                _ => self.output.push(token),
            }
            if self.output.len() > TOKENS_MAX {
                self.report
                    .add(errors::too_many_tokens(self.sources.span(token.at)));
                self.fatal = true;
            }
        }
        self.finish();
    }

    fn finish(&mut self) {
        let at = self.output.last().map_or(
            Location {
                line: 1,
                column: 1,
                ..Location::default()
            },
            |t| t.at,
        );
        if self.fatal || self.missing {
            self.report.stop();
        }
        self.output.push(Token {
            kind: Kind::Eof,
            flags: LINE_START,
            text: Name(0),
            at,
        });
    }

    /// At the end of a file: goes on with the file that included it. `false`: that was the last.
    fn leave_file(&mut self) -> bool {
        if let Some(input) = self.inputs.pop() {
            for condition in input.conditions {
                self.report
                    .add(errors::unterminated_if(self.sources.span(condition.at)));
            }
        }
        self.line_shift = 0;
        self.presumed_file = None;
        !self.inputs.is_empty()
    }

    /// `_Pragma ( "…" )` does nothing.
    fn skip_pragma_operator(&mut self) {
        for _ in 0..3 {
            self.next_expanded();
        }
    }

    /// The next token after macro expansion.
    fn next_expanded(&mut self) -> Token {
        loop {
            let mut token = self.next_raw();
            if core::mem::take(&mut self.pending_space) {
                token.flags |= SPACE;
            }
            if token.kind != Kind::Identifier || token.flags & PAINTED != 0 {
                return token;
            }
            let Some(Some(found)) = self.macros.get(token.text.0 as usize) else {
                return token;
            };
            if self
                .disabled
                .get(token.text.0 as usize)
                .is_some_and(|&n| n > 0)
            {
                token.flags |= PAINTED;
                return token;
            }
            let found = found.clone();
            if !self.expand(token, &found) {
                return token;
            }
        }
    }

    /// The next token before macro expansion: from the contexts, then from the file.
    fn next_raw(&mut self) -> Token {
        while self.contexts.len() > self.floor {
            let context = self.contexts.last_mut().expect("it was just counted");
            if let Some(&token) = context.tokens.get(context.next) {
                context.next += 1;
                return token;
            }
            self.pop_context();
        }
        if self.isolated || self.fatal {
            return Token {
                kind: Kind::Eof,
                flags: 0,
                text: Name(0),
                at: Location::default(),
            };
        }
        self.next_from_file()
    }

    fn pop_context(&mut self) {
        if let Some(Context {
            expansion_of: Some(name),
            ..
        }) = self.contexts.pop()
        {
            self.disabled[name.0 as usize] -= 1;
        }
    }

    fn push_context(&mut self, tokens: Vec<Token>, expansion_of: Option<Name>, at: Location) {
        self.expanded += tokens.len() + 1;
        if self.expanded > EXPANSION_MAX {
            if !self.fatal {
                self.report
                    .add(errors::expansion_too_large(self.sources.span(at)));
            }
            self.fatal = true;
            return;
        }
        if let Some(name) = expansion_of {
            if self.disabled.len() <= name.0 as usize {
                self.disabled.resize(name.0 as usize + 1, 0);
            }
            self.disabled[name.0 as usize] += 1;
        }
        self.contexts.push(Context {
            tokens,
            next: 0,
            expansion_of,
        });
    }

    /// The next token of the file; directives are obeyed on the way.
    fn next_from_file(&mut self) -> Token {
        loop {
            if self.fatal {
                return Token {
                    kind: Kind::Eof,
                    flags: 0,
                    text: Name(0),
                    at: Location::default(),
                };
            }
            let Some(token) = self.lex() else {
                return Token {
                    kind: Kind::Eof,
                    flags: 0,
                    text: Name(0),
                    at: Location::default(),
                };
            };
            if token.kind == Kind::Hash && token.flags & LINE_START != 0 {
                self.directive(token);
                continue;
            }
            return token;
        }
    }

    /// One token of the innermost file, with the lexer's complaints.
    fn lex(&mut self) -> Option<Token> {
        let input = self.inputs.last_mut()?;
        let mut token = input.lexer.next(self.names);
        if !input.lexer.problems.is_empty() {
            for (problem, at) in core::mem::take(&mut input.lexer.problems) {
                let span = self.sources.span(at);
                self.report.mute(at.file, at.line);
                if matches!(problem, Problem::Comment) {
                    self.report.lose_rest();
                }
                self.report.add(match problem {
                    Problem::Comment => errors::unterminated_comment(span),
                    Problem::String => errors::unterminated_string(span),
                    Problem::Character => errors::unterminated_character(span),
                });
            }
            if token.kind == Kind::Other {
                // The parser gets what was meant.
                let string = self.names.bytes(token.text).starts_with(b"\"");
                token.kind = if string { Kind::String } else { Kind::Number };
                token.text = self.names.intern(if string { b"\"\"" } else { b"0" });
            }
        }
        Some(token)
    }

    /// Expands tokens by themselves: a macro argument, an `#if` line.
    fn expand_list(&mut self, tokens: Vec<Token>) -> Vec<Token> {
        let Some(first) = tokens.first() else {
            return tokens;
        };
        let at = first.at;
        if self.nesting >= NESTING_MAX {
            if !self.fatal {
                self.report.add(errors::nested_too_deeply(
                    self.sources.span(at),
                    "macro arguments",
                ));
            }
            self.fatal = true;
            return tokens;
        }
        let saved = (self.floor, self.isolated);
        self.floor = self.contexts.len();
        self.isolated = true;
        self.nesting += 1;
        self.push_context(tokens, None, at);
        let mut expanded = Vec::new();
        loop {
            let token = self.next_expanded();
            if token.kind == Kind::Eof {
                break;
            }
            expanded.push(token);
        }
        self.nesting -= 1;
        (self.floor, self.isolated) = saved;
        expanded
    }

    /// How a token is written.
    fn spelling(&self, token: &Token) -> &[u8] {
        match token.kind {
            Kind::Identifier | Kind::Number | Kind::Character | Kind::String | Kind::Other => {
                self.names.bytes(token.text)
            }
            kind => match self.names.bytes(token.text) {
                digraph @ [b'<' | b':' | b'%', ..] => digraph,
                _ => kind.spelling().as_bytes(),
            },
        }
    }

    fn find_macro(&self, name: Name) -> Option<&Rc<Macro>> {
        self.macros.get(name.0 as usize)?.as_ref()
    }
}

/// White space before a token, wherever it came from.
fn spaced(token: &Token) -> bool {
    token.flags & (SPACE | LINE_START) != 0
}
