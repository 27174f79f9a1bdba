//! Arithmetic with bit-fields of 33 to 63 bits: C leaves their type open, and in gcc each width is an integer
//! type of its own. So sums wrap at the field's width, and a field of 40 bits outranks `int`, but not
//! `long long`.
//!
//! Such a value is computed in 64 bits, then cut: [`Value::width`] says to how many. Narrower fields become
//! `int` or `unsigned int` ([`Checker::promote`]).

use super::build::{binary, constant};
use super::checker::Checker;
use super::operators::Operator;
use super::types::TypeId;
use super::value::{Form, Value};
use crate::tree::{BinaryOp, Expr, Scalar};

impl Checker<'_> {
    /// Is it of such a type?
    pub fn is_wide_field(&self, value: &Value) -> bool {
        value.width > 32 && value.width < 64 && self.types.is_integer(value.ty.id)
    }

    /// The type and width in which an operation on two promoted values is done, if that is a field's.
    pub fn wide_field_type(&self, left: &Value, right: &Value) -> Option<(TypeId, u8)> {
        let integers = [left, right]
            .iter()
            .all(|v| self.types.is_integer(v.ty.id) && !v.poisoned());
        let precision = |value: &Value| match self.is_wide_field(value) {
            true => value.width,
            false => self.scalar(value.ty.id).size() as u8 * 8,
        };
        let (l, r) = (precision(left), precision(right));
        let width = l.max(r);
        if !integers || !(33..64).contains(&width) {
            return None;
        }
        let unsigned = |value: &Value| !self.scalar(value.ty.id).signed();
        let left_decides = l > r || l == r && unsigned(left);
        Some((
            if left_decides {
                left.ty.id
            } else {
                right.ty.id
            },
            width,
        ))
    }

    /// A promoted value as one of a field's type.
    pub fn at_field_width(&mut self, value: Value, ty: TypeId, width: u8) -> Value {
        let sign_goes = self.scalar(value.ty.id).signed() && !self.scalar(ty).signed();
        let value = Value {
            width,
            ..self.retype(value, ty)
        };
        match sign_goes {
            true => cut(value),
            false => value,
        }
    }

    /// What an operator gives for operands of a field's type.
    pub fn field_result(&self, operator: Operator, result: Expr, left: &Value) -> Value {
        use Operator as O;
        let value = Value {
            width: left.width,
            ..Value::new(result, left.ty.id, left.at)
        };
        match operator {
            O::Add | O::Sub | O::Mul | O::Shl => cut(value),
            _ => value,
        }
    }
}

/// The value cut to its width, and extended as its sign says.
pub fn cut(value: Value) -> Value {
    let Form::Rvalue(expr) = value.form else {
        return value;
    };
    let place = expr.place;
    let above = 64 - u64::from(value.width);
    let form = if super::build::scalar_of(&expr) == Scalar::U64 {
        let mask = constant(u64::MAX >> above, Scalar::U64, place);
        binary(BinaryOp::And, expr, mask, place)
    } else {
        let count = || constant(above, Scalar::U32, place);
        let high = binary(BinaryOp::Shl, expr, count(), place);
        binary(BinaryOp::Shr, high, count(), place)
    };
    let form = Form::Rvalue(form);
    Value { form, ..value }
}
