//! gcc's arithmetic that says whether the exact result fits: `__builtin_add_overflow` and its relatives.
//!
//! The operands are taken as 64-bit numbers. The result, cut to its type, is computed here and stored by
//! the program itself; whether the exact one would have fitted says a library function.

use super::build::{self, comma, constant, convert, node};
use super::checker::{Checker, place};
use super::errors;
use super::token::Location;
use super::types::{BOOL, INT, LLONG, TypeId, UINT, ULLONG};
use super::value::Value;
use crate::tree::{BinaryOp, Expr, ExprKind, Scalar, Ty};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// One of these functions.
pub struct Overflow {
    op: BinaryOp,
    /// The type in its name (`saddll`); `None`: those of the operands.
    operands: Option<TypeId>,
    /// `…_overflow_p`: the last argument only shows the result's type.
    predicate: bool,
}

impl Overflow {
    /// `add_overflow`, `umull_overflow`, `sub_overflow_p` …
    pub fn named(what: &str) -> Option<Overflow> {
        let (name, predicate) = match what.strip_suffix("_overflow_p") {
            Some(name) => (name, true),
            None => (what.strip_suffix("_overflow")?, false),
        };
        for (word, op) in [
            ("add", BinaryOp::Add),
            ("sub", BinaryOp::Sub),
            ("mul", BinaryOp::Mul),
        ] {
            let Some((sign, size)) = name.split_once(word) else {
                continue;
            };
            let operands = match (sign, size) {
                ("", "") => None,
                ("s", "" | "l") => Some(INT),
                ("u", "" | "l") => Some(UINT),
                ("s", "ll") => Some(LLONG),
                ("u", "ll") => Some(ULLONG),
                _ => continue,
            };
            return Some(Overflow {
                op,
                operands,
                predicate,
            });
        }
        None
    }
}

impl Checker<'_> {
    /// A call of one of them.
    pub fn overflow(&mut self, function: &Overflow, args: Vec<Value>, at: Location) -> Value {
        let Ok([left, right, result]) = <[Value; 3]>::try_from(args) else {
            self.say(at, |span| {
                errors::argument_count(span, Some("overflow"), 3, 0, false, None)
            });
            return Value::poison(at);
        };
        let result = self.decay(result);
        let ty = match function.predicate {
            true => Some(result.ty.id),
            false => self.types.pointee(result.ty.id).map(|to| to.id),
        };
        let left = self.overflow_operand(left, function);
        let right = self.overflow_operand(right, function);
        let (Some(ty), Some((left, left_signed)), Some((right, right_signed))) =
            (ty.filter(|&ty| self.types.is_integer(ty)), left, right)
        else {
            let name = self.plain_name(result.ty.id);
            self.say(at, |span| errors::bad_operand(span, "overflow", &name));
            return Value::poison(at);
        };
        let place = place(at);
        let mut keep = |value: Expr| {
            let local = self.temporary(Ty::Scalar(Scalar::U64), place);
            let kept = node(
                ExprKind::SetLocal(local, Box::new(value)),
                Scalar::U64,
                place,
            );
            (kept, node(ExprKind::Local(local), Scalar::U64, place))
        };
        let (set_left, left) = keep(left);
        let (set_right, right) = keep(right);
        let scalar = self.scalar(ty);
        let number = |n: u32| constant(u64::from(n), Scalar::U32, place);
        let op = match function.op {
            BinaryOp::Add => 0,
            BinaryOp::Sub => 1,
            _ => 2,
        };
        let signs = u32::from(left_signed) | u32::from(right_signed) << 1;
        let check = self.runtime_call(
            "__overflows",
            vec![
                (ULLONG, left.clone()),
                (ULLONG, right.clone()),
                (UINT, number(op)),
                (UINT, number(signs)),
                (UINT, number(scalar.size() * 8)),
                (UINT, number(u32::from(scalar.signed()))),
            ],
            INT,
            at,
        );
        let mut expr = convert(check.expr(), Scalar::U8);
        if !function.predicate {
            let wrapped = build::binary(function.op, left, right, place);
            let wrapped = convert(wrapped, scalar);
            let target = self.dereference(result, at);
            let stored = self.assign(target, Value::new(wrapped, ty, at), at);
            expr = comma(self.discard(stored), expr);
        }
        Value::new(comma(set_left, comma(set_right, expr)), BOOL, at)
    }

    /// An operand as 64 bits, and whether these have a sign.
    fn overflow_operand(&mut self, value: Value, function: &Overflow) -> Option<(Expr, bool)> {
        let value = match function.operands {
            Some(ty) => {
                let into = super::assignment::Into::Argument(1, None);
                self.convert_to(value, ty.plain(), &into)
            }
            None => self.decay(value),
        };
        if !self.types.is_integer(value.ty.id) {
            return None;
        }
        let signed = self.scalar(value.ty.id).signed();
        let wide = if signed { Scalar::I64 } else { Scalar::U64 };
        Some((convert(convert(value.expr(), wide), Scalar::U64), signed))
    }
}
