//! The lexer: bytes → preprocessing tokens (C17 §5.1.1.2 phases 1–3, §6.4).
//!
//! Line splices are cut out before, and their places remembered, so that the scanning loops see
//! plain text that ends in a zero byte. Trigraphs are not replaced (as in gcc's default mode).
//! What is wrong is noted in `problems`; the preprocessor drops notes from skipped groups.

use super::names::{Name, Names};
use super::token::{Kind, LINE_START, Location, SPACE, Token};
use alloc::vec::Vec;

/// What lacks its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// `/*` without `*/`.
    Comment,
    /// `"` without its partner on the same line.
    String,
    /// `'` without its partner on the same line.
    Character,
}

/// A lexer over one file.
pub struct Lexer {
    /// The file without splices, ended by a zero byte.
    text: Vec<u8>,
    /// Ascending: at this offset of `text`, so many bytes (one splice) were cut out.
    splices: Vec<(u32, u8)>,
    splice_next: usize,
    position: usize,
    /// Bytes cut out before `position`: offset in the file minus offset in `text`.
    cut: usize,
    line: u32,
    /// Offset in the file of the first byte of `line`.
    line_start: usize,
    /// The next token is the first of its line.
    fresh_line: bool,
    file: u16,
    /// Inside a directive: a newline is a token.
    pub directive: bool,
    /// Mistakes seen since the preprocessor looked last.
    pub problems: Vec<(Problem, Location)>,
}

/// Bits of [`CLASS`]: may start an identifier.
const LETTER: u8 = 1;
/// A decimal digit.
const DIGIT: u8 = 2;
/// White space but newline.
const BLANK: u8 = 4;

const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80..=0xff => LETTER,
            b'0'..=b'9' => DIGIT,
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => BLANK,
            _ => 0,
        };
        byte += 1;
    }
    class
};

fn is(byte: u8, class: u8) -> bool {
    CLASS[byte as usize] & class != 0
}

/// Cuts `\` newline out of `source`; ends the text with a zero byte.
fn cut_splices(source: &[u8]) -> (Vec<u8>, Vec<(u32, u8)>) {
    let mut text = Vec::with_capacity(source.len() + 2);
    let mut splices = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(next) = source[at..].iter().position(|&b| b == b'\\') {
        at += next;
        let length = match (source.get(at + 1), source.get(at + 2)) {
            (Some(b'\n'), _) => 2,
            (Some(b'\r'), Some(b'\n')) => 3,
            _ => {
                at += 1;
                continue;
            }
        };
        text.extend_from_slice(&source[from..at]);
        splices.push((text.len() as u32, length));
        at += usize::from(length);
        from = at;
    }
    text.extend_from_slice(&source[from..]);
    text.push(0);
    text.push(0);
    (text, splices)
}

impl Lexer {
    /// A lexer over the bytes of file number `file`.
    pub fn new(source: &[u8], file: u16) -> Lexer {
        let source = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source);
        let (text, splices) = cut_splices(source);
        Lexer {
            text,
            splices,
            splice_next: 0,
            position: 0,
            cut: 0,
            line: 1,
            line_start: 0,
            fresh_line: true,
            file,
            directive: false,
            problems: Vec::new(),
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.position + ahead).copied().unwrap_or(0)
    }

    /// Lines that were spliced before `position` count as lines of the file.
    fn pass_splices(&mut self) {
        while let Some(&(offset, length)) = self.splices.get(self.splice_next) {
            if offset as usize > self.position {
                break;
            }
            self.cut += usize::from(length);
            self.line += 1;
            self.line_start = offset as usize + self.cut;
            self.splice_next += 1;
        }
    }

    fn newline(&mut self) {
        self.pass_splices();
        self.position += 1;
        self.line += 1;
        self.line_start = self.position + self.cut;
        self.fresh_line = true;
    }

    fn location(&self) -> Location {
        let start = self.position + self.cut;
        Location {
            file: self.file,
            length: 1,
            line: self.line,
            start: start as u32,
            column: (start - self.line_start.min(start)) as u32 + 1,
        }
    }

    fn at_end(&self) -> bool {
        self.position + 2 >= self.text.len()
    }

    /// Skips white space and comments; says whether there was any. Stops at a directive's newline.
    fn skip_blank(&mut self) -> bool {
        let mut skipped = false;
        loop {
            let byte = self.peek(0);
            if is(byte, BLANK) {
                self.position += 1;
            } else if byte == b'\n' {
                if self.directive {
                    return skipped;
                }
                self.newline();
            } else if byte == b'/' && self.peek(1) == b'/' {
                let rest = &self.text[self.position..];
                self.position += rest
                    .iter()
                    .position(|&b| b == b'\n')
                    .unwrap_or(rest.len() - 2);
            } else if byte == b'/' && self.peek(1) == b'*' {
                self.skip_comment();
            } else if byte == 0 && !self.at_end() {
                self.position += 1;
            } else {
                return skipped;
            }
            skipped = true;
        }
    }

    fn skip_comment(&mut self) {
        self.pass_splices();
        let start = self.location();
        self.position += 2;
        loop {
            match self.peek(0) {
                b'*' if self.peek(1) == b'/' => {
                    self.position += 2;
                    return;
                }
                b'\n' => {
                    // A comment does not start a line: `#` after it is a directive only if the
                    // comment itself began the line.
                    let fresh = self.fresh_line;
                    self.newline();
                    self.fresh_line = fresh;
                }
                0 if self.at_end() => {
                    self.problems.push((Problem::Comment, start));
                    return;
                }
                _ => self.position += 1,
            }
        }
    }

    /// The next token.
    pub fn next(&mut self, names: &mut Names) -> Token {
        let space = self.skip_blank();
        self.pass_splices();
        let mut at = self.location();
        let mut flags = if space { SPACE } else { 0 };
        if self.fresh_line {
            flags |= LINE_START;
            self.fresh_line = false;
        }
        let start = self.position;
        let kind = self.scan();
        at.length = (self.position - start).min(usize::from(u16::MAX)) as u16;
        let text = match kind {
            Kind::Identifier if self.text[start..self.position].contains(&b'\\') => {
                names.intern(&without_universal_names(&self.text[start..self.position]))
            }
            Kind::Identifier | Kind::Number | Kind::Character | Kind::String | Kind::Other => {
                names.intern(&self.text[start..self.position])
            }
            _ if is_digraph(kind, self.text[start]) => {
                names.intern(&self.text[start..self.position])
            }
            _ => Name(0),
        };
        Token {
            kind,
            flags,
            text,
            at,
        }
    }

    fn scan(&mut self) -> Kind {
        let byte = self.peek(0);
        if is(byte, LETTER) || byte == b'\\' && self.universal_name() > 0 {
            self.scan_word();
            return match self.peek(0) {
                quote @ (b'"' | b'\'') if self.prefix() => self.scan_quoted(quote),
                _ => Kind::Identifier,
            };
        }
        if is(byte, DIGIT) || byte == b'.' && is(self.peek(1), DIGIT) {
            self.scan_number();
            return Kind::Number;
        }
        match byte {
            b'"' | b'\'' => self.scan_quoted(byte),
            b'\n' => {
                self.directive = false;
                self.newline();
                Kind::Newline
            }
            0 if self.at_end() => {
                if self.directive {
                    self.directive = false;
                    return Kind::Newline;
                }
                Kind::Eof
            }
            _ => self.scan_punctuator(byte),
        }
    }

    fn scan_word(&mut self) {
        loop {
            while is(self.text[self.position], LETTER | DIGIT) {
                self.position += 1;
            }
            match self.universal_name() {
                0 => return,
                length => self.position += length,
            }
        }
    }

    /// The bytes of the `\u20ac` or `\U000020ac` that is next; 0: there is none.
    fn universal_name(&self) -> usize {
        let digits = match (self.peek(0), self.peek(1)) {
            (b'\\', b'u') => 4,
            (b'\\', b'U') => 8,
            _ => return 0,
        };
        match (2..2 + digits).all(|i| self.peek(i).is_ascii_hexdigit()) {
            true => 2 + digits,
            false => 0,
        }
    }

    /// Does the word just scanned introduce a literal: `L u U u8`?
    fn prefix(&self) -> bool {
        let word_is = |word: &[u8]| {
            let before = self
                .position
                .checked_sub(word.len() + 1)
                .map(|i| self.text[i]);
            self.text[..self.position].ends_with(word)
                && before.is_none_or(|b| !is(b, LETTER | DIGIT))
        };
        word_is(b"L") || word_is(b"u") || word_is(b"U") || word_is(b"u8") && self.peek(0) == b'"'
    }

    /// A preprocessing number: digits, letters, dots, and signs after an exponent letter.
    fn scan_number(&mut self) {
        loop {
            let byte = self.text[self.position];
            let sign = matches!(self.peek(1), b'+' | b'-');
            if matches!(byte, b'e' | b'E' | b'p' | b'P') && sign {
                self.position += 2;
            } else if is(byte, LETTER | DIGIT) || byte == b'.' {
                self.position += 1;
            } else {
                return;
            }
        }
    }

    fn scan_quoted(&mut self, quote: u8) -> Kind {
        let start = self.location();
        self.position += 1;
        loop {
            match self.peek(0) {
                b'\\' if self.peek(1) != b'\n' && self.position + 3 < self.text.len() => {
                    self.position += 2;
                }
                byte if byte == quote => {
                    self.position += 1;
                    return if quote == b'"' {
                        Kind::String
                    } else {
                        Kind::Character
                    };
                }
                byte if byte == b'\n' || byte == 0 && self.at_end() => break,
                _ => self.position += 1,
            }
        }
        let problem = if quote == b'"' {
            Problem::String
        } else {
            Problem::Character
        };
        self.problems.push((problem, start));
        Kind::Other
    }

    fn scan_punctuator(&mut self, byte: u8) -> Kind {
        let (kind, length) = punctuator(byte, self.peek(1), self.peek(2), self.peek(3));
        self.position += length;
        kind
    }
}

/// A word whose universal character names are written as the characters they name.
fn without_universal_names(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let digits = if rest.first() == Some(&b'u') { 4 } else { 8 };
        let (name, behind) = rest.split_at(1 + digits);
        rest = behind;
        let code = name[1..].iter().fold(0u32, |code, &digit| {
            code << 4 | char::from(digit).to_digit(16).unwrap_or(0)
        });
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out
}

/// Is it one of `<: :> <% %> %: %:%:`? Only `#` shows how it was written.
fn is_digraph(kind: Kind, first: u8) -> bool {
    let bracket = matches!(
        kind,
        Kind::LeftBracket
            | Kind::RightBracket
            | Kind::LeftBrace
            | Kind::RightBrace
            | Kind::Hash
            | Kind::HashHash
    );
    bracket && matches!(first, b'<' | b':' | b'%')
}

/// The longest punctuator that begins with these bytes, and its length.
fn punctuator(a: u8, b: u8, c: u8, d: u8) -> (Kind, usize) {
    match (a, b, c) {
        (b'<', b'<', b'=') => (Kind::ShiftLeftEqual, 3),
        (b'>', b'>', b'=') => (Kind::ShiftRightEqual, 3),
        (b'.', b'.', b'.') => (Kind::Ellipsis, 3),
        (b'%', b':', b'%') if d == b':' => (Kind::HashHash, 4),
        (b'-', b'>', _) => (Kind::Arrow, 2),
        (b'+', b'+', _) => (Kind::PlusPlus, 2),
        (b'-', b'-', _) => (Kind::MinusMinus, 2),
        (b'<', b'<', _) => (Kind::ShiftLeft, 2),
        (b'>', b'>', _) => (Kind::ShiftRight, 2),
        (b'<', b'=', _) => (Kind::LessEqual, 2),
        (b'>', b'=', _) => (Kind::GreaterEqual, 2),
        (b'=', b'=', _) => (Kind::EqualEqual, 2),
        (b'!', b'=', _) => (Kind::BangEqual, 2),
        (b'&', b'&', _) => (Kind::AndAnd, 2),
        (b'|', b'|', _) => (Kind::OrOr, 2),
        (b'*', b'=', _) => (Kind::StarEqual, 2),
        (b'/', b'=', _) => (Kind::SlashEqual, 2),
        (b'%', b'=', _) => (Kind::PercentEqual, 2),
        (b'+', b'=', _) => (Kind::PlusEqual, 2),
        (b'-', b'=', _) => (Kind::MinusEqual, 2),
        (b'&', b'=', _) => (Kind::AmpersandEqual, 2),
        (b'^', b'=', _) => (Kind::CaretEqual, 2),
        (b'|', b'=', _) => (Kind::BarEqual, 2),
        (b'#', b'#', _) => (Kind::HashHash, 2),
        (b'<', b':', _) => (Kind::LeftBracket, 2),
        (b':', b'>', _) => (Kind::RightBracket, 2),
        (b'<', b'%', _) => (Kind::LeftBrace, 2),
        (b'%', b'>', _) => (Kind::RightBrace, 2),
        (b'%', b':', _) => (Kind::Hash, 2),
        (b'[', ..) => (Kind::LeftBracket, 1),
        (b']', ..) => (Kind::RightBracket, 1),
        (b'(', ..) => (Kind::LeftParen, 1),
        (b')', ..) => (Kind::RightParen, 1),
        (b'{', ..) => (Kind::LeftBrace, 1),
        (b'}', ..) => (Kind::RightBrace, 1),
        (b'.', ..) => (Kind::Dot, 1),
        (b'&', ..) => (Kind::Ampersand, 1),
        (b'*', ..) => (Kind::Star, 1),
        (b'+', ..) => (Kind::Plus, 1),
        (b'-', ..) => (Kind::Minus, 1),
        (b'~', ..) => (Kind::Tilde, 1),
        (b'!', ..) => (Kind::Bang, 1),
        (b'/', ..) => (Kind::Slash, 1),
        (b'%', ..) => (Kind::Percent, 1),
        (b'<', ..) => (Kind::Less, 1),
        (b'>', ..) => (Kind::Greater, 1),
        (b'^', ..) => (Kind::Caret, 1),
        (b'|', ..) => (Kind::Bar, 1),
        (b'?', ..) => (Kind::Question, 1),
        (b':', ..) => (Kind::Colon, 1),
        (b';', ..) => (Kind::Semicolon, 1),
        (b'=', ..) => (Kind::Equal, 1),
        (b',', ..) => (Kind::Comma, 1),
        (b'#', ..) => (Kind::Hash, 1),
        _ => (Kind::Other, 1),
    }
}
