//! Tree nodes, with constants folded as they are built.
//!
//! Only constants are folded: nothing that reads or writes memory is removed or moved.

use crate::tree::{BinaryOp, Expr, ExprKind, Place, Scalar, Ty, UnaryOp};
use alloc::boxed::Box;

/// A node.
pub fn node(kind: ExprKind, scalar: Scalar, place: Place) -> Expr {
    Expr {
        kind,
        ty: Ty::Scalar(scalar),
        place,
    }
}

/// A constant, its bits brought into the scalar's range.
pub fn constant(bits: u64, scalar: Scalar, place: Place) -> Expr {
    node(ExprKind::Const(wrap(bits, scalar)), scalar, place)
}

/// The machine scalar of a node that has one; addresses of aggregates are `U32`.
pub fn scalar_of(expr: &Expr) -> Scalar {
    match expr.ty {
        Ty::Scalar(scalar) => scalar,
        _ => Scalar::U32,
    }
}

/// The value's bits if it is a constant.
pub fn constant_bits(expr: &Expr) -> Option<u64> {
    match expr.kind {
        ExprKind::Const(bits) => Some(bits),
        _ => None,
    }
}

/// Bits cut to the scalar's width and extended by its sign.
pub fn wrap(bits: u64, scalar: Scalar) -> u64 {
    match scalar {
        Scalar::I8 => bits as i8 as u64,
        Scalar::U8 => u64::from(bits as u8),
        Scalar::I16 => bits as i16 as u64,
        Scalar::U16 => u64::from(bits as u16),
        Scalar::I32 => bits as i32 as u64,
        Scalar::U32 | Scalar::F32 => u64::from(bits as u32),
        Scalar::I64 | Scalar::U64 | Scalar::F64 => bits,
    }
}

/// A constant of one scalar type as another, as C converts.
pub fn convert_bits(bits: u64, from: Scalar, to: Scalar) -> u64 {
    if from == to {
        return bits;
    }
    let float = match from {
        Scalar::F32 => f64::from(f32::from_bits(bits as u32)),
        Scalar::F64 => f64::from_bits(bits),
        _ => return integer_to(bits, from, to),
    };
    match to {
        Scalar::F32 => u64::from((float as f32).to_bits()),
        Scalar::F64 => float.to_bits(),
        Scalar::U64 => float as u64,
        Scalar::U32 => u64::from(float as u32),
        Scalar::I64 => float as i64 as u64,
        _ => wrap(float as i32 as u64, to),
    }
}

fn integer_to(bits: u64, from: Scalar, to: Scalar) -> u64 {
    match (to, from.signed()) {
        (Scalar::F32, true) => u64::from((bits as i64 as f32).to_bits()),
        (Scalar::F32, false) => u64::from((bits as f32).to_bits()),
        (Scalar::F64, true) => (bits as i64 as f64).to_bits(),
        (Scalar::F64, false) => (bits as f64).to_bits(),
        _ => wrap(bits, to),
    }
}

/// `expr` as a value of another scalar type.
pub fn convert(expr: Expr, to: Scalar) -> Expr {
    let from = scalar_of(&expr);
    let place = expr.place;
    if from == to {
        return Expr {
            ty: Ty::Scalar(to),
            ..expr
        };
    }
    match expr.kind {
        ExprKind::Const(bits) => constant(convert_bits(bits, from, to), to, place),
        // An address stays one, whatever 32-bit type it is cast to.
        ExprKind::Address(..) | ExprKind::LocalAddress(..)
            if matches!(
                (from, to),
                (Scalar::I32 | Scalar::U32, Scalar::I32 | Scalar::U32)
            ) =>
        {
            Expr {
                ty: Ty::Scalar(to),
                ..expr
            }
        }
        _ => node(ExprKind::Convert(Box::new(expr)), to, place),
    }
}

/// Adds a constant number of bytes to an address.
pub fn add_offset(address: Expr, offset: i32) -> Expr {
    let place = address.place;
    let kind = match address.kind {
        ExprKind::Address(symbol, old) => ExprKind::Address(symbol, old.wrapping_add(offset)),
        ExprKind::LocalAddress(local, old) => {
            ExprKind::LocalAddress(local, old.wrapping_add(offset))
        }
        ExprKind::Const(bits) => {
            ExprKind::Const(wrap(bits.wrapping_add(offset as u64), Scalar::U32))
        }
        kind if offset == 0 => kind,
        ExprKind::Binary(BinaryOp::Add, left, right) if constant_bits(&right).is_some() => {
            let old = constant_bits(&right).unwrap_or(0);
            let sum = constant(old.wrapping_add(offset as u64), Scalar::U32, place);
            ExprKind::Binary(BinaryOp::Add, left, Box::new(sum))
        }
        kind => ExprKind::Binary(
            BinaryOp::Add,
            Box::new(Expr {
                kind,
                ty: Ty::Scalar(Scalar::U32),
                place,
            }),
            Box::new(constant(offset as u64, Scalar::U32, place)),
        ),
    };
    node(kind, Scalar::U32, place)
}

/// A binary operation on operands of one scalar type (shifts: see the contract).
pub fn binary(op: BinaryOp, left: Expr, right: Expr, place: Place) -> Expr {
    let scalar = scalar_of(&left);
    let comparison = matches!(
        op,
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
    );
    let result = if comparison { Scalar::I32 } else { scalar };
    if let (Some(a), Some(b)) = (constant_bits(&left), constant_bits(&right)) {
        let folded = match scalar {
            Scalar::F32 => fold_f32(op, f32::from_bits(a as u32), f32::from_bits(b as u32)),
            Scalar::F64 => fold_f64(op, f64::from_bits(a), f64::from_bits(b)),
            _ => fold_integer(op, a, b, scalar),
        };
        if let Some(bits) = folded {
            return constant(bits, result, place);
        }
    }
    if !scalar.float() && scalar.size() == 4 {
        let offset = match (op, constant_bits(&right)) {
            (BinaryOp::Add, Some(bits)) => Some(bits as i32),
            (BinaryOp::Sub, Some(bits)) => Some((bits as i32).wrapping_neg()),
            _ => None,
        };
        if let (Some(offset), ExprKind::Address(..) | ExprKind::LocalAddress(..)) =
            (offset, &left.kind)
        {
            let moved = add_offset(left, offset);
            return Expr {
                ty: Ty::Scalar(scalar),
                place,
                ..moved
            };
        }
    }
    if let Some(known) = address_comparison(op, &left, &right) {
        return constant(u64::from(known), Scalar::I32, place);
    }
    node(
        ExprKind::Binary(op, Box::new(left), Box::new(right)),
        result,
        place,
    )
}

/// Differences and comparisons of addresses in one object, and "is it null": constants.
fn address_comparison(op: BinaryOp, left: &Expr, right: &Expr) -> Option<bool> {
    let order = match (&left.kind, &right.kind) {
        (ExprKind::Address(s, a), ExprKind::Address(t, b)) if s == t => a.cmp(b),
        (ExprKind::LocalAddress(s, a), ExprKind::LocalAddress(t, b)) if s == t => a.cmp(b),
        (ExprKind::Address(_, 0) | ExprKind::LocalAddress(_, 0), ExprKind::Const(0)) => {
            core::cmp::Ordering::Greater
        }
        _ => return None,
    };
    Some(match op {
        BinaryOp::Eq => order.is_eq(),
        BinaryOp::Ne => order.is_ne(),
        BinaryOp::Lt => order.is_lt(),
        BinaryOp::Le => order.is_le(),
        BinaryOp::Gt => order.is_gt(),
        BinaryOp::Ge => order.is_ge(),
        _ => return None,
    })
}

fn fold_integer(op: BinaryOp, a: u64, b: u64, scalar: Scalar) -> Option<u64> {
    let signed = scalar.signed();
    let bits = scalar.size() * 8;
    let (x, y) = (a as i64, b as i64);
    let less = |x: u64, y: u64| if signed { (x as i64) < y as i64 } else { x < y };
    Some(match op {
        BinaryOp::Add => a.wrapping_add(b),
        BinaryOp::Sub => a.wrapping_sub(b),
        BinaryOp::Mul => a.wrapping_mul(b),
        BinaryOp::Div | BinaryOp::Rem if b == 0 => return None,
        BinaryOp::Div if signed => x.wrapping_div(y) as u64,
        BinaryOp::Div => a / b,
        BinaryOp::Rem if signed => x.wrapping_rem(y) as u64,
        BinaryOp::Rem => a % b,
        BinaryOp::Shl => a << (b & u64::from(bits - 1)),
        BinaryOp::Shr if signed => (x >> (b & u64::from(bits - 1))) as u64,
        BinaryOp::Shr => a >> (b & u64::from(bits - 1)),
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Eq => u64::from(a == b),
        BinaryOp::Ne => u64::from(a != b),
        BinaryOp::Lt => u64::from(less(a, b)),
        BinaryOp::Le => u64::from(!less(b, a)),
        BinaryOp::Gt => u64::from(less(b, a)),
        BinaryOp::Ge => u64::from(!less(a, b)),
    })
}

macro_rules! fold_float {
    ($name:ident, $float:ty) => {
        fn $name(op: BinaryOp, a: $float, b: $float) -> Option<u64> {
            // One NaN for all, whatever the host's processor makes of its sign and payload.
            let number = |value: $float| {
                u64::from(if value.is_nan() { <$float>::NAN } else { value }.to_bits())
            };
            Some(match op {
                BinaryOp::Add => number(a + b),
                BinaryOp::Sub => number(a - b),
                BinaryOp::Mul => number(a * b),
                BinaryOp::Div => number(a / b),
                BinaryOp::Eq => u64::from(a == b),
                BinaryOp::Ne => u64::from(a != b),
                BinaryOp::Lt => u64::from(a < b),
                BinaryOp::Le => u64::from(a <= b),
                BinaryOp::Gt => u64::from(a > b),
                BinaryOp::Ge => u64::from(a >= b),
                _ => return None,
            })
        }
    };
}
fold_float!(fold_f32, f32);
fold_float!(fold_f64, f64);

/// `-x` or `~x`.
pub fn unary(op: UnaryOp, operand: Expr, place: Place) -> Expr {
    let scalar = scalar_of(&operand);
    let folded = match (constant_bits(&operand), op, scalar) {
        (Some(bits), UnaryOp::Negate, Scalar::F32) => Some(bits ^ 1 << 31),
        (Some(bits), UnaryOp::Negate, Scalar::F64) => Some(bits ^ 1 << 63),
        (Some(bits), UnaryOp::Negate, _) => Some(bits.wrapping_neg()),
        (Some(bits), UnaryOp::Complement, _) => Some(!bits),
        (None, ..) => None,
    };
    match folded {
        Some(bits) => constant(bits, scalar, place),
        None => node(ExprKind::Unary(op, Box::new(operand)), scalar, place),
    }
}

/// Is a constant's value zero, as C tests it?
pub fn is_zero(bits: u64, scalar: Scalar) -> bool {
    match scalar {
        Scalar::F32 => bits & 0x7fff_ffff == 0,
        Scalar::F64 => bits << 1 == 0,
        _ => bits == 0,
    }
}

/// The truth of a value, if it is known without evaluating anything.
pub fn known_truth(expr: &Expr) -> Option<bool> {
    match expr.kind {
        ExprKind::Const(bits) => Some(!is_zero(bits, scalar_of(expr))),
        ExprKind::Address(..) | ExprKind::LocalAddress(..) => Some(true),
        _ => None,
    }
}

/// `a, b`; a constant on the left is dropped.
pub fn comma(left: Expr, right: Expr) -> Expr {
    if let ExprKind::Const(_)
    | ExprKind::Local(_)
    | ExprKind::Address(..)
    | ExprKind::LocalAddress(..) = left.kind
    {
        return right;
    }
    let (ty, place) = (right.ty, right.place);
    Expr {
        kind: ExprKind::Comma(Box::new(left), Box::new(right)),
        ty,
        place,
    }
}

/// Can it be evaluated twice without anyone noticing: a constant, or a register plus a constant?
pub fn is_simple(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Address(..)
        | ExprKind::LocalAddress(..)
        | ExprKind::Local(_) => true,
        ExprKind::Binary(BinaryOp::Add, left, right) => {
            matches!(left.kind, ExprKind::Local(_)) && matches!(right.kind, ExprKind::Const(_))
        }
        _ => false,
    }
}

/// An address as the aggregate that lies there, or back: nothing happens when it is evaluated.
pub fn reinterpret(expr: Expr, ty: Ty) -> Expr {
    if expr.ty == ty {
        return expr;
    }
    match expr.kind {
        // Their own type says what they do.
        ExprKind::Load { .. } | ExprKind::Call { .. } | ExprKind::AtomicRmw { .. } => {
            let place = expr.place;
            Expr {
                kind: ExprKind::Convert(Box::new(expr)),
                ty,
                place,
            }
        }
        kind => Expr {
            kind,
            ty,
            place: expr.place,
        },
    }
}

/// May it change what another expression reads?
pub fn has_effects(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Address(..)
        | ExprKind::LocalAddress(..)
        | ExprKind::Local(_)
        | ExprKind::VaStart
        | ExprKind::ReturnAddress => false,
        ExprKind::SetLocal(..)
        | ExprKind::Store { .. }
        | ExprKind::Copy { .. }
        | ExprKind::Zero { .. }
        | ExprKind::Call { .. }
        | ExprKind::Syscall(_)
        | ExprKind::AtomicRmw { .. }
        | ExprKind::AtomicCas { .. }
        | ExprKind::Statements(..)
        | ExprKind::Allocate { .. }
        | ExprKind::Fence
        | ExprKind::Trap => true,
        ExprKind::Load { address, .. } => has_effects(address),
        ExprKind::Unary(_, e) | ExprKind::Not(e) | ExprKind::Convert(e) => has_effects(e),
        ExprKind::Binary(_, a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Comma(a, b) => has_effects(a) || has_effects(b),
        ExprKind::Conditional(c, a, b) => has_effects(c) || has_effects(a) || has_effects(b),
    }
}
