//! What the binary operators, `?:` and `++`/`--` mean: operand types, conversions, pointer arithmetic.

use super::build::{self, add_offset, constant, convert, node};
use super::checker::{Checker, place};
use super::errors;
use super::token::Location;
use super::types::{INT, Q, TypeId, VOID};
use super::value::{Value, Want};
use crate::tree::{BinaryOp, Expr, ExprKind, Scalar};
use alloc::boxed::Box;

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // The names say it.
pub enum Operator {
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    Lt,
    Gt,
    Le,
    Ge,
    Eq,
    Ne,
    And,
    Xor,
    Or,
    LogicalAnd,
    LogicalOr,
}

impl Operator {
    /// How it is written.
    pub fn spelling(self) -> &'static str {
        match self {
            Operator::Mul => "*",
            Operator::Div => "/",
            Operator::Rem => "%",
            Operator::Add => "+",
            Operator::Sub => "-",
            Operator::Shl => "<<",
            Operator::Shr => ">>",
            Operator::Lt => "<",
            Operator::Gt => ">",
            Operator::Le => "<=",
            Operator::Ge => ">=",
            Operator::Eq => "==",
            Operator::Ne => "!=",
            Operator::And => "&",
            Operator::Xor => "^",
            Operator::Or => "|",
            Operator::LogicalAnd => "&&",
            Operator::LogicalOr => "||",
        }
    }

    fn tree(self) -> BinaryOp {
        match self {
            Operator::Mul => BinaryOp::Mul,
            Operator::Div => BinaryOp::Div,
            Operator::Rem => BinaryOp::Rem,
            Operator::Add => BinaryOp::Add,
            Operator::Sub => BinaryOp::Sub,
            Operator::Shl => BinaryOp::Shl,
            Operator::Shr => BinaryOp::Shr,
            Operator::Lt => BinaryOp::Lt,
            Operator::Gt => BinaryOp::Gt,
            Operator::Le => BinaryOp::Le,
            Operator::Ge => BinaryOp::Ge,
            Operator::Eq => BinaryOp::Eq,
            Operator::Ne => BinaryOp::Ne,
            Operator::And | Operator::LogicalAnd => BinaryOp::And,
            Operator::Xor => BinaryOp::Xor,
            Operator::Or | Operator::LogicalOr => BinaryOp::Or,
        }
    }

    fn compares(self) -> bool {
        use Operator as O;
        matches!(self, O::Lt | O::Gt | O::Le | O::Ge | O::Eq | O::Ne)
    }
}

impl Checker<'_> {
    /// `left operator right`.
    pub fn binary(&mut self, operator: Operator, left: Value, right: Value, at: Location) -> Value {
        let depth = left.depth.max(right.depth);
        let value = match operator {
            Operator::LogicalAnd | Operator::LogicalOr => self.logical(operator, left, right, at),
            _ => self.arithmetic(operator, left, right, at),
        };
        value.above(depth)
    }

    fn logical(&mut self, operator: Operator, left: Value, right: Value, at: Location) -> Value {
        let and = operator == Operator::LogicalAnd;
        let left = self.condition(left, operator.spelling());
        let right = self.condition(right, operator.spelling());
        let place = place(at);
        let expr = match (build::known_truth(&left), build::known_truth(&right)) {
            // The right operand is never evaluated: it may be left out.
            (Some(truth), _) if truth != and => constant(u64::from(truth), Scalar::I32, place),
            (Some(_), Some(truth)) => constant(u64::from(truth), Scalar::I32, place),
            (Some(_), None) => self.truth(right),
            _ if and => node(
                ExprKind::And(Box::new(left), Box::new(right)),
                Scalar::I32,
                place,
            ),
            _ => node(
                ExprKind::Or(Box::new(left), Box::new(right)),
                Scalar::I32,
                place,
            ),
        };
        Value::new(expr, INT, at)
    }

    fn arithmetic(&mut self, operator: Operator, left: Value, right: Value, at: Location) -> Value {
        let left = self.promote(left);
        let right = self.promote(right);
        if left.poisoned() || right.poisoned() {
            return Value::poison(at);
        }
        let pointers = (
            self.types.pointee(left.ty.id),
            self.types.pointee(right.ty.id),
        );
        let (l, r) = (left.ty.id, right.ty.id);
        match (operator, pointers) {
            (Operator::Add, (Some(to), None)) if self.types.is_integer(r) => {
                return self.move_pointer(left, right, to, false, at);
            }
            (Operator::Add, (None, Some(to))) if self.types.is_integer(l) => {
                return self.move_pointer_from_right(left, right, to, at);
            }
            (Operator::Sub, (Some(to), None)) if self.types.is_integer(r) => {
                return self.move_pointer(left, right, to, true, at);
            }
            (Operator::Sub, (Some(a), Some(b))) => return self.distance(left, right, a, b, at),
            (_, (Some(_), _) | (_, Some(_))) if operator.compares() => {
                return self.compare_pointers(operator, left, right, at);
            }
            _ => {}
        }
        let integers_only = matches!(
            operator,
            Operator::Rem
                | Operator::And
                | Operator::Or
                | Operator::Xor
                | Operator::Shl
                | Operator::Shr
        );
        let fits = |id| {
            if integers_only {
                self.types.is_integer(id)
            } else {
                self.types.is_arithmetic(id)
            }
        };
        if !fits(l) || !fits(r) {
            let (a, b) = (self.plain_name(l), self.plain_name(r));
            self.say(at, |span| {
                errors::bad_operands(span, operator.spelling(), &a, &b)
            });
            return Value::poison(at);
        }
        if matches!(operator, Operator::Shl | Operator::Shr) {
            return self.shift(operator, left, right, at);
        }
        let division = matches!(operator, Operator::Div | Operator::Rem);
        if division && right.is_zero() && self.types.is_integer(r) && self.unevaluated == 0 {
            self.say(at, errors::division_by_zero);
        }
        if let Some((ty, width)) = self.wide_field_type(&left, &right) {
            let left = self.at_field_width(left, ty, width);
            let right = self.at_field_width(right, ty, width).expr();
            let result = build::binary(operator.tree(), left.clone().expr(), right, place(at));
            return match operator.compares() {
                true => Value::new(result, INT, at),
                false => self.field_result(operator, result, &left),
            };
        }
        let common = self.types.common(l, r);
        let left = self.retype(left, common).expr();
        let right = self.retype(right, common).expr();
        let expr = build::binary(operator.tree(), left, right, place(at));
        Value::new(expr, if operator.compares() { INT } else { common }, at)
    }

    /// The result has the left operand's type; the count is a 32-bit integer.
    fn shift(&mut self, operator: Operator, left: Value, right: Value, at: Location) -> Value {
        let ty = left.ty.id;
        let bits = self.types.size(ty).unwrap_or(4) * 8;
        if let Some(count) = right.constant()
            && count >= u64::from(bits)
            && self.unevaluated == 0
        {
            self.say(right.at, |span| {
                errors::shift_count(span, (count as i64) < 0)
            });
        }
        let right = right.expr();
        let right = if build::scalar_of(&right).size() == 8 {
            convert(right, Scalar::U32)
        } else {
            right
        };
        let wide_field = self.is_wide_field(&left);
        let result = build::binary(operator.tree(), left.clone().expr(), right, place(at));
        match wide_field {
            true => self.field_result(operator, result, &left),
            false => Value::new(result, ty, at),
        }
    }

    /// Bytes of a pointer's target; gcc counts void and functions as 1.
    fn stride(&mut self, to: Q, at: Location) -> Expr {
        let known = self.types.variable_size(to.id).is_some() || self.types.size(to.id).is_some();
        if !known && to.id != VOID && !self.types.is_function(to.id) {
            let name = self.type_name(to);
            self.say(at, |span| {
                errors::incomplete(span, &name, "pointer arithmetic")
            });
        }
        self.size_expression(to, place(at))
    }

    /// An index in bytes.
    fn scale(&mut self, index: Expr, stride: Expr) -> Expr {
        let place = index.place;
        let index = convert(index, Scalar::U32);
        match build::constant_bits(&stride) {
            Some(1) => index,
            Some(n) if build::constant_bits(&index).is_none() && n.is_power_of_two() => {
                let count = constant(u64::from(n.trailing_zeros()), Scalar::U32, place);
                build::binary(BinaryOp::Shl, index, count, place)
            }
            _ => build::binary(BinaryOp::Mul, index, Expr { place, ..stride }, place),
        }
    }

    /// `pointer + index` or `pointer - index`.
    pub fn move_pointer(
        &mut self,
        left: Value,
        right: Value,
        to: Q,
        back: bool,
        at: Location,
    ) -> Value {
        let ty = left.ty.id;
        let stride = self.stride(to, at);
        let bytes = self.scale(right.expr(), stride);
        let base = left.expr();
        let expr = match build::constant_bits(&bytes) {
            Some(bits) => {
                let bits = bits as i32;
                let moved = add_offset(base, if back { bits.wrapping_neg() } else { bits });
                Expr {
                    place: place(at),
                    ..moved
                }
            }
            None => {
                let op = if back { BinaryOp::Sub } else { BinaryOp::Add };
                build::binary(op, base, bytes, place(at))
            }
        };
        Value::new(expr, ty, at)
    }

    /// `index + pointer`: the index is evaluated first.
    fn move_pointer_from_right(&mut self, left: Value, right: Value, to: Q, at: Location) -> Value {
        if left.constant().is_some() {
            return self.move_pointer(right, left, to, false, at);
        }
        let ty = right.ty.id;
        let stride = self.stride(to, at);
        let bytes = self.scale(left.expr(), stride);
        Value::new(
            build::binary(BinaryOp::Add, bytes, right.expr(), place(at)),
            ty,
            at,
        )
    }

    /// `pointer - pointer`, in elements.
    fn distance(&mut self, left: Value, right: Value, a: Q, b: Q, at: Location) -> Value {
        if !self.types.compatible_plain(a.id, b.id) {
            let (l, r) = (self.plain_name(left.ty.id), self.plain_name(right.ty.id));
            self.say(at, |span| errors::bad_operands(span, "-", &l, &r));
            return Value::poison(at);
        }
        let stride = self.stride(a, at);
        let known = build::constant_bits(&stride).map(|n| n.max(1) as u32);
        let place = place(at);
        let (left, right) = (left.expr(), right.expr());
        if let (ExprKind::Address(s, x), ExprKind::Address(t, y)) = (&left.kind, &right.kind)
            && s == t
            && let Some(stride) = known
        {
            return Value::int(i64::from(x.wrapping_sub(*y) / stride as i32), at);
        }
        let left = convert(left, Scalar::I32);
        let right = convert(right, Scalar::I32);
        let bytes = build::binary(BinaryOp::Sub, left, right, place);
        let expr = match known {
            Some(1) => bytes,
            // The difference is a multiple of the stride: the shift is exact.
            Some(n) if n.is_power_of_two() => {
                let count = constant(u64::from(n.trailing_zeros()), Scalar::U32, place);
                build::binary(BinaryOp::Shr, bytes, count, place)
            }
            Some(n) => {
                let stride = constant(u64::from(n), Scalar::I32, place);
                build::binary(BinaryOp::Div, bytes, stride, place)
            }
            None => build::binary(BinaryOp::Div, bytes, convert(stride, Scalar::I32), place),
        };
        Value::new(expr, INT, at)
    }

    fn compare_pointers(
        &mut self,
        operator: Operator,
        left: Value,
        right: Value,
        at: Location,
    ) -> Value {
        let (l, r) = (left.ty.id, right.ty.id);
        match (self.types.pointee(l), self.types.pointee(r)) {
            (Some(a), Some(b)) => {
                let void = a.id == VOID || b.id == VOID;
                if !void && !self.types.compatible_plain(a.id, b.id) {
                    let (a, b) = (self.plain_name(l), self.plain_name(r));
                    self.say(at, |span| errors::distinct_pointers(span, &a, &b));
                }
            }
            _ => {
                let (pointer, other) = if self.types.pointee(l).is_some() {
                    (l, &right)
                } else {
                    (r, &left)
                };
                if !self.types.is_integer(other.ty.id) {
                    let (a, b) = (self.plain_name(l), self.plain_name(r));
                    self.say(at, |span| {
                        errors::bad_operands(span, operator.spelling(), &a, &b)
                    });
                    return Value::poison(at);
                }
                if !other.is_zero() {
                    let name = self.plain_name(pointer);
                    self.say(at, |span| errors::pointer_and_integer(span, &name));
                }
            }
        }
        let left = convert(left.expr(), Scalar::U32);
        let right = convert(right.expr(), Scalar::U32);
        Value::new(
            build::binary(operator.tree(), left, right, place(at)),
            INT,
            at,
        )
    }

    /// `condition ? then : otherwise`.
    pub fn choose(
        &mut self,
        condition: Value,
        then: Value,
        otherwise: Value,
        at: Location,
    ) -> Value {
        let depth = condition.depth.max(then.depth).max(otherwise.depth);
        let condition = self.condition(condition, "?:");
        let then = self.promote(then);
        let otherwise = self.promote(otherwise);
        if then.poisoned() || otherwise.poisoned() {
            return Value::poison(at);
        }
        let wide_field = self.wide_field_type(&then, &otherwise);
        let ty = match wide_field {
            Some((ty, _)) => Some(ty),
            None => self.choice_type(&then, &otherwise, at),
        };
        let Some(ty) = ty else {
            return Value::poison(at);
        };
        let [then, otherwise] = [then, otherwise].map(|value| match wide_field {
            Some((ty, width)) => self.at_field_width(value, ty, width),
            None => self.retype_choice(value, ty),
        });
        let width = wide_field.map_or(0, |(_, width)| width);
        if let Some(truth) = build::known_truth(&condition) {
            let chosen = if truth { then } else { otherwise };
            return Value { at, ..chosen };
        }
        let kind = ExprKind::Conditional(
            Box::new(condition),
            Box::new(then.expr()),
            Box::new(otherwise.expr()),
        );
        let expr = Expr {
            kind,
            ty: self.types.ty(ty),
            place: place(at),
        };
        Value {
            width,
            ..Value::new(expr, ty, at)
        }
        .above(depth)
    }

    fn retype_choice(&mut self, value: Value, ty: TypeId) -> Value {
        if self.types.is_scalar(ty) || ty == VOID {
            self.retype(value, ty)
        } else {
            value
        }
    }

    /// C17 §6.5.15.
    fn choice_type(&mut self, then: &Value, otherwise: &Value, at: Location) -> Option<TypeId> {
        let (a, b) = (then.ty.id, otherwise.ty.id);
        if self.types.is_arithmetic(a) && self.types.is_arithmetic(b) {
            return Some(self.types.common(a, b));
        }
        if a == VOID || b == VOID {
            return Some(VOID);
        }
        match (self.types.pointee(a), self.types.pointee(b)) {
            (Some(x), Some(y)) => {
                let quals = x.quals | y.quals;
                // A null pointer constant takes the other's type.
                if x == VOID.plain() && then.is_zero() {
                    return Some(b);
                }
                if y == VOID.plain() && otherwise.is_zero() {
                    return Some(a);
                }
                let to = if x.id == VOID || y.id == VOID {
                    VOID.plain()
                } else if self.types.compatible_plain(x.id, y.id) {
                    self.types.composite(x.id.plain(), y.id.plain())
                } else {
                    let (a, b) = (self.plain_name(a), self.plain_name(b));
                    self.say(at, |span| errors::conditional_pointers(span, &a, &b));
                    VOID.plain()
                };
                return Some(self.types.pointer(to.with(quals)));
            }
            (Some(_), None) if self.types.is_integer(b) => {
                if !otherwise.is_zero() {
                    let name = self.plain_name(a);
                    self.say(at, |span| errors::pointer_and_integer(span, &name));
                }
                return Some(a);
            }
            (None, Some(_)) if self.types.is_integer(a) => {
                if !then.is_zero() {
                    let name = self.plain_name(b);
                    self.say(at, |span| errors::pointer_and_integer(span, &name));
                }
                return Some(b);
            }
            _ => {}
        }
        if a == b {
            return Some(a);
        }
        let (a, b) = (self.plain_name(a), self.plain_name(b));
        self.say(at, |span| errors::bad_operands(span, "?:", &a, &b));
        None
    }

    /// `++` and `--`; the target was checked.
    pub fn step(&mut self, target: Value, negative: bool, want: Want) -> Value {
        let at = target.at;
        let ty = target.ty.id;
        if !self.types.is_scalar(ty) {
            let name = self.plain_name(ty);
            self.say(at, |span| {
                errors::bad_operand(span, if negative { "--" } else { "++" }, &name)
            });
            return Value::poison(at);
        }
        let operator = if negative {
            Operator::Sub
        } else {
            Operator::Add
        };
        let one = Value::int(1, at);
        if self.is_atomic(&target) {
            return self.atomic_modify(operator, target, one, want, at);
        }
        self.modify(target, want, at, |this, old| {
            this.operate(operator, old, one, ty, at)
        })
    }

    /// `old operator right`, converted back to the target's type.
    pub fn operate(
        &mut self,
        operator: Operator,
        old: Value,
        right: Value,
        ty: TypeId,
        at: Location,
    ) -> Expr {
        let result = self.binary(operator, old, right, at);
        self.retype(result, ty).expr()
    }
}
