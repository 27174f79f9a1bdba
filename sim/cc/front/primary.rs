//! Primary expressions: names, literals, parentheses, `_Generic`, statement expressions (C17 §6.5.1).

use super::build::{constant, node};
use super::checker::{Abort, Checker, Parse, place};
use super::errors;
use super::literal::{self, Number, Width};
use super::names;
use super::scope::{Entity, Meaning};
use super::spelling;
use super::token::{Kind, Location, Token};
use super::types::{
    self, CHAR, DOUBLE, FLOAT, INT, LLONG, LONG, Q, Signature, TypeId, UINT, ULLONG, ULONG, USHORT,
};
use super::value::{Form, Value};
use crate::tree::{Data, Expr, ExprKind, Scalar, Stmt, Storage, SymbolKind};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

impl Checker<'_> {
    /// A name, a literal, or something in parentheses.
    pub fn primary(&mut self) -> Parse<Value> {
        let token = self.peek();
        match token.kind {
            Kind::Identifier => match token.text {
                names::GENERIC => self.nested("expression", Checker::generic_selection),
                names::VA_ARG | names::OFFSETOF | names::TYPES_COMPATIBLE | names::CHOOSE_EXPR => {
                    self.nested("expression", |this| this.keyword_builtin(token))
                }
                _ if token.is_keyword() => self.unexpected("an expression"),
                _ => {
                    self.advance();
                    self.name(token)
                }
            },
            Kind::Number => {
                self.advance();
                Ok(self.number(token))
            }
            Kind::Character => {
                self.advance();
                Ok(self.character(token))
            }
            Kind::String => Ok(self.string_expression()),
            Kind::LeftParen => {
                self.advance();
                if self.kind() == Kind::LeftBrace {
                    return self.nested("statement expression", |this| {
                        this.statement_expression(token.at)
                    });
                }
                let value = self.expression()?;
                self.close_paren(token.at)?;
                Ok(value)
            }
            _ => self.unexpected("an expression"),
        }
    }

    // Names.

    fn name(&mut self, token: Token) -> Parse<Value> {
        if token.text == names::ALLOCA && self.kind() == Kind::LeftParen && !self.is_own(token) {
            return self.nested("expression", |this| this.builtin(token, "__builtin_alloca"));
        }
        let Some(id) = self.scopes.find(token.text) else {
            return self.unknown_name(token);
        };
        let entity = &self.scopes.entities[id as usize];
        let (ty, at) = (entity.ty, token.at);
        match entity.meaning {
            Meaning::Typedef => {
                let text = self.names.text(token.text);
                self.say(at, |span| errors::type_in_expression(span, &text));
                Err(Abort)
            }
            Meaning::EnumConstant(value) => {
                let scalar = self.scalar(ty.id);
                Ok(Value::new(
                    constant(value as u64, scalar, place(at)),
                    ty.id,
                    at,
                ))
            }
            Meaning::Local(local) => Ok(self.local_value(local, ty, at)),
            Meaning::VariableArray(local) => {
                let address = node(ExprKind::Local(local), Scalar::U32, place(at));
                Ok(Value::memory(address, ty, at))
            }
            Meaning::Static => {
                let symbol = self.symbol_of(id);
                if self.unevaluated == 0 {
                    self.mentioned[symbol.0 as usize] = true;
                }
                let address = node(ExprKind::Address(symbol, 0), Scalar::U32, place(at));
                Ok(Value::memory(address, ty, at))
            }
        }
    }

    /// Is it a name that the program itself gives a meaning?
    fn is_own(&self, token: Token) -> bool {
        let id = self.scopes.find(token.text);
        id.is_some_and(|id| {
            let entity = &self.scopes.entities[id as usize];
            entity.defined || !self.types.is_function(entity.ty.id)
        })
    }

    fn local_value(&self, local: crate::tree::LocalId, ty: Q, at: Location) -> Value {
        let storage = self
            .function
            .as_ref()
            .and_then(|f| f.locals.get(local.0 as usize))
            .map_or(Storage::Register, |l| l.storage);
        match storage {
            Storage::Register => Value {
                form: Form::Register(local),
                ty,
                assignable: true,
                ..Value::poison(at)
            },
            Storage::Frame => {
                let address = node(ExprKind::LocalAddress(local, 0), Scalar::U32, place(at));
                Value::memory(address, ty, at)
            }
        }
    }

    fn unknown_name(&mut self, token: Token) -> Parse<Value> {
        if let Some(value) = self.function_name(token) {
            return Ok(value);
        }
        let text = self.names.text(token.text);
        if self.kind() == Kind::LeftParen {
            if super::builtins::is_builtin(&text) {
                return self.nested("expression", |this| this.builtin(token, &text));
            }
            return Ok(self.implicit_function(token, &text));
        }
        let close = self.similar_name(&text);
        let header = spelling::header_of(&text);
        self.say(token.at, |span| {
            errors::undeclared(span, &text, close, header)
        });
        // Once is enough: from here on the name is known to be wrong.
        self.declare_poison(token);
        Ok(Value::poison(token.at))
    }

    fn declare_poison(&mut self, token: Token) {
        self.scopes.declare(Entity {
            defined: true,
            implicit: true,
            ..Entity::new(
                token.text,
                types::POISON.plain(),
                Meaning::EnumConstant(0),
                token.at,
                self.scopes.depth(),
            )
        });
    }

    /// A known name that is spelled alike.
    pub fn similar_name(&self, text: &str) -> Option<String> {
        let visible: Vec<String> = self.scopes.visible().map(|n| self.names.text(n)).collect();
        let close = spelling::closest(text, visible.iter().map(String::as_str));
        let words = spelling::known_names().chain(spelling::KEYWORDS);
        close.or_else(|| spelling::closest(text, words))
    }

    /// `__func__`: an array in rodata.
    fn function_name(&mut self, token: Token) -> Option<Value> {
        if !matches!(
            token.text,
            names::FUNC | names::FUNCTION__ | names::PRETTY_FUNCTION
        ) {
            return None;
        }
        let mut bytes = self.function.as_ref()?.name.clone().into_bytes();
        bytes.push(0);
        let of = CHAR.plain().with(types::CONST);
        let ty = self.types.array(of, Some(bytes.len() as u32)).plain();
        Some(self.string_value(bytes, 1, ty, token.at))
    }

    /// A call of a function that was not declared: `int f()`, with gcc's warning.
    fn implicit_function(&mut self, token: Token, text: &str) -> Value {
        let close = self.similar_name(text);
        let header = spelling::header_of(text);
        self.say(token.at, |span| {
            errors::implicit_function(span, text, close, header)
        });
        let signature = self.known_signature(text).unwrap_or_else(|| {
            let variadic = spelling::variadic_parameters(text);
            let pointer = self.types.pointer(types::VOID.plain()).plain();
            Signature {
                ret: INT.plain(),
                params: vec![pointer; variadic.unwrap_or(0)],
                variadic: variadic.is_some(),
                prototype: variadic.is_some(),
            }
        });
        let ty = self.types.function(signature).plain();
        let id = self.declare_implicit(token, ty);
        let symbol = self.symbol_of(id);
        self.mentioned[symbol.0 as usize] = true;
        let address = node(ExprKind::Address(symbol, 0), Scalar::U32, place(token.at));
        Value::memory(address, ty, token.at)
    }

    /// Declares a function that the compiler knows or that was only used.
    pub fn declare_implicit(&mut self, token: Token, ty: Q) -> u32 {
        if let Some(id) = self.scopes.linked(token.text) {
            return id;
        }
        let id = self.scopes.declare(Entity {
            external: true,
            implicit: true,
            ..Entity::new(
                token.text,
                ty,
                Meaning::Static,
                token.at,
                self.scopes.depth(),
            )
        });
        self.scopes.link(token.text, id);
        id
    }

    // Numbers and characters.

    fn number(&mut self, token: Token) -> Value {
        let at = token.at;
        match literal::number(self.names.bytes(token.text)) {
            Ok(Number::Float { long: true, .. }) => {
                self.say(at, errors::long_double);
                Value::poison(at)
            }
            Ok(Number::Float {
                single: true,
                single_value,
                ..
            }) => Value::new(
                constant(u64::from(single_value.to_bits()), Scalar::F32, place(at)),
                FLOAT,
                at,
            ),
            Ok(Number::Float { value, .. }) => Value::new(
                constant(value.to_bits(), Scalar::F64, place(at)),
                DOUBLE,
                at,
            ),
            Ok(Number::Integer {
                value,
                unsigned,
                long,
                decimal,
                overflow,
            }) => {
                if overflow {
                    self.say(at, errors::integer_too_large);
                }
                let ty = integer_type(value, unsigned, long, decimal);
                let scalar = self.scalar(ty);
                Value::new(constant(value, scalar, place(at)), ty, at)
            }
            Err(why) => {
                self.say(at, |span| errors::bad_literal(span, &why));
                Value::poison(at)
            }
        }
    }

    fn character(&mut self, token: Token) -> Value {
        let at = token.at;
        match literal::character(self.names.bytes(token.text)) {
            Ok(character) => {
                if character.several {
                    self.say(at, errors::several_characters);
                }
                let ty = match character.width {
                    Width::Char | Width::Wide => INT,
                    Width::Char16 => USHORT,
                    Width::Char32 => ULONG,
                };
                let scalar = self.scalar(ty);
                Value::new(constant(character.value as u64, scalar, place(at)), ty, at)
            }
            Err(why) => {
                self.say(at, |span| errors::bad_literal(span, &why));
                Value::poison(at)
            }
        }
    }

    // Strings.

    /// Adjacent string literals: their bytes with the terminating zero, and the element type.
    pub fn string_literal(&mut self) -> (Vec<u8>, TypeId) {
        let start = self.position;
        while self.kind() == Kind::String {
            self.advance();
        }
        let tokens: Vec<Token> = self.tokens[start..self.position].to_vec();
        let width = tokens
            .iter()
            .map(|t| literal::width(self.names.bytes(t.text)))
            .max();
        let width = width.unwrap_or(Width::Char);
        let mut elements = Vec::new();
        for token in tokens {
            if let Err(why) =
                literal::elements_of(self.names.bytes(token.text), width, &mut elements)
            {
                self.say(token.at, |span| errors::bad_literal(span, &why));
            }
        }
        elements.push(0);
        let size = width.size() as usize;
        let mut bytes = Vec::with_capacity(elements.len() * size);
        for element in elements {
            bytes.extend_from_slice(&element.to_le_bytes()[..size]);
        }
        let of = match width {
            Width::Char => CHAR,
            Width::Char16 => USHORT,
            Width::Char32 => ULONG,
            Width::Wide => INT,
        };
        (bytes, of)
    }

    fn string_expression(&mut self) -> Value {
        let at = self.peek().at;
        let (bytes, of) = self.string_literal();
        let size = self.types.size(of).unwrap_or(1);
        let length = bytes.len() as u32 / size;
        let ty = self.types.array(of.plain(), Some(length)).plain();
        self.string_value(bytes, size, ty, at)
    }

    /// An array in rodata; equal literals are one.
    pub fn string_value(&mut self, bytes: Vec<u8>, align: u32, ty: Q, at: Location) -> Value {
        let key = (bytes, align);
        let symbol = match self.strings.get(&key) {
            Some(&symbol) => symbol,
            None if self.unevaluated > 0 => crate::tree::SymbolId(0),
            None => {
                let name = format!(".str{}", self.strings.len());
                let symbol = self.new_symbol(name, false, SymbolKind::Object, place(at));
                self.unit.data.push(Data {
                    symbol,
                    size: key.0.len() as u32,
                    align,
                    bytes: key.0.clone(),
                    relocations: Vec::new(),
                    read_only: true,
                    tentative: false,
                    type_name: self.type_name(ty),
                    place: place(at),
                });
                self.strings.insert(key, symbol);
                symbol
            }
        };
        Value::memory(
            node(ExprKind::Address(symbol, 0), Scalar::U32, place(at)),
            ty,
            at,
        )
    }

    // Others.

    /// `_Generic ( value , type : expression , … )`
    fn generic_selection(&mut self) -> Parse<Value> {
        let at = self.advance().at;
        let open = self.expect(Kind::LeftParen)?.at;
        self.unevaluated += 1;
        let control = self.assignment().map(|v| self.decay(v));
        self.unevaluated -= 1;
        let control = control?.ty.id;
        let mut chosen = None;
        let mut default = None;
        while self.accept(Kind::Comma) {
            let ty = match self.accept_word(names::DEFAULT) {
                true => None,
                false => Some(self.type_name_here()?),
            };
            self.expect(Kind::Colon)?;
            let fits = ty.is_some_and(|t| self.types.compatible(t, control.plain()));
            let live = fits && chosen.is_none() || ty.is_none();
            // Only the chosen expression is evaluated; a default is kept until the end.
            self.unevaluated += u32::from(!live);
            let value = self.assignment();
            self.unevaluated -= u32::from(!live);
            let value = value?;
            if fits && chosen.is_none() {
                chosen = Some(value);
            } else if ty.is_none() {
                default = Some(value);
            }
        }
        self.close_paren(open)?;
        match chosen.or(default) {
            Some(value) => Ok(value),
            None => {
                let name = self.plain_name(control);
                self.say(at, |span| errors::no_generic_match(span, &name));
                Ok(Value::poison(at))
            }
        }
    }

    /// gcc's `({ … })`: statements, of which the last is the value if it is an expression.
    fn statement_expression(&mut self, at: Location) -> Parse<Value> {
        if self.function.is_none() {
            self.say(at, |span| {
                errors::unsupported(span, "a statement expression outside of a function", "")
            });
            return Err(Abort);
        }
        self.advance();
        self.scopes.push();
        let outside = core::mem::take(&mut self.deepest);
        let result = self.statement_expression_body(at);
        self.leave_local_labels();
        let inside = core::mem::replace(&mut self.deepest, outside);
        self.scopes.pop();
        let value = result?.above(inside);
        self.expect(Kind::RightBrace)?;
        self.close_paren(at)?;
        Ok(value)
    }

    fn statement_expression_body(&mut self, at: Location) -> Parse<Value> {
        let mut before: Vec<Stmt> = Vec::new();
        let mut last: Option<Value> = None;
        while !matches!(self.kind(), Kind::RightBrace | Kind::Eof) {
            if let Some(value) = last.take() {
                before.push(Stmt::Expr(self.discard(value)));
            }
            if self.peek().is_identifier() && self.second().kind == Kind::Colon {
                // gcc: a label before the last expression does not take its value away.
                before.push(Stmt::Label(self.take_label()?));
                self.skip_attributes();
            } else if self.expression_starts_here() {
                let value = self.expression()?;
                self.semicolon()?;
                last = Some(value);
            } else {
                self.block_item(&mut before)?;
            }
        }
        let value = match last {
            Some(value) => self.decay(value),
            None => {
                let nothing = Value::int(0, at);
                self.retype(nothing, types::VOID)
            }
        };
        if before.is_empty() {
            return Ok(value);
        }
        let ty = value.ty.id;
        let value = value.expr();
        let expr = Expr {
            ty: value.ty,
            place: value.place,
            kind: ExprKind::Statements(before, Box::new(value)),
        };
        Ok(Value::new(expr, ty, at))
    }

    /// Does a plain expression statement start here (no keyword, label, declaration, block)?
    fn expression_starts_here(&self) -> bool {
        let token = self.peek();
        let statement = token.is_keyword()
            && !matches!(
                token.text,
                names::SIZEOF
                    | names::GENERIC
                    | names::ALIGNOF
                    | names::ALIGNOF__
                    | names::ALIGNOF____
                    | names::EXTENSION
                    | names::VA_ARG
                    | names::OFFSETOF
                    | names::TYPES_COMPATIBLE
                    | names::CHOOSE_EXPR
            );
        let label = token.is_identifier() && self.second().kind == Kind::Colon;
        !(statement
            || label
            || matches!(token.kind, Kind::LeftBrace | Kind::Semicolon)
            || self.starts_declaration())
    }
}

/// C17 §6.4.4.1: the first type of the list that holds the value.
fn integer_type(value: u64, unsigned: bool, long: u8, decimal: bool) -> TypeId {
    let candidates: &[(TypeId, u64)] = &[
        (INT, i32::MAX as u64),
        (UINT, u64::from(u32::MAX)),
        (LONG, i32::MAX as u64),
        (ULONG, u64::from(u32::MAX)),
        (LLONG, i64::MAX as u64),
        (ULLONG, u64::MAX),
    ];
    let rank = |id: TypeId| match id {
        INT | UINT => 0,
        LONG | ULONG => 1,
        _ => 2,
    };
    let is_unsigned = |id: TypeId| matches!(id, UINT | ULONG | ULLONG);
    for &(id, most) in candidates {
        let sign_fits = if unsigned {
            is_unsigned(id)
        } else {
            !is_unsigned(id) || !decimal
        };
        if rank(id) >= long && sign_fits && value <= most {
            return id;
        }
    }
    ULLONG
}
