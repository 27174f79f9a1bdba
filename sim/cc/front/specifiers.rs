//! Declaration specifiers: storage classes, qualifiers and the type, in any order (C17 §6.7.1 to §6.7.3).

use super::attributes::Mode;
use super::build::has_effects;
use super::checker::{Checker, Parse};
use super::declarator::Declarator;
use super::errors;
use super::names::{self, Name};
use super::scope::Meaning;
use super::spelling;
use super::token::{Kind, LINE_START, Location, Token};
use super::types::{self, ATOMIC, CONST, Q, RESTRICT, Type, TypeId, VOLATILE};
use alloc::vec::Vec;

/// A storage class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // The names say it.
pub enum Class {
    Typedef,
    Extern,
    Static,
    Auto,
    Register,
}

/// What stands before the declarators.
#[derive(Clone, Debug)]
pub struct Specifiers {
    pub ty: Q,
    pub class: Option<Class>,
    pub thread_local: bool,
    pub inline: bool,
    /// `_Alignas` or an attribute; 0: none.
    pub align: u32,
    /// What a typedef's attribute said of the type.
    pub type_align: u32,
    pub mode: Option<Mode>,
    pub at: Location,
}

/// Counts of the words of a basic type.
#[derive(Default)]
struct Words {
    long: u8,
    short: u8,
    signed: bool,
    unsigned: bool,
    base: Option<Name>,
    any: bool,
}

impl Specifiers {
    /// The alignment that is asked for what a declarator after them declares; 0: none.
    pub fn alignment(&self, declarator: &Declarator) -> u32 {
        let own = self.align.max(declarator.attributes.align);
        // A pointer to an aligned type is a pointer as any other.
        match declarator.ty.id == self.ty.id {
            true => own.max(self.type_align),
            false => own,
        }
    }
}

impl Checker<'_> {
    /// Does a type start with this token?
    pub fn starts_type(&self, token: Token) -> bool {
        if token.kind != Kind::Identifier {
            return false;
        }
        match token.text {
            names::CHAR
            | names::CONST
            | names::DOUBLE
            | names::ENUM
            | names::FLOAT
            | names::INT
            | names::LONG
            | names::SHORT
            | names::SIGNED
            | names::STRUCT
            | names::UNION
            | names::UNSIGNED
            | names::VOID
            | names::VOLATILE
            | names::RESTRICT
            | names::ATOMIC
            | names::BOOL
            | names::COMPLEX
            | names::COMPLEX__
            | names::IMAGINARY
            | names::CONST__
            | names::CONST____
            | names::VOLATILE__
            | names::VOLATILE____
            | names::RESTRICT__
            | names::RESTRICT____
            | names::SIGNED__
            | names::SIGNED____
            | names::TYPEOF
            | names::TYPEOF__
            | names::TYPEOF____
            | names::INT128
            | names::ALIGNAS
            | names::VA_LIST
            | names::ATTRIBUTE__
            | names::ATTRIBUTE____
            | names::AUTO_TYPE => true,
            // Storage classes, for the parameters of declarators.
            names::REGISTER
            | names::STATIC
            | names::EXTERN
            | names::TYPEDEF
            | names::AUTO
            | names::INLINE
            | names::INLINE__
            | names::INLINE____
            | names::NORETURN
            | names::THREAD_LOCAL
            | names::THREAD => true,
            _ => self.is_typedef(token.text),
        }
    }

    fn is_typedef(&self, name: Name) -> bool {
        self.scopes
            .find(name)
            .is_some_and(|id| self.scopes.entities[id as usize].meaning == Meaning::Typedef)
    }

    /// Does a declaration start here?
    pub fn starts_declaration(&self) -> bool {
        let token = self.peek();
        if token.is_word(names::EXTENSION) {
            return self.starts_type(self.second());
        }
        // A label may have a typedef's name.
        let label = token.is_identifier() && self.second().kind == Kind::Colon;
        self.starts_type(token) && !label
            || token.is_word(names::STATIC_ASSERT)
            || self.unknown_type_here()
    }

    /// `foo x`, `foo *x;` with an unknown `foo`: surely meant as a type.
    fn unknown_type_here(&self) -> bool {
        let token = self.peek();
        if !token.is_identifier() || self.scopes.find(token.text).is_some() {
            return false;
        }
        let next = self.second();
        if next.is_identifier() && next.flags & LINE_START == 0 {
            return true;
        }
        let third = |i: usize| self.tokens.get(self.position + i).copied();
        next.kind == Kind::Star
            && third(2).is_some_and(|t| t.is_identifier())
            && third(3)
                .is_some_and(|t| matches!(t.kind, Kind::Semicolon | Kind::Equal | Kind::Comma))
    }

    /// Storage classes, qualifiers and the type, in any order.
    pub fn specifiers(&mut self) -> Parse<Specifiers> {
        let at = self.peek().at;
        let mut result = Specifiers {
            ty: types::INT.plain(),
            class: None,
            thread_local: false,
            inline: false,
            align: 0,
            type_align: 0,
            mode: None,
            at,
        };
        let mut words = Words::default();
        let mut quals = 0;
        let mut found: Option<Q> = None;
        loop {
            let token = self.peek();
            if token.kind != Kind::Identifier {
                break;
            }
            if found.is_some() && self.lacks_semicolon() {
                break;
            }
            if token.is_keyword() || token.text == names::VA_LIST {
                if !self.specifier_word(token, &mut result, &mut words, &mut quals, &mut found)? {
                    break;
                }
                continue;
            }
            // A typedef's name is a type only where none was seen: `typedef int t; { unsigned t; }`
            if found.is_some() || words.any {
                break;
            }
            if self.is_typedef(token.text) {
                let id = self.scopes.find(token.text).expect("a typedef is declared");
                let entity = &self.scopes.entities[id as usize];
                found = Some(entity.ty);
                result.type_align = entity.align;
                self.advance();
                continue;
            }
            if self.unknown_type_here()
                || self.in_parameters > 0 && self.scopes.find(token.text).is_none()
            {
                let close = self.unknown_type(token);
                if !close.is_some_and(|close| self.mend_type(&close)) {
                    self.advance();
                    found = Some(types::POISON.plain());
                }
                continue;
            }
            break;
        }
        // The word that is one too many, as in `struct s { … } int main(void)` without `;`.
        let last = self.tokens[self.position.saturating_sub(1)].at;
        let ty = match found {
            Some(ty) if !words.any => ty,
            Some(_) => {
                self.say(last, errors::two_types);
                types::INT.plain()
            }
            None if words.any => self.basic_type(&words, at, last).plain(),
            None if quals != 0 && matches!(self.kind(), Kind::Star | Kind::RightParen) => {
                self.say(at, errors::implicit_int_of_qualifiers);
                types::INT.plain()
            }
            None => return self.no_type(result, at),
        };
        if quals & ATOMIC != 0
            && matches!(self.types.get(ty.id), Type::Array(..) | Type::Function(_))
        {
            self.say(at, errors::bad_atomic);
        }
        let ty = self.with_mode(ty, result.mode);
        result.ty = self.types.qualified(ty, quals);
        Ok(result)
    }

    /// Behind the `}` of a type, a line begins with another type: the first one's `;` is missing.
    pub fn lacks_semicolon(&self) -> bool {
        let before = self.position.checked_sub(1).map(|i| self.tokens[i].kind);
        let token = self.peek();
        let storage = [names::STATIC, names::EXTERN, names::CONST, names::VOLATILE];
        before == Some(Kind::RightBrace)
            && token.flags & LINE_START != 0
            && self.starts_type(token)
            && !storage.contains(&token.text)
    }

    /// Nothing says which type: an old-style `int`, or no declaration at all.
    fn no_type(&mut self, result: Specifiers, at: Location) -> Parse<Specifiers> {
        let token = self.peek();
        let next = self.second().kind;
        let function = next == Kind::LeftParen;
        // A file that begins with a word is more likely no C at all, unless the word is `main(`.
        let implicit = result.class.is_some()
            || result.inline
            || token.is_identifier() && (self.position > 0 || function);
        let declarator = token.is_identifier() || token.kind == Kind::Star;
        if implicit && declarator && self.in_parameters == 0 {
            let plausible = matches!(
                next,
                Kind::LeftParen | Kind::Semicolon | Kind::Equal | Kind::Comma | Kind::LeftBracket
            );
            if plausible || result.class.is_some() {
                let text = self.names.text(token.text);
                self.say(at, |span| errors::implicit_int(span, &text, function));
                return Ok(result);
            }
        }
        self.unexpected("a type")
    }

    /// Says that this is no type; returns what it may have been meant to be.
    fn unknown_type(&mut self, token: Token) -> Option<alloc::string::String> {
        let text = self.names.text(token.text);
        let typedefs: Vec<_> = self
            .scopes
            .visible()
            .filter(|&n| self.is_typedef(n))
            .collect();
        let typedefs: Vec<_> = typedefs.into_iter().map(|n| self.names.text(n)).collect();
        let words = [
            "int", "char", "void", "long", "short", "double", "float", "unsigned", "struct",
            "static", "const", "enum", "extern", "typedef", "union",
        ];
        let known = typedefs.iter().map(|t| t.as_str()).chain(words);
        let close = spelling::closest(&text, known);
        let header = spelling::header_of(&text);
        let tag = self.scopes.tag(token.text).map(|t| self.plain_name(t.id));
        self.say(token.at, |span| {
            errors::unknown_type(span, &text, close.clone(), header, tag)
        });
        close
    }

    /// One keyword of the specifiers. `false`: it is none.
    fn specifier_word(
        &mut self,
        token: Token,
        result: &mut Specifiers,
        words: &mut Words,
        quals: &mut u8,
        found: &mut Option<Q>,
    ) -> Parse<bool> {
        let class = match token.text {
            names::TYPEDEF => Some(Class::Typedef),
            names::EXTERN => Some(Class::Extern),
            names::STATIC => Some(Class::Static),
            names::AUTO => Some(Class::Auto),
            names::REGISTER => Some(Class::Register),
            _ => None,
        };
        if let Some(class) = class {
            if result.class.is_some() {
                self.say(token.at, errors::two_classes);
            }
            result.class = Some(class);
            self.advance();
            return Ok(true);
        }
        match token.text {
            names::CONST | names::CONST__ | names::CONST____ => *quals |= CONST,
            names::VOLATILE | names::VOLATILE__ | names::VOLATILE____ => *quals |= VOLATILE,
            names::RESTRICT | names::RESTRICT__ | names::RESTRICT____ => *quals |= RESTRICT,
            names::INLINE | names::INLINE__ | names::INLINE____ => result.inline = true,
            names::NORETURN | names::EXTENSION => {}
            names::THREAD_LOCAL | names::THREAD => result.thread_local = true,
            names::ATTRIBUTE__ | names::ATTRIBUTE____ => {
                let attributes = self.attributes();
                result.align = result.align.max(attributes.align);
                result.mode = result.mode.or(attributes.mode);
                return Ok(true);
            }
            names::ALIGNAS => {
                result.align = result.align.max(self.alignas()?);
                return Ok(true);
            }
            names::ATOMIC if self.second().kind == Kind::LeftParen => {
                self.advance();
                let open = self.advance().at;
                let ty = self.nested("type", |this| this.type_name_in_parens(open))?;
                *found = Some(ty.with(ATOMIC));
                return Ok(true);
            }
            names::ATOMIC => *quals |= ATOMIC,
            names::SHORT => words.short += 1,
            names::LONG => words.long = words.long.saturating_add(1),
            names::SIGNED | names::SIGNED__ | names::SIGNED____ => words.signed = true,
            names::UNSIGNED => words.unsigned = true,
            names::VOID | names::CHAR | names::INT | names::FLOAT | names::DOUBLE | names::BOOL => {
                if words.base.is_some() {
                    self.say(token.at, errors::two_types);
                }
                words.base = Some(token.text);
            }
            names::COMPLEX | names::COMPLEX__ | names::IMAGINARY => {
                self.say(token.at, |span| {
                    errors::unsupported(span, "complex numbers", "")
                });
            }
            names::INT128 => {
                self.say(token.at, |span| {
                    errors::unsupported(span, "`__int128`", "`long long` has 64 bits")
                });
                words.base = Some(names::INT);
            }
            names::STRUCT | names::UNION => {
                self.advance();
                let id = self.nested("struct", |this| {
                    this.record_specifier(token.text == names::UNION)
                })?;
                *found = Some(id.plain());
                return Ok(true);
            }
            names::ENUM => {
                self.advance();
                *found = Some(self.nested("enum", Checker::enum_specifier)?.plain());
                return Ok(true);
            }
            names::TYPEOF | names::TYPEOF__ | names::TYPEOF____ => {
                self.advance();
                let open = self.expect(Kind::LeftParen)?.at;
                *found = Some(self.nested("typeof", |this| this.typeof_operand(open))?);
                return Ok(true);
            }
            names::AUTO_TYPE => {
                self.advance();
                *found = Some(self.initializer_type(token.at)?);
                return Ok(true);
            }
            names::VA_LIST => *found = Some(self.va_list()),
            _ => return Ok(false),
        }
        words.any |= matches!(
            token.text,
            names::SHORT
                | names::LONG
                | names::SIGNED
                | names::SIGNED__
                | names::SIGNED____
                | names::UNSIGNED
                | names::VOID
                | names::CHAR
                | names::INT
                | names::FLOAT
                | names::DOUBLE
                | names::BOOL
                | names::COMPLEX
                | names::COMPLEX__
                | names::IMAGINARY
                | names::INT128
        );
        self.advance();
        Ok(true)
    }

    /// `__auto_type name = value`: the type of the value, which is read again when `name` is initialised.
    fn initializer_type(&mut self, at: Location) -> Parse<Q> {
        let start = self.position;
        while self.peek().is_keyword() {
            self.advance();
        }
        self.advance();
        if self.kind() != Kind::Equal {
            self.say(at, errors::auto_type_without_value);
            self.position = start;
            return Ok(types::POISON.plain());
        }
        self.advance();
        self.unevaluated += 1;
        let value = self.assignment().map(|value| self.decay(value));
        self.unevaluated -= 1;
        self.position = start;
        Ok(value?.ty.id.plain())
    }

    fn typeof_operand(&mut self, open: Location) -> Parse<Q> {
        if self.starts_type(self.peek()) {
            let ty = self.variable_type_name()?;
            self.close_paren(open)?;
            return Ok(ty);
        }
        let start = self.position;
        self.unevaluated += 1;
        let value = self.expression();
        self.unevaluated -= 1;
        let mut ty = value?.ty;
        if self.types.variably_modified(ty.id) && self.function.is_some() {
            // Then it is evaluated: it is read again for that.
            self.position = start;
            let value = self.expression()?;
            ty = value.ty;
            let effects = self.discard(value);
            self.sizes.extend(Some(effects).filter(has_effects));
        }
        self.close_paren(open)?;
        Ok(ty)
    }

    fn basic_type(&mut self, words: &Words, at: Location, last: Location) -> TypeId {
        let unsigned = words.unsigned;
        let sized = words.short > 0 || words.long > 0;
        let signs = words.signed || words.unsigned;
        let pick = |signed_type, unsigned_type| if unsigned { unsigned_type } else { signed_type };
        match words.base {
            Some(names::DOUBLE) if words.long > 0 && !signs => {
                self.say(at, errors::long_double);
                types::DOUBLE
            }
            Some(names::DOUBLE) if !sized && !signs => types::DOUBLE,
            Some(names::FLOAT) if !sized && !signs => types::FLOAT,
            Some(names::VOID) if !sized && !signs => types::VOID,
            Some(names::BOOL) if !sized && !signs => types::BOOL,
            Some(names::CHAR) if !sized => match (words.signed, unsigned) {
                (true, false) => types::SCHAR,
                (false, true) => types::UCHAR,
                (false, false) => types::CHAR,
                (true, true) => self.bad_combination(last),
            },
            None | Some(names::INT) if !(words.signed && unsigned) => {
                match (words.short, words.long) {
                    (0, 0) => pick(types::INT, types::UINT),
                    (1, 0) => pick(types::SHORT, types::USHORT),
                    (0, 1) => pick(types::LONG, types::ULONG),
                    (0, 2) => pick(types::LLONG, types::ULLONG),
                    _ => self.bad_combination(last),
                }
            }
            _ => self.bad_combination(last),
        }
    }

    fn bad_combination(&mut self, at: Location) -> TypeId {
        self.say(at, errors::two_types);
        types::INT
    }
}
