//! Misspelt keywords: `retrun x;`, `whlie (x > 0) {`, `stuct point {`. One message, and the word is read as
//! the keyword from there on, so that nothing follows from it.
//!
//! A word counts as a misspelt keyword only if nothing is known by its name, it is close to the keyword, and
//! what comes behind it fits no statement that begins with a name: `fro (i = 0; …)`, but not `fro (1);`,
//! which may call a function of another file.

use super::checker::Checker;
use super::errors;
use super::names::{self, Name};
use super::spelling;
use super::token::Kind;

/// Keywords that begin a statement, by what comes behind them: `(`, a block, a value, a name.
const BEFORE_PARENTHESES: &[(&str, Name)] = &[
    ("for", names::FOR),
    ("if", names::IF),
    ("switch", names::SWITCH),
    ("while", names::WHILE),
];
const BEFORE_BLOCK: &[(&str, Name)] = &[("do", names::DO), ("else", names::ELSE)];
const BEFORE_LABEL: &[(&str, Name)] = &[("case", names::CASE)];
const BEFORE_VALUE: &[(&str, Name)] = &[("return", names::RETURN)];
const BEFORE_NAME: &[(&str, Name)] = &[
    ("else", names::ELSE),
    ("goto", names::GOTO),
    ("return", names::RETURN),
];
/// Keywords that begin a type or a declaration.
const TYPES: [(&str, Name); 15] = [
    ("char", names::CHAR),
    ("const", names::CONST),
    ("double", names::DOUBLE),
    ("enum", names::ENUM),
    ("extern", names::EXTERN),
    ("float", names::FLOAT),
    ("int", names::INT),
    ("long", names::LONG),
    ("short", names::SHORT),
    ("static", names::STATIC),
    ("struct", names::STRUCT),
    ("typedef", names::TYPEDEF),
    ("union", names::UNION),
    ("unsigned", names::UNSIGNED),
    ("void", names::VOID),
];

impl Checker<'_> {
    /// If the statement here begins with a misspelt keyword: says so, and makes it the keyword.
    pub fn mend_statement(&mut self) {
        let token = self.peek();
        if !token.is_identifier() || self.scopes.find(token.text).is_some() {
            return;
        }
        let third = self.tokens.get(self.position + 2);
        let is_label = third.is_some_and(|third| third.kind == Kind::Colon);
        let keywords = match self.second().kind {
            Kind::LeftParen if self.cannot_be_call() => BEFORE_PARENTHESES,
            Kind::LeftBrace => BEFORE_BLOCK,
            Kind::Identifier | Kind::Number | Kind::Character if is_label => BEFORE_LABEL,
            Kind::Number | Kind::String | Kind::Character => BEFORE_VALUE,
            Kind::Identifier => BEFORE_NAME,
            _ => return,
        };
        let text = self.names.text(token.text);
        let Some((word, keyword)) = close_to(&text, keywords) else {
            return;
        };
        self.say(token.at, |span| errors::misspelt(span, &text, word));
        self.tokens[self.position].text = keyword;
    }

    /// If this unknown type name is a misspelt keyword: makes it the keyword. `close`: what it was said to
    /// be close to.
    pub fn mend_type(&mut self, close: &str) -> bool {
        let Some((_, keyword)) = TYPES.iter().find(|(word, _)| *word == close) else {
            return false;
        };
        self.tokens[self.position].text = *keyword;
        true
    }

    /// `name (…)` here is followed by what cannot follow a call, or has a `;` inside.
    fn cannot_be_call(&self) -> bool {
        let mut depth = 0;
        let mut behind = self.tokens[self.position + 1..].iter();
        for token in behind.by_ref() {
            match token.kind {
                Kind::LeftParen => depth += 1,
                Kind::RightParen if depth == 1 => break,
                Kind::RightParen => depth -= 1,
                Kind::Semicolon => return true,
                Kind::LeftBrace | Kind::RightBrace | Kind::Eof => return false,
                _ => {}
            }
        }
        let next = behind.next().map_or(Kind::Eof, |token| token.kind);
        matches!(next, Kind::Identifier | Kind::LeftBrace)
    }
}

fn close_to(text: &str, keywords: &[(&'static str, Name)]) -> Option<(&'static str, Name)> {
    let words = keywords.iter().map(|(word, _)| *word);
    let close = spelling::closest(text, words)?;
    keywords.iter().copied().find(|(word, _)| *word == close)
}
