//! Tokens: the smallest parts of C, with their place in the source.

use super::names::{LAST_KEYWORD, Name};

/// What a token is. Keywords are identifiers with a small [`Name`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // The names say it; `spelling` shows the punctuators.
pub enum Kind {
    Eof,
    /// The end of a directive's line.
    Newline,
    Identifier,
    Number,
    Character,
    String,
    /// A byte that is no token of C; harmless where the preprocessor skips it.
    Other,
    /// An empty macro argument beside `##`.
    Placemarker,
    LeftBracket,
    RightBracket,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    Dot,
    Arrow,
    PlusPlus,
    MinusMinus,
    Ampersand,
    Star,
    Plus,
    Minus,
    Tilde,
    Bang,
    Slash,
    Percent,
    ShiftLeft,
    ShiftRight,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    EqualEqual,
    BangEqual,
    Caret,
    Bar,
    AndAnd,
    OrOr,
    Question,
    Colon,
    Semicolon,
    Ellipsis,
    Equal,
    StarEqual,
    SlashEqual,
    PercentEqual,
    PlusEqual,
    MinusEqual,
    ShiftLeftEqual,
    ShiftRightEqual,
    AmpersandEqual,
    CaretEqual,
    BarEqual,
    Comma,
    Hash,
    HashHash,
}

impl Kind {
    /// How a punctuator is written; a word for the other kinds.
    pub fn spelling(self) -> &'static str {
        match self {
            Kind::Eof => "end of file",
            Kind::Newline => "end of line",
            Kind::Identifier => "identifier",
            Kind::Number => "number",
            Kind::Character => "character constant",
            Kind::String => "string literal",
            Kind::Other => "character",
            Kind::Placemarker => "",
            Kind::LeftBracket => "[",
            Kind::RightBracket => "]",
            Kind::LeftParen => "(",
            Kind::RightParen => ")",
            Kind::LeftBrace => "{",
            Kind::RightBrace => "}",
            Kind::Dot => ".",
            Kind::Arrow => "->",
            Kind::PlusPlus => "++",
            Kind::MinusMinus => "--",
            Kind::Ampersand => "&",
            Kind::Star => "*",
            Kind::Plus => "+",
            Kind::Minus => "-",
            Kind::Tilde => "~",
            Kind::Bang => "!",
            Kind::Slash => "/",
            Kind::Percent => "%",
            Kind::ShiftLeft => "<<",
            Kind::ShiftRight => ">>",
            Kind::Less => "<",
            Kind::Greater => ">",
            Kind::LessEqual => "<=",
            Kind::GreaterEqual => ">=",
            Kind::EqualEqual => "==",
            Kind::BangEqual => "!=",
            Kind::Caret => "^",
            Kind::Bar => "|",
            Kind::AndAnd => "&&",
            Kind::OrOr => "||",
            Kind::Question => "?",
            Kind::Colon => ":",
            Kind::Semicolon => ";",
            Kind::Ellipsis => "...",
            Kind::Equal => "=",
            Kind::StarEqual => "*=",
            Kind::SlashEqual => "/=",
            Kind::PercentEqual => "%=",
            Kind::PlusEqual => "+=",
            Kind::MinusEqual => "-=",
            Kind::ShiftLeftEqual => "<<=",
            Kind::ShiftRightEqual => ">>=",
            Kind::AmpersandEqual => "&=",
            Kind::CaretEqual => "^=",
            Kind::BarEqual => "|=",
            Kind::Comma => ",",
            Kind::Hash => "#",
            Kind::HashHash => "##",
        }
    }
}

/// First token of its line.
pub const LINE_START: u8 = 1;
/// White space stands before it.
pub const SPACE: u8 = 2;
/// A macro name that must not be expanded any more ("painted blue").
pub const PAINTED: u8 = 4;

/// Where a token stands; tokens of a macro expansion stand where the macro is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Location {
    /// Index into the file table.
    pub file: u16,
    /// Bytes.
    pub length: u16,
    /// Counted from 1.
    pub line: u32,
    /// First byte in the file.
    pub start: u32,
    /// In bytes, counted from 1.
    pub column: u32,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    /// [`LINE_START`], [`SPACE`], [`PAINTED`].
    pub flags: u8,
    /// The spelling of an identifier, number, character or string; [`Name`] 0 otherwise.
    pub text: Name,
    pub at: Location,
}

impl Token {
    /// Is it this word?
    pub fn is_word(&self, name: Name) -> bool {
        self.kind == Kind::Identifier && self.text == name
    }

    /// Is it a keyword?
    pub fn is_keyword(&self) -> bool {
        self.kind == Kind::Identifier && self.text <= LAST_KEYWORD
    }

    /// Is it a name that a program may define?
    pub fn is_identifier(&self) -> bool {
        self.kind == Kind::Identifier && self.text > LAST_KEYWORD
    }
}
