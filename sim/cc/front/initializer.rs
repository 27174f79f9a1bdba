//! Initialisers (C17 §6.7.9): braces, designators, brace elision, strings.
//!
//! An initialiser is flattened into items "at this offset, this value"; what becomes of them is in
//! `image`.

use super::assignment::Into;
use super::build::{comma, node};
use super::checker::{Checker, Parse, place};
use super::errors;
use super::scope::EntityId;
use super::token::{Kind, Location};
use super::types::{self, Bits, CONST, Q, Type};
use super::value::Value;
use crate::tree::{Expr, ExprKind, Local, LocalId, Scalar, Stmt, Storage};
use alloc::string::String;
use alloc::vec::Vec;

/// The most bytes of a static initialiser.
pub const BYTES_MAX: u32 = 64 << 20;
/// The most items of any initialiser.
pub const ITEMS_MAX: usize = 2 << 20;

/// The most work of finding what initialisers replace.
const REPLACING_MAX: usize = 1 << 28;

/// A part of an initialiser.
#[derive(Clone)]
pub struct Item {
    pub offset: u32,
    pub what: What,
    pub at: Location,
}

#[derive(Clone)]
pub enum What {
    /// A scalar, already of the member's type, or a whole struct.
    Value {
        ty: Q,
        bits: Option<Bits>,
        expr: Expr,
    },
    /// The elements of a string literal.
    Bytes(Vec<u8>),
}

/// A flattened initialiser.
#[derive(Default)]
pub struct Items {
    pub items: Vec<Item>,
    /// One past the last byte that is initialised (flexible array members).
    pub end: u32,
    /// How often an item was looked at to find what another one replaces.
    replacing: usize,
}

/// The sub-object that is initialised next.
#[derive(Clone, Copy)]
pub struct Target {
    pub ty: Q,
    pub offset: u32,
    pub bits: Option<Bits>,
}

impl Target {
    /// So many bytes further on.
    pub fn moved(self, bytes: u32) -> Target {
        Target {
            offset: self.offset.saturating_add(bytes),
            ..self
        }
    }
}

impl Checker<'_> {
    // Entry points.

    /// After `=` of an object with static storage.
    pub fn initialise_static(&mut self, id: EntityId, here: Location) -> Parse<()> {
        let entity = &self.scopes.entities[id as usize];
        let (ty, at, name) = (entity.ty, entity.at, entity.name);
        if entity.defined {
            let (old, text) = (self.span(at), self.names.text(name));
            self.say(here, |span| errors::redefinition(span, &text, old));
        }
        let outside = core::mem::replace(&mut self.static_initializer, true);
        let initializer = self.initializer(ty);
        self.static_initializer = outside;
        let (ty, items) = initializer?;
        self.scopes.entities[id as usize].ty = ty;
        self.require_complete(id);
        let (bytes, relocations) = self.image(&items);
        let size = self.types.size(ty.id).unwrap_or(0);
        self.define(
            id,
            bytes,
            relocations,
            items.end.saturating_sub(size),
            false,
        );
        Ok(())
    }

    /// After `=` of a variable of the function.
    pub fn initialise_local(
        &mut self,
        id: EntityId,
        local: LocalId,
        out: &mut Vec<Stmt>,
    ) -> Parse<()> {
        let entity = &self.scopes.entities[id as usize];
        let (ty, at) = (entity.ty, entity.at);
        let (ty, items) = self.initializer(ty)?;
        self.scopes.entities[id as usize].ty = ty;
        self.require_complete(id);
        let tree = self.types.ty(ty.id);
        let type_name = self.type_name(ty);
        if let Some(found) = self
            .function
            .as_mut()
            .and_then(|f| f.locals.get_mut(local.0 as usize))
        {
            found.ty = tree;
            found.type_name = type_name;
        }
        let code = self.code(ty, local, items, at);
        out.extend(code.into_iter().map(Stmt::Expr));
        Ok(())
    }

    /// `(type){ … }`, at its `{`.
    pub fn compound_literal(&mut self, ty: Q, at: Location) -> Parse<Value> {
        let (ty, items) = self.nested("initializer", |this| this.initializer(ty))?;
        if self.types.size(ty.id).is_none() {
            let name = self.type_name(ty);
            self.say(at, |span| {
                errors::incomplete(span, &name, "compound literal")
            });
            return Ok(Value::poison(at));
        }
        if self.function.is_none() || self.static_initializer {
            let symbol = self.anonymous(".literal", ty, &items, at, ty.has(CONST));
            return Ok(Value::memory(
                node(ExprKind::Address(symbol, 0), Scalar::U32, place(at)),
                ty,
                at,
            ));
        }
        let local = Local {
            name: String::new(),
            type_name: self.type_name(ty),
            ty: self.types.ty(ty.id),
            storage: Storage::Frame,
            align: 0,
            place: place(at),
        };
        let local = self.new_local(local);
        let code = self.code(ty, local, items, at);
        let address = node(ExprKind::LocalAddress(local, 0), Scalar::U32, place(at));
        let address = match in_a_row(code) {
            Some(before) => comma(before, address),
            None => address,
        };
        Ok(Value::memory(address, ty, at))
    }

    // Flattening.

    /// An initialiser of an object of type `ty`; an array without length gets one.
    pub fn initializer(&mut self, ty: Q) -> Parse<(Q, Items)> {
        let mut items = Items::default();
        let target = Target {
            ty,
            offset: 0,
            bits: None,
        };
        let unsized_array = matches!(self.types.get(ty.id), Type::Array(_, None));
        if self.types.is_function(ty.id) || self.types.size(ty.id).is_none() && !unsized_array {
            if ty.id != types::VOID || self.kind() == Kind::LeftBrace {
                let name = self.type_name(ty);
                let at = self.peek().at;
                self.say(at, |span| {
                    errors::incomplete(span, &name, "initialized object")
                });
            }
            return self
                .skip_initializer()
                .map(|()| (types::POISON.plain(), items));
        }
        let array = matches!(self.types.get(ty.id), Type::Array(..));
        if array && self.compound_literal_here() {
            // gcc: `int a[] = (int[]){1, 2};` is initialised with what is in the braces.
            let open = self.advance().at;
            let literal = self.type_name_in_parens(open)?;
            if !self.types.compatible_plain(literal.id, ty.id) {
                self.say(open, errors::array_initializer);
            } else if unsized_array && self.types.size(literal.id).is_some() {
                // Its length is the literal's.
                return self.initializer(literal.id.plain().with(ty.quals));
            }
        }
        if array && self.kind() != Kind::LeftBrace && !self.string_here(ty) {
            let at = self.peek().at;
            self.assignment()?;
            self.say(at, errors::array_initializer);
            return Ok((
                if unsized_array {
                    types::POISON.plain()
                } else {
                    ty
                },
                items,
            ));
        }
        self.element(target, None, &mut items)?;
        if let (true, Some((of, None))) = (unsized_array, self.types.element(ty.id)) {
            let size = self.types.size(of.id).unwrap_or(1).max(1);
            let array = self.types.array(of, Some(items.end.div_ceil(size)));
            return Ok((
                Q {
                    id: array,
                    quals: ty.quals,
                },
                items,
            ));
        }
        Ok((ty, items))
    }

    pub fn skip_initializer(&mut self) -> Parse<()> {
        if self.kind() == Kind::LeftBrace {
            self.skip_one();
            return Ok(());
        }
        self.assignment().map(|_| ())
    }

    /// Is here a string literal that initialises a whole array of this type?
    pub fn string_here(&self, ty: Q) -> bool {
        let Some((of, _)) = self.types.element(ty.id) else {
            return false;
        };
        if !self.types.is_integer(of.id) {
            return false;
        }
        let mut i = self.position;
        let parens = self.tokens[i..]
            .iter()
            .take_while(|t| t.kind == Kind::LeftParen)
            .count();
        i += parens;
        if self.tokens.get(i).is_none_or(|t| t.kind != Kind::String) {
            return false;
        }
        while self.tokens.get(i).is_some_and(|t| t.kind == Kind::String) {
            i += 1;
        }
        i += parens;
        matches!(
            self.tokens.get(i).map(|t| t.kind),
            Some(Kind::Comma | Kind::RightBrace | Kind::Semicolon | Kind::Eof)
        )
    }

    /// Is here a string literal for the first array of characters in this aggregate, whose braces are left out?
    fn string_inside(&self, mut target: Target) -> bool {
        while let Some(child) = self.child(target, self.skip_empty(target.ty, 0)) {
            if self.string_here(child.ty) {
                return true;
            }
            target = child;
        }
        false
    }

    /// One initialiser for `target`. `pending`: its first expression was parsed already.
    pub fn element(
        &mut self,
        target: Target,
        pending: Option<Value>,
        items: &mut Items,
    ) -> Parse<()> {
        if items.items.len() > ITEMS_MAX {
            let at = self.peek().at;
            self.say(at, errors::initializer_too_large);
            self.give_up();
            return Ok(());
        }
        let ty = target.ty;
        let aggregate = matches!(self.types.get(ty.id), Type::Array(..) | Type::Record(_));
        if pending.is_none() {
            if self.kind() == Kind::LeftBrace {
                return self.nested("initializer", |this| this.braced(target, items));
            }
            if self.string_here(ty) {
                return self.string_initializer(target, items);
            }
            if self.in_initializer_list && self.string_inside(target) {
                return self.nested("initializer", |this| this.elided(target, None, items));
            }
        }
        let value = match pending {
            Some(value) => value,
            None => self.assignment()?,
        };
        if !aggregate {
            return self.scalar_item(target, value, items);
        }
        let whole = self.types.record_of(ty.id).is_some() && value.ty.id == ty.id;
        if whole || value.poisoned() {
            return self.scalar_item(target, value, items);
        }
        if self.in_initializer_list {
            return self.nested("initializer", |this| {
                this.elided(target, Some(value), items)
            });
        }
        // `struct s x = 3;`
        self.scalar_item(target, value, items)
    }

    fn scalar_item(&mut self, target: Target, value: Value, items: &mut Items) -> Parse<()> {
        let at = value.at;
        let plain = target.ty.id.plain();
        let value = self.convert_to(value, plain, &Into::Initialisation);
        let size = match target.bits {
            Some(bits) => u32::from(bits.shift + bits.width).div_ceil(8),
            None => self.types.size(plain.id).unwrap_or(0),
        };
        items.end = items.end.max(target.offset.saturating_add(size));
        if !value.poisoned() {
            let what = What::Value {
                ty: plain,
                bits: target.bits,
                expr: value.expr(),
            };
            items.items.push(Item {
                offset: target.offset,
                what,
                at,
            });
        }
        Ok(())
    }

    fn string_initializer(&mut self, target: Target, items: &mut Items) -> Parse<()> {
        self.replace_object(target, items);
        let at = self.peek().at;
        let mut parens = 0;
        while self.accept(Kind::LeftParen) {
            parens += 1;
        }
        let (mut bytes, of) = self.string_literal();
        for _ in 0..parens {
            self.expect(Kind::RightParen)?;
        }
        let Some((element, length)) = self.types.element(target.ty.id) else {
            return Ok(());
        };
        let size = self.types.size(element.id).unwrap_or(1);
        if self.types.size(of) != Some(size) {
            let (a, b) = (self.plain_name(of), self.type_name(target.ty));
            self.say(at, |span| errors::string_width(span, &a, &b));
            return Ok(());
        }
        if let Some(length) = length {
            let room = length.saturating_mul(size) as usize;
            // The terminating zero may be cut off without a word.
            if bytes.len() > room + size as usize {
                self.say(at, errors::string_too_long);
            }
            bytes.truncate(room);
        }
        items.end = items
            .end
            .max(target.offset.saturating_add(bytes.len() as u32));
        items.items.push(Item {
            offset: target.offset,
            what: What::Bytes(bytes),
            at,
        });
        Ok(())
    }

    /// C17 §6.7.9p19: an initialiser of a whole aggregate replaces all that went before in it, so that the
    /// rest of it is zero.
    pub fn replace(&mut self, offset: u32, size: u32, items: &mut Items) {
        if offset >= items.end {
            return;
        }
        items.replacing = items.replacing.saturating_add(items.items.len());
        if items.replacing > REPLACING_MAX {
            let at = self.peek().at;
            self.say(at, errors::initializer_too_large);
            self.give_up();
            return;
        }
        let end = offset.saturating_add(size);
        let end_of = |item: &Item| item.offset.saturating_add(self.length(item));
        items
            .items
            .retain(|item| item.offset < offset || end_of(item) > end);
        // What still lies there is part of something larger, assigned as a whole.
        if items
            .items
            .iter()
            .any(|item| item.offset < end && end_of(item) > offset)
        {
            items.items.push(Item {
                offset,
                what: What::Bytes(alloc::vec![0; size.min(BYTES_MAX) as usize]),
                at: self.peek().at,
            });
        }
    }

    /// How many bytes it initialises; of a bit-field at least one.
    fn length(&self, item: &Item) -> u32 {
        match &item.what {
            What::Value { bits: Some(_), .. } => 1,
            What::Value { ty, .. } => self.types.size(ty.id).unwrap_or(0),
            What::Bytes(bytes) => bytes.len() as u32,
        }
    }

    fn replace_object(&mut self, target: Target, items: &mut Items) {
        if target.bits.is_none() {
            let size = self.types.size(target.ty.id).unwrap_or(0);
            self.replace(target.offset, size, items);
        }
    }

    /// `{ … }` for a scalar, array, struct or union.
    fn braced(&mut self, target: Target, items: &mut Items) -> Parse<()> {
        self.replace_object(target, items);
        let open = self.advance().at;
        let outer = core::mem::replace(&mut self.in_initializer_list, true);
        let result = self.braced_inside(target, items, open);
        self.in_initializer_list = outer;
        result
    }

    fn braced_inside(&mut self, target: Target, items: &mut Items, open: Location) -> Parse<()> {
        let aggregate = matches!(
            self.types.get(target.ty.id),
            Type::Array(..) | Type::Record(_)
        );
        if !aggregate {
            if self.kind() == Kind::RightBrace {
                self.advance();
                let zero = Value::int(0, open);
                return self.scalar_item(target, zero, items);
            }
            self.element(target, None, items)?;
            while self.accept(Kind::Comma) && self.kind() != Kind::RightBrace {
                self.excess()?;
            }
            return self.close_brace(open);
        }
        // `{ "text" }` initialises the array itself.
        if self.string_here(target.ty) {
            self.string_initializer(target, items)?;
            self.accept(Kind::Comma);
            return self.close_brace(open);
        }
        let mut index = 0;
        while self.kind() != Kind::RightBrace {
            if matches!(self.kind(), Kind::LeftBracket | Kind::Dot) {
                index = self.designated(target, items)?;
            } else if self.peek().is_identifier() && self.second().kind == Kind::Colon {
                // gcc's old `name: value`.
                index = self.designated(target, items)?;
            } else {
                index = self.skip_empty(target.ty, index);
                match self.child(target, index) {
                    Some(child) => self.element(child, None, items)?,
                    None => self.excess()?,
                }
                index = index.saturating_add(1);
            }
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        self.close_brace(open)
    }

    fn close_brace(&mut self, open: Location) -> Parse<()> {
        if self.accept(Kind::RightBrace) {
            return Ok(());
        }
        let token = self.peek();
        if token.kind == Kind::Eof {
            let span = self.span(open);
            self.report.add(errors::unclosed_brace(span));
            return Err(super::checker::Abort);
        }
        self.unexpected("`,` or `}` in the initializer")
    }

    fn excess(&mut self) -> Parse<()> {
        let at = self.peek().at;
        self.say(at, errors::excess_initializer);
        self.skip_initializer()
    }

    /// An aggregate without braces of its own takes as many expressions as it needs.
    fn elided(&mut self, target: Target, pending: Option<Value>, items: &mut Items) -> Parse<()> {
        if let Some(child) = self.child(target, self.skip_empty(target.ty, 0)) {
            self.element(child, pending, items)?;
            let index = self.skip_empty(target.ty, 0) + 1;
            self.following(target, index, items)?;
        }
        Ok(())
    }

    /// The sub-objects from number `index` on, behind commas, as long as expressions come.
    pub fn following(&mut self, target: Target, mut index: u32, items: &mut Items) -> Parse<()> {
        loop {
            index = self.skip_empty(target.ty, index);
            let expression = self.kind() == Kind::Comma
                && !matches!(
                    self.second().kind,
                    Kind::RightBrace | Kind::LeftBracket | Kind::Dot
                );
            let Some(child) = self.child(target, index).filter(|_| expression) else {
                return Ok(());
            };
            self.advance();
            self.element(child, None, items)?;
            index += 1;
        }
    }

    /// `(type){`
    fn compound_literal_here(&self) -> bool {
        if self.kind() != Kind::LeftParen || !self.starts_type(self.second()) {
            return false;
        }
        let rest = &self.tokens[self.position..];
        let close = rest.iter().position(|t| t.kind == Kind::RightParen);
        close.is_some_and(|n| rest.get(n + 1).is_some_and(|t| t.kind == Kind::LeftBrace))
    }

    /// Members that cannot be initialised by position are passed over.
    pub fn skip_empty(&self, ty: Q, mut index: u32) -> u32 {
        if let Some(record) = self.types.record_of(ty.id) {
            let record = &self.types.records[record];
            while let Some(member) = record.members.get(index as usize) {
                let unnamed = member.name.is_none() && member.bits.is_some();
                let flexible = matches!(self.types.get(member.ty.id), Type::Array(_, None));
                let empty = self.types.size(member.ty.id) == Some(0)
                    && self.kind() != Kind::LeftBrace
                    && !self.compound_literal_here();
                if !unnamed && (!empty || flexible) || record.union && index > 0 {
                    break;
                }
                index += 1;
            }
        }
        index
    }

    /// The sub-object number `index`.
    pub fn child(&self, target: Target, index: u32) -> Option<Target> {
        if let Some((of, length)) = self.types.element(target.ty.id) {
            let size = self.types.size(of.id)?;
            let inside = length.is_none_or(|n| index < n) && (size > 0 || length.is_some());
            let offset = index
                .checked_mul(size)
                .and_then(|o| o.checked_add(target.offset));
            return inside.then_some(Target {
                ty: of,
                offset: offset?,
                bits: None,
            });
        }
        let record = &self.types.records[self.types.record_of(target.ty.id)?];
        let first_of_union = !record.union
            || record.members[..(index as usize).min(record.members.len())]
                .iter()
                .all(|m| m.name.is_none() && m.bits.is_some());
        let member = record
            .members
            .get(index as usize)
            .filter(|_| first_of_union)?;
        Some(Target {
            ty: member.ty,
            offset: target.offset + member.offset,
            bits: member.bits,
        })
    }
}

/// Expressions in a row as one; a balanced tree, however many there are.
fn in_a_row(mut all: Vec<Expr>) -> Option<Expr> {
    while all.len() > 1 {
        let mut halves = Vec::with_capacity(all.len().div_ceil(2));
        let mut rest = all.into_iter();
        while let Some(first) = rest.next() {
            halves.push(match rest.next() {
                Some(second) => comma(first, second),
                None => first,
            });
        }
        all = halves;
    }
    all.pop()
}
