//! `struct`, `union` and `enum` specifiers (C17 §6.7.2.1–6.7.2.3).

use super::attributes::Attributes;
use super::checker::{Abort, Checker, Parse};
use super::errors;
use super::layout::{Field, Packing, lay_out};
use super::names::{self, Name};
use super::scope::{Entity, Meaning};
use super::token::{Kind, Location, Token};
use super::types::{BOOL, INT, Member, Q, Type, TypeId, UINT};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

impl Checker<'_> {
    /// After `struct` or `union`.
    pub fn record_specifier(&mut self, union: bool) -> Parse<TypeId> {
        let attributes = self.attributes();
        let token = self.peek();
        let tag = token.is_identifier().then(|| self.advance());
        let body = self.kind() == Kind::LeftBrace;
        if tag.is_none() && !body {
            return self.unexpected(if union {
                "a tag or `{` after `union`"
            } else {
                "a tag or `{` after `struct`"
            });
        }
        let at = tag.map_or(token.at, |t| t.at);
        let id = self.tagged(
            tag,
            body,
            |types, name| types.new_record(name, union, at),
            |ty, types| matches!(ty, Type::Record(i) if types.records[*i as usize].union == union),
        );
        let Some(index) = self.types.record_of(id) else {
            return Ok(super::types::POISON);
        };
        if !body {
            return Ok(id);
        }
        if self.types.records[index].complete {
            let text = self.plain_name(id);
            let old = self.span(self.types.records[index].at);
            self.say(at, |span| errors::redefinition(span, &text, old));
        }
        self.types.records[index].at = at;
        let limit = self.pack_limit();
        let open = self.advance().at;
        let fields = self.nested("struct", |this| this.fields(open))?;
        let after = self.attributes();
        let packed = attributes.packed || after.packed;
        let packing = Packing {
            align_max: if packed { 1 } else { limit },
            align_min: attributes.align.max(after.align),
        };
        let mut record = self.types.records[index].clone();
        record.members.clear();
        if lay_out(&mut record, fields, packing).is_none() {
            self.say(at, errors::array_too_large);
            record.complete = true;
        }
        self.types.records[index] = record;
        Ok(id)
    }

    /// The type of a tag: found, or new in this scope.
    fn tagged(
        &mut self,
        tag: Option<Token>,
        body: bool,
        new: impl FnOnce(&mut super::types::Types, Option<Name>) -> TypeId,
        same_kind: impl FnOnce(&Type, &super::types::Types) -> bool,
    ) -> TypeId {
        let Some(tag) = tag else {
            return new(&mut self.types, None);
        };
        let here = self.scopes.depth();
        let alone = self.kind() == Kind::Semicolon;
        if let Some(old) = self.scopes.tag(tag.text) {
            let inner = (body || alone) && old.depth != here;
            if !inner {
                if same_kind(self.types.get(old.id), &self.types) {
                    return old.id;
                }
                let text = self.names.text(tag.text);
                self.say(tag.at, |span| errors::wrong_tag(span, &text));
                return super::types::POISON;
            }
        }
        let id = new(&mut self.types, Some(tag.text));
        self.scopes.declare_tag(tag.text, id);
        id
    }

    /// The members up to `}`.
    fn fields(&mut self, open: Location) -> Parse<Vec<Field>> {
        let mut fields: Vec<Field> = Vec::new();
        let mut seen: BTreeMap<Name, Location> = BTreeMap::new();
        while self.kind() != Kind::RightBrace {
            if self.kind() == Kind::Eof {
                let span = self.span(open);
                self.report.add(errors::unclosed_brace(span));
                return Err(Abort);
            }
            if self.accept(Kind::Semicolon) {
                continue;
            }
            if self.at_word(names::STATIC_ASSERT) {
                self.static_assert()?;
                continue;
            }
            if self.field_declaration(&mut fields, &mut seen).is_err() {
                // Go on with the next member.
                while !matches!(self.kind(), Kind::Semicolon | Kind::RightBrace | Kind::Eof) {
                    self.skip_one();
                }
            }
        }
        self.advance();
        Ok(fields)
    }

    fn field_declaration(
        &mut self,
        fields: &mut Vec<Field>,
        seen: &mut BTreeMap<Name, Location>,
    ) -> Parse<()> {
        let specifiers = self.specifiers()?;
        if self.kind() == Kind::Semicolon {
            self.advance();
            if self.types.record_of(specifiers.ty.id).is_some() {
                // An anonymous struct or union: its members are this one's.
                self.add_field(None, specifiers.ty, specifiers.at, specifiers.align, fields);
            }
            return Ok(());
        }
        loop {
            let mut name = None;
            let mut ty = specifiers.ty;
            let mut at = self.peek().at;
            let mut attributes = Attributes::default();
            let mut align = specifiers.align;
            if self.kind() != Kind::Colon {
                let declarator = self.declarator(specifiers.ty)?;
                align = specifiers.alignment(&declarator);
                name = declarator.name;
                ty = declarator.ty;
                at = declarator.at;
                attributes = declarator.attributes;
                if name.is_none() {
                    return self.unexpected("a member's name");
                }
            }
            if let Some(name) = name {
                if let Some(&old) = seen.get(&name.text) {
                    let (old, text) = (self.span(old), self.names.text(name.text));
                    self.say(name.at, |span| errors::duplicate_member(span, &text, old));
                }
                seen.insert(name.text, name.at);
            }
            if self.accept(Kind::Colon) {
                self.bit_field(name, ty, at, fields)?;
            } else {
                self.add_field(name.map(|n| n.text), ty, at, align, fields);
            }
            let after = self.attributes();
            if let Some(last) = fields.last_mut() {
                if attributes.packed || after.packed {
                    last.align = 1;
                }
                last.align = last.align.max(attributes.align).max(after.align);
            }
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        self.semicolon()
    }

    fn add_field(
        &mut self,
        name: Option<Name>,
        ty: Q,
        at: Location,
        align: u32,
        fields: &mut Vec<Field>,
    ) {
        let flexible = matches!(self.types.get(ty.id), Type::Array(_, None));
        let size = if flexible {
            Some(0)
        } else {
            self.types.size(ty.id)
        };
        let Some(size) = size else {
            let text = self.type_name(ty);
            let function = self.types.is_function(ty.id);
            self.say(at, |span| match function {
                true => errors::function_member(span),
                false => errors::incomplete(span, &text, "member"),
            });
            return;
        };
        let align = self.types.align(ty.id).max(align);
        let member = Member {
            name,
            ty,
            offset: 0,
            bits: None,
        };
        fields.push(Field {
            member,
            size,
            align,
            width: None,
            signed: false,
        });
    }

    fn bit_field(
        &mut self,
        name: Option<Token>,
        ty: Q,
        at: Location,
        fields: &mut Vec<Field>,
    ) -> Parse<()> {
        let name_or_width = name.map_or(self.peek().at, |n| n.at);
        let width = self.integer_constant("the width of a bit-field")?;
        let Some((width, _)) = width else {
            return Ok(());
        };
        if !self.types.is_integer(ty.id) {
            let text = self.type_name(ty);
            self.say(at, |span| errors::bit_field_type(span, &text));
            return Ok(());
        }
        let size = self.types.size(ty.id).unwrap_or(4);
        let most = if ty.id == BOOL { 1 } else { size * 8 };
        if width < 0 || width > i64::from(most) || width == 0 && name.is_some() {
            let text = self.type_name(ty);
            self.say(name_or_width, |span| {
                errors::bit_field_width(span, width, &text)
            });
            return Ok(());
        }
        let signed = self.scalar(ty.id).signed();
        let member = Member {
            name: name.map(|n| n.text),
            ty,
            offset: 0,
            bits: None,
        };
        let align = self.types.align(ty.id);
        fields.push(Field {
            member,
            size,
            align,
            width: Some(width as u32),
            signed,
        });
        Ok(())
    }

    /// After `enum`.
    pub fn enum_specifier(&mut self) -> Parse<TypeId> {
        self.skip_attributes();
        let token = self.peek();
        let tag = token.is_identifier().then(|| self.advance());
        let body = self.kind() == Kind::LeftBrace;
        if tag.is_none() && !body {
            return self.unexpected("a tag or `{` after `enum`");
        }
        let at = tag.map_or(token.at, |t| t.at);
        let id = self.tagged(
            tag,
            body,
            |types, name| types.new_enum(name, at),
            |ty, _| matches!(ty, Type::Enum(_)),
        );
        let Type::Enum(index) = *self.types.get(id) else {
            return Ok(super::types::POISON);
        };
        if !body {
            return Ok(id);
        }
        if self.types.enums[index as usize].complete {
            let text = self.plain_name(id);
            let old = self.span(self.types.enums[index as usize].at);
            self.say(at, |span| errors::redefinition(span, &text, old));
        }
        self.advance();
        let signed = self.enumerators()?;
        let enumeration = &mut self.types.enums[index as usize];
        enumeration.complete = true;
        enumeration.signed = signed;
        enumeration.at = at;
        self.skip_attributes();
        Ok(id)
    }

    /// The enumerators up to `}`; says whether one is negative.
    fn enumerators(&mut self) -> Parse<bool> {
        let mut next: i64 = 0;
        let mut negative = false;
        while self.kind() != Kind::RightBrace {
            let name = self.peek();
            if !name.is_identifier() {
                return self.unexpected("an enumerator's name");
            }
            self.advance();
            self.skip_attributes();
            if self.accept(Kind::Equal)
                && let Some((value, _)) = self.integer_constant("the value of an enumerator")?
            {
                next = value;
            }
            if next > i64::from(u32::MAX) || next < i64::from(i32::MIN) {
                self.say(name.at, errors::enumerator_range);
                next = 0;
            }
            negative |= next < 0;
            // Above INT_MAX the constant has the enumeration's type.
            let ty = if next > i64::from(i32::MAX) {
                UINT
            } else {
                INT
            };
            self.declare_enumerator(name, next as i32, ty);
            next += 1;
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        self.expect(Kind::RightBrace)?;
        Ok(negative)
    }

    fn declare_enumerator(&mut self, name: Token, value: i32, ty: TypeId) {
        self.check_redeclared(name);
        self.scopes.declare(Entity {
            defined: true,
            ..Entity::new(
                name.text,
                ty.plain(),
                Meaning::EnumConstant(value),
                name.at,
                self.scopes.depth(),
            )
        });
    }

    /// A name without linkage must be new in its scope.
    pub fn check_redeclared(&mut self, name: Token) {
        let Some(old) = self.scopes.find(name.text) else {
            return;
        };
        let old = &self.scopes.entities[old as usize];
        if old.depth == self.scopes.depth() && !old.implicit {
            let (at, text) = (self.span(old.at), self.names.text(name.text));
            self.say(name.at, |span| errors::redefinition(span, &text, at));
        }
    }
}
