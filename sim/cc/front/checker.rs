//! The parser's state: tokens, types, scopes, the unit being built; and recovery from errors.
//!
//! A *syntax* error returns [`Abort`] up to a statement or declaration, which skips to a place
//! where it can go on. A *type* error is reported and gives a poisoned value that goes with
//! everything, so that one mistake gives one message.

use super::Front;
use super::errors;
use super::function::FunctionState;
use super::names::{Name, Names};
use super::preprocess::Preprocessed;
use super::report::{Report, after};
use super::scope::{EntityId, Meaning, Scopes};
use super::source::Sources;
use super::token::{Kind, LINE_START, Location, Token};
use super::types::{Q, TypeId, Types};
use crate::tree::{Expr, Place, Symbol, SymbolId, SymbolKind, Unit};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use sim_abi::{Diagnostic, Span};

/// A syntax error was reported; somebody above skips to a safe place.
#[derive(Debug)]
pub struct Abort;

/// The result of a parsing function.
pub type Parse<T> = Result<T, Abort>;

/// How deep expressions, statements, declarators and initialisers may nest.
const NESTING_MAX: u32 = 200;

/// The parser and checker of one translation unit.
pub struct Checker<'a> {
    pub tokens: Vec<Token>,
    pub position: usize,
    packs: Vec<(usize, u32)>,
    pub names: Names,
    pub types: Types,
    pub scopes: Scopes,
    pub sources: Sources<'a>,
    pub report: Report,
    pub unit: Unit,
    /// By symbol: somebody mentions it.
    pub mentioned: Vec<bool>,
    /// The function being parsed.
    pub function: Option<FunctionState>,
    /// String literals made so far: bytes and alignment.
    pub strings: BTreeMap<(Vec<u8>, u32), SymbolId>,
    /// Symbols and positions of `inline` functions: left out if nobody mentions them.
    pub inline_symbols: Vec<SymbolId>,
    /// Compare-and-swap loops made so far, by what they do.
    pub atomic_helpers: BTreeMap<(u8, u8, u8), SymbolId>,
    /// Inside `sizeof` and `typeof`: nothing is evaluated.
    pub unevaluated: u32,
    /// Inside a parameter list: array sizes are only hints.
    pub in_parameters: u32,
    /// Here an array's length may be known to the running program only.
    pub variable_lengths: bool,
    /// What sets the sizes of such arrays, until somebody puts it where it is evaluated.
    pub sizes: Vec<Expr>,
    /// A length that is no constant was seen in a parameter list.
    pub varying_parameter: bool,
    /// What an attribute in the type name read last said of its alignment.
    pub type_name_align: u32,
    /// Inside the initialiser of a static object: constant objects have their values.
    pub static_initializer: bool,
    /// Inside the braces of an initialiser: aggregates may do without braces of their own.
    pub in_initializer_list: bool,
    nesting: u32,
    /// The depth of the deepest expression of this function or statement expression.
    pub deepest: u32,
}

impl<'a> Checker<'a> {
    /// A checker at the first token.
    pub fn new(input: Preprocessed, names: Names, sources: Sources<'a>, report: Report) -> Self {
        Checker {
            tokens: input.tokens,
            position: 0,
            packs: input.packs,
            names,
            types: Types::new(),
            scopes: Scopes::default(),
            sources,
            report,
            unit: Unit::default(),
            mentioned: Vec::new(),
            function: None,
            strings: BTreeMap::new(),
            inline_symbols: Vec::new(),
            atomic_helpers: BTreeMap::new(),
            unevaluated: 0,
            in_parameters: 0,
            variable_lengths: false,
            sizes: Vec::new(),
            varying_parameter: false,
            type_name_align: 0,
            static_initializer: false,
            in_initializer_list: false,
            nesting: 0,
            deepest: 0,
        }
    }

    /// The unit and the diagnostics.
    pub fn finish(mut self) -> Front {
        self.define_tentative();
        self.drop_unused_inline();
        self.unit.files = core::mem::take(&mut self.sources.paths);
        Front {
            unit: self.unit,
            diagnostics: self.report.finish(),
        }
    }

    // Tokens.

    /// The next token.
    pub fn peek(&self) -> Token {
        self.tokens[self.position]
    }

    /// The kind of the next token.
    pub fn kind(&self) -> Kind {
        self.tokens[self.position].kind
    }

    /// The kind of the token after the next.
    pub fn second(&self) -> Token {
        self.tokens[(self.position + 1).min(self.tokens.len() - 1)]
    }

    /// Takes the next token; the last one (end of file) stays.
    pub fn advance(&mut self) -> Token {
        let token = self.tokens[self.position];
        if self.position + 1 < self.tokens.len() {
            self.position += 1;
        }
        token
    }

    /// Takes the next token if it is of this kind.
    pub fn accept(&mut self, kind: Kind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.advance();
        }
        found
    }

    /// Is the next token this keyword?
    pub fn at_word(&self, name: Name) -> bool {
        self.tokens[self.position].is_word(name)
    }

    /// Takes the next token if it is this keyword.
    pub fn accept_word(&mut self, name: Name) -> bool {
        let found = self.at_word(name);
        if found {
            self.advance();
        }
        found
    }

    /// Where the last token taken ends: something is missing there.
    pub fn after_previous(&self) -> (Location, Span) {
        let at = self.tokens[self.position.saturating_sub(1)].at;
        (at, after(self.sources.span(at)))
    }

    /// Takes a token of this kind, or reports what is there instead.
    pub fn expect(&mut self, kind: Kind) -> Parse<Token> {
        if self.kind() == kind {
            return Ok(self.advance());
        }
        self.unexpected(&alloc::format!("`{}`", kind.spelling()))
    }

    /// Reports that `what` was expected instead of the next token.
    pub fn unexpected<T>(&mut self, what: &str) -> Parse<T> {
        let token = self.peek();
        let found = self.describe(&token);
        // At a line's start, the mistake is at the end of the line before.
        let (at, span) = if token.flags & LINE_START != 0 && self.position > 0 {
            self.after_previous()
        } else {
            (token.at, self.sources.span(token.at))
        };
        self.report
            .add_at(at.file, at.line, errors::expected(span, what, &found));
        Err(Abort)
    }

    /// Takes the `)` that belongs to the `(` at `open`.
    pub fn close_paren(&mut self, open: Location) -> Parse<()> {
        if self.accept(Kind::RightParen) {
            return Ok(());
        }
        let token = self.peek();
        let found = self.describe(&token);
        let open = self.sources.span(open);
        let (at, span) = self.after_previous();
        let span = if token.flags & LINE_START != 0 {
            span
        } else {
            self.sources.span(token.at)
        };
        self.report
            .add_at(at.file, at.line, errors::unclosed(span, open, ")", &found));
        Err(Abort)
    }

    /// Takes a `;`. A missing one before a new line or `}` is reported and treated as present.
    pub fn semicolon(&mut self) -> Parse<()> {
        if self.accept(Kind::Semicolon) {
            return Ok(());
        }
        let token = self.peek();
        let found = self.describe(&token);
        let (at, span) = self.after_previous();
        self.report
            .add_at(at.file, at.line, errors::missing_semicolon(span, &found));
        let obvious = token.flags & LINE_START != 0 || token.kind == Kind::RightBrace;
        if obvious { Ok(()) } else { Err(Abort) }
    }

    /// How a token is called in a message.
    pub fn describe(&self, token: &Token) -> String {
        match token.kind {
            Kind::Eof => "end of file".into(),
            Kind::Identifier | Kind::Number | Kind::Character | Kind::Other => {
                alloc::format!("`{}`", self.names.text(token.text))
            }
            Kind::String => "a string literal".into(),
            kind => alloc::format!("`{}`", kind.spelling()),
        }
    }

    // Messages.

    /// Reports a diagnostic at a place.
    pub fn say(&mut self, at: Location, make: impl FnOnce(Span) -> Diagnostic) {
        if self.report.stopped() {
            return;
        }
        let diagnostic = make(self.sources.span(at));
        self.report.add_at(at.file, at.line, diagnostic);
    }

    /// The span of a location.
    pub fn span(&self, at: Location) -> Span {
        // Nobody will read it, and on a long line it takes its time.
        if self.report.stopped() {
            return Span::default();
        }
        self.sources.span(at)
    }

    /// A type's name for messages.
    pub fn type_name(&self, q: Q) -> String {
        self.types.name(&self.names, q)
    }

    /// A type's name, without qualifiers.
    pub fn plain_name(&self, id: TypeId) -> String {
        self.types.name(&self.names, id.plain())
    }

    // Limits.

    /// Runs `parse` one level deeper, or reports that it is too deep.
    pub fn nested<T>(&mut self, what: &str, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.nesting >= NESTING_MAX {
            return Err(self.too_deep(what));
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }

    /// Reports that something is nested too deeply; parsing ends.
    pub fn too_deep(&mut self, what: &str) -> Abort {
        let at = self.peek().at;
        self.say(at, |span| errors::nested_too_deeply(span, what));
        self.give_up();
        Abort
    }

    /// Goes to the end of the file.
    pub fn give_up(&mut self) {
        self.report.stop();
        self.position = self.tokens.len() - 1;
    }

    // Recovery.

    /// Skips a balanced group that starts at the next token, if one does; else one token.
    pub fn skip_one(&mut self) {
        let mut depth = 0u32;
        loop {
            match self.kind() {
                Kind::LeftBrace | Kind::LeftParen | Kind::LeftBracket => depth += 1,
                Kind::RightBrace | Kind::RightParen | Kind::RightBracket => {
                    depth = depth.saturating_sub(1);
                }
                Kind::Eof => return,
                _ => {}
            }
            self.advance();
            if depth == 0 {
                return;
            }
        }
    }

    /// The limit for the alignment of members at this token (`#pragma pack`); 0: none.
    pub fn pack_limit(&self) -> u32 {
        let after = self
            .packs
            .partition_point(|&(token, _)| token <= self.position);
        self.packs[..after].last().map_or(0, |&(_, limit)| limit)
    }

    // Symbols.

    /// A new symbol.
    pub fn new_symbol(
        &mut self,
        name: String,
        external: bool,
        kind: SymbolKind,
        place: Place,
    ) -> SymbolId {
        self.unit.symbols.push(Symbol {
            name,
            external,
            kind,
            place,
        });
        self.mentioned.push(false);
        SymbolId(self.unit.symbols.len() as u32 - 1)
    }

    /// The symbol of an entity with static storage; made at its first use.
    pub fn symbol_of(&mut self, id: EntityId) -> SymbolId {
        let entity = &self.scopes.entities[id as usize];
        if let Some(symbol) = entity.symbol {
            return symbol;
        }
        let function = self.types.is_function(entity.ty.id);
        let kind = match (function, entity.thread_local) {
            (true, _) => SymbolKind::Function,
            (false, true) => SymbolKind::ThreadLocal,
            (false, false) => SymbolKind::Object,
        };
        debug_assert_eq!(entity.meaning, Meaning::Static, "only statics have symbols");
        let (name, external, at) = (entity.name, entity.external, entity.at);
        let symbol = self.new_symbol(self.names.text(name), external, kind, place(at));
        self.scopes.entities[id as usize].symbol = Some(symbol);
        symbol
    }
}

/// The place of a location.
pub fn place(at: Location) -> Place {
    if at.file == super::source::NO_FILE {
        return Place::default();
    }
    Place {
        file: at.file,
        line: at.line,
        column: at.column,
    }
}
