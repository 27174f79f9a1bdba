//! Assignment, and the conversions "as if by assignment" (C17 §6.5.16.1): of initialisers, arguments,
//! returned values. gcc's warnings where C asks for a diagnostic and gcc goes on.
//!
//! Order of evaluation, where C leaves it open: from left to right. Two exceptions, as in gcc: in `x op= f()` the
//! right side comes first when it has effects, so that `x` is read after the call; arguments with effects
//! go from the last to the first (`call`).

use super::build::{comma, has_effects, node};
use super::checker::{Checker, place};
use super::errors;
use super::operators::Operator;
use super::token::Location;
use super::types::{BOOL, CONST, Q, TypeId, VOID, VOLATILE};
use super::value::{Form, Value, Want};
use crate::tree::{Expr, ExprKind, Ty};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

/// What a value is assigned to, for messages.
#[derive(Clone, Debug)]
pub enum Into {
    /// `=`
    Assignment,
    /// An initialiser.
    Initialisation,
    /// Argument number (from 1) of a function.
    Argument(usize, Option<String>),
    /// `return`
    Return,
}

impl Into {
    /// "in assignment" …
    pub fn context(&self) -> String {
        match self {
            Into::Assignment => "in assignment".into(),
            Into::Initialisation => "in initialization".into(),
            Into::Argument(n, Some(name)) => format!("in argument {n} of `{name}`"),
            Into::Argument(n, None) => format!("in argument {n}"),
            Into::Return => "in return".into(),
        }
    }
}

impl Checker<'_> {
    /// `target = value`.
    pub fn assign(&mut self, target: Value, value: Value, at: Location) -> Value {
        let depth = target.depth.max(value.depth);
        let value = self.decay(value);
        if !self.modifiable(&target, at) || value.poisoned() {
            return Value::poison(at);
        }
        let expr = self.convert_to(value, target.ty, &Into::Assignment).expr();
        self.store(target, expr, at).above(depth)
    }

    /// `target op= value`.
    pub fn compound_assign(
        &mut self,
        operator: Operator,
        target: Value,
        value: Value,
        at: Location,
    ) -> Value {
        let depth = target.depth.max(value.depth);
        let value = self.decay(value);
        if !self.modifiable(&target, at) || value.poisoned() {
            return Value::poison(at);
        }
        let (before, value) = self.evaluated_first(value, at);
        let ty = target.ty.id;
        let result = if self.is_atomic(&target) {
            self.atomic_modify(operator, target, value, Want::New, at)
        } else {
            self.modify(target, Want::New, at, |this, old| {
                let result = this.binary(operator, old, value, at);
                if result.poisoned() {
                    return Value::poison(at).expr();
                }
                this.convert_to(result, ty.plain(), &Into::Assignment)
                    .expr()
            })
        };
        let result = match before {
            Some(before) => Value {
                form: Form::Rvalue(comma(before, result.clone().expr())),
                ..result
            },
            None => result,
        };
        result.above(depth)
    }

    /// Splits a scalar with effects into their evaluation and a value that has none.
    fn evaluated_first(&mut self, value: Value, at: Location) -> (Option<Expr>, Value) {
        let (Form::Rvalue(expr), Ty::Scalar(scalar)) = (&value.form, self.types.ty(value.ty.id))
        else {
            return (None, value);
        };
        if !has_effects(expr) {
            return (None, value);
        }
        let (expr, place) = (expr.clone(), place(at));
        let kept = self.temporary(Ty::Scalar(scalar), place);
        let before = node(ExprKind::SetLocal(kept, Box::new(expr)), scalar, place);
        let again = node(ExprKind::Local(kept), scalar, place);
        let value = Value {
            form: Form::Rvalue(again),
            ..value
        };
        (Some(before), value)
    }

    /// A value as an object of type `to` would hold it.
    pub fn convert_to(&mut self, value: Value, to: Q, into: &Into) -> Value {
        let value = self.decay(value);
        let at = value.at;
        if value.poisoned() || to.id == super::types::POISON {
            return Value {
                ty: to.id.plain(),
                ..Value::poison(at)
            };
        }
        let from = value.ty.id;
        if self.types.is_arithmetic(to.id) && self.types.is_arithmetic(from) {
            self.warn_overflow(&value, to.id);
            return self.retype(value, to.id);
        }
        if to.id == BOOL && self.types.pointee(from).is_some() {
            return self.retype(value, BOOL);
        }
        match (self.types.pointee(to.id), self.types.pointee(from)) {
            (Some(target), Some(source)) => {
                self.check_pointers(&value, to.id, target, source, into)
            }
            (Some(_), None) if self.types.is_integer(from) => {
                if !value.is_zero() {
                    self.warn_int_pointer(at, from, to.id, into);
                }
            }
            (None, Some(_)) if self.types.is_integer(to.id) => {
                self.warn_int_pointer(at, from, to.id, into);
            }
            _ if self.types.record_of(to.id).is_some() && to.id == from => return value,
            _ => {
                let (from, to_name) = (self.plain_name(from), self.plain_name(to.id));
                let context = into.context();
                self.say(at, |span| {
                    errors::incompatible(span, &from, &to_name, &context)
                });
                return Value {
                    ty: to.id.plain(),
                    ..Value::poison(at)
                };
            }
        }
        let converted = self.retype(value, to.id);
        Value {
            ty: to.id.plain(),
            ..converted
        }
    }

    fn warn_int_pointer(&mut self, at: Location, from: TypeId, to: TypeId, into: &Into) {
        let (from, to) = (self.plain_name(from), self.plain_name(to));
        let context = into.context();
        self.say(at, |span| errors::int_pointer(span, &from, &to, &context));
    }

    fn check_pointers(&mut self, value: &Value, to: TypeId, target: Q, source: Q, into: &Into) {
        let null = source.id == VOID && value.is_zero();
        let void = target.id == VOID || source.id == VOID;
        // gcc: pointers to char of different signedness only differ in a warning it does not give
        // by default; other integers of different signedness neither.
        if !void
            && !null
            && !self.types.compatible_plain(target.id, source.id)
            && !self.same_but_sign(target.id, source.id)
        {
            let (from, to) = (self.plain_name(value.ty.id), self.plain_name(to));
            let context = into.context();
            self.say(value.at, |span| {
                errors::incompatible_pointers(span, &from, &to, &context)
            });
            return;
        }
        let source_quals = self.types.deep_quals(source);
        let lost = source_quals & !self.types.deep_quals(target) & (CONST | VOLATILE);
        if lost != 0 && !null {
            let word = if lost & CONST != 0 {
                "const"
            } else {
                "volatile"
            };
            let context = into.context();
            self.say(value.at, |span| {
                errors::discards_qualifier(span, word, &context)
            });
        }
    }

    /// Integer types of one size (gcc warns about a different sign only with -Wall).
    fn same_but_sign(&self, a: TypeId, b: TypeId) -> bool {
        let kind = |id: TypeId| match id.0 {
            2..=4 => 2,
            5 | 6 => 5,
            7 | 8 => 7,
            9 | 10 => 9,
            11 | 12 => 11,
            _ if self.types.is_integer(id) && self.types.size(id) == Some(4) => 7,
            other => other,
        };
        self.types.is_integer(a) && self.types.is_integer(b) && kind(a) == kind(b)
    }

    /// A constant that the type cannot hold (gcc's -Woverflow).
    fn warn_overflow(&mut self, value: &Value, to: TypeId) {
        let (Some(bits), true, true) = (
            value.constant(),
            self.types.is_integer(value.ty.id),
            self.types.is_integer(to),
        ) else {
            return;
        };
        if to == BOOL || self.unevaluated > 0 {
            return;
        }
        let scalar = self.scalar(to);
        let size = scalar.size() * 8;
        if size >= 64 {
            return;
        }
        let number = bits as i64;
        // gcc says nothing where the bits fit, whatever the sign.
        let fits = number >> size == 0 || number >> (size - 1) == -1;
        if !fits {
            let kept = super::build::wrap(bits, scalar) as i64;
            let name = self.plain_name(to);
            self.say(value.at, |span| {
                errors::constant_overflow(span, number, &name, kept)
            });
        }
    }
}
