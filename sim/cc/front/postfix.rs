//! Postfix expressions: indexing, calls, members, `++` and `--` (C17 §6.5.2).

use super::build::{self, add_offset};
use super::checker::{Checker, Parse, place};
use super::errors;
use super::operators::Operator;
use super::spelling;
use super::token::{Kind, Location, Token};
use super::types::{Q, TypeId};
use super::value::{Form, Value};
use crate::tree::{Expr, Scalar, Ty};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

impl Checker<'_> {
    /// `postfix: primary { suffix }`
    pub fn postfix_expression(&mut self) -> Parse<Value> {
        let value = self.primary()?;
        self.postfix(value)
    }

    /// The suffixes of a value.
    pub fn postfix(&mut self, mut value: Value) -> Parse<Value> {
        loop {
            let token = self.peek();
            let next = match token.kind {
                Kind::LeftBracket => {
                    self.advance();
                    let index = self.expression()?;
                    self.expect(Kind::RightBracket)?;
                    self.index(value, index, token.at)
                }
                Kind::LeftParen => {
                    self.advance();
                    self.call(value, token.at)?
                }
                Kind::Dot | Kind::Arrow => {
                    self.advance();
                    let name = self.peek();
                    if !name.is_identifier() {
                        return self.unexpected("a member's name");
                    }
                    self.advance();
                    self.member(value, name, token.kind == Kind::Arrow, token.at)
                }
                Kind::PlusPlus | Kind::MinusMinus => {
                    self.advance();
                    let depth = value.depth;
                    if self.modifiable(&value, token.at) {
                        let ty = value.ty.id.plain();
                        let width = value.width;
                        let form = Form::PostStep(Box::new(value), token.kind == Kind::MinusMinus);
                        Value {
                            form,
                            ty,
                            width,
                            ..Value::poison(token.at)
                        }
                        .above(depth)
                    } else {
                        Value::poison(token.at)
                    }
                }
                _ => return Ok(value),
            };
            value = self.bounded(next)?;
        }
    }

    /// `array[index]` (or `index[array]`).
    fn index(&mut self, array: Value, index: Value, at: Location) -> Value {
        let array = self.decay(array);
        let index = self.decay(index);
        if array.poisoned() || index.poisoned() {
            return Value::poison(at);
        }
        let pointers = [&array, &index].map(|v| self.types.pointee(v.ty.id).is_some());
        let integers = [&array, &index].map(|v| self.types.is_integer(v.ty.id));
        if !(pointers[0] && integers[1] || pointers[1] && integers[0]) {
            let name = self.plain_name(if pointers[0] {
                index.ty.id
            } else {
                array.ty.id
            });
            self.say(at, |span| match pointers[0] {
                true => errors::bad_index(span, &name),
                false => errors::not_an_array(span, &name),
            });
            return Value::poison(at);
        }
        let address = self.binary(Operator::Add, array, index, at);
        self.dereference(address, at)
    }

    /// `value.name` or `value->name`.
    pub fn member(&mut self, value: Value, name: Token, arrow: bool, at: Location) -> Value {
        if value.poisoned() {
            return value;
        }
        let depth = value.depth;
        let value = if arrow {
            let pointer = self.decay(value);
            match self.types.pointee(pointer.ty.id) {
                Some(to) => Value::memory(pointer.expr(), to, at),
                None => {
                    let found = self.plain_name(pointer.ty.id);
                    let record = self.types.record_of(pointer.ty.id).is_some();
                    self.say(at, |span| errors::arrow_needs_pointer(span, &found, record));
                    return Value::poison(at);
                }
            }
        } else {
            value
        };
        let Some(record) = self.types.record_of(value.ty.id) else {
            let found = self.plain_name(value.ty.id);
            let pointer = self
                .types
                .pointee(value.ty.id)
                .is_some_and(|to| self.types.record_of(to.id).is_some());
            let text = self.names.text(name.text);
            self.say(at, |span| errors::no_members(span, &found, &text, pointer));
            return Value::poison(at);
        };
        if !self.types.records[record].complete {
            let found = self.plain_name(value.ty.id);
            let declared = self.types.records[record].at;
            let declared = self.span(declared);
            self.say(at, |span| errors::incomplete_record(span, &found, declared));
            return Value::poison(at);
        }
        let Some(member) = self.types.find_member(value.ty.id, name.text) else {
            self.no_such_member(value.ty.id, name);
            return Value::poison(name.at);
        };
        let assignable = matches!(value.form, Form::Memory(..)) && value.assignable;
        let quals = value.ty.quals;
        let address = match value.form {
            Form::Memory(address, _) => address,
            _ => value.expr(),
        };
        let address = build::reinterpret(address, Ty::Scalar(Scalar::U32));
        let address = add_offset(address, member.offset as i32);
        let ty: Q = self.types.qualified(member.ty, quals);
        Value {
            form: Form::Memory(
                Expr {
                    place: place(name.at),
                    ..address
                },
                member.bits,
            ),
            width: member.bits.map_or(0, |b| b.width),
            assignable,
            ..Value::memory(
                super::build::constant(0, Scalar::U32, place(at)),
                ty,
                name.at,
            )
        }
        .above(depth)
    }

    /// "No member named `x`; did you mean `y`?"
    pub fn no_such_member(&mut self, id: TypeId, name: Token) {
        let text = self.names.text(name.text);
        let mut members: Vec<String> = Vec::new();
        self.member_names(id, &mut members, 0);
        let close = spelling::closest(&text, members.iter().map(String::as_str));
        let record = self.plain_name(id);
        self.say(name.at, |span| {
            errors::no_such_member(span, &record, &text, close)
        });
    }

    fn member_names(&self, id: TypeId, names: &mut Vec<String>, depth: u32) {
        let Some(record) = self.types.record_of(id) else {
            return;
        };
        for member in &self.types.records[record].members {
            match member.name {
                Some(name) => names.push(self.names.text(name)),
                None if depth < 20 => self.member_names(member.ty.id, names, depth + 1),
                None => {}
            }
        }
    }
}
