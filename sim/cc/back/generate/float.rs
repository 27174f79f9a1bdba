//! Floating point in software: calls of routines with libgcc's names and meaning.
//!
//! Inline are only the sign flip and the test for zero. A comparison routine gives a number to
//! compare with 0; for NaN it gives one for which the comparison fails.

use super::{Generator, Value, scalar_of};
use crate::back::code::{SymbolRef, V};
use crate::tree::{BinaryOp, Expr, Scalar};
use sim_abi::Op;

/// The routine of an operation, single and double.
fn routine(op: BinaryOp) -> (&'static str, &'static str) {
    match op {
        BinaryOp::Add => ("__addsf3", "__adddf3"),
        BinaryOp::Sub => ("__subsf3", "__subdf3"),
        BinaryOp::Mul => ("__mulsf3", "__muldf3"),
        BinaryOp::Div => ("__divsf3", "__divdf3"),
        BinaryOp::Eq => ("__eqsf2", "__eqdf2"),
        BinaryOp::Ne => ("__nesf2", "__nedf2"),
        BinaryOp::Lt => ("__ltsf2", "__ltdf2"),
        BinaryOp::Le => ("__lesf2", "__ledf2"),
        BinaryOp::Gt => ("__gtsf2", "__gtdf2"),
        BinaryOp::Ge => ("__gesf2", "__gedf2"),
        // C has no such operation on floats; the checker lets none through.
        BinaryOp::Rem | BinaryOp::Shl | BinaryOp::Shr => ("fmodf", "fmod"),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => ("fmodf", "fmod"),
    }
}

/// The conversion routine between two types, at least one of them floating.
fn conversion(from: Scalar, to: Scalar) -> Option<&'static str> {
    use Scalar::{F32, F64, I64, U32, U64};
    Some(match (from, to) {
        (F32, F32) | (F64, F64) => return None,
        (F32, F64) => "__extendsfdf2",
        (F64, F32) => "__truncdfsf2",
        (F32, I64) => "__fixsfdi",
        (F64, I64) => "__fixdfdi",
        (F32, U64) => "__fixunssfdi",
        (F64, U64) => "__fixunsdfdi",
        (F32, U32) => "__fixunssfsi",
        (F64, U32) => "__fixunsdfsi",
        (F32, _) => "__fixsfsi",
        (F64, _) => "__fixdfsi",
        (I64, F32) => "__floatdisf",
        (I64, _) => "__floatdidf",
        (U64, F32) => "__floatundisf",
        (U64, _) => "__floatundidf",
        (U32, F32) => "__floatunsisf",
        (U32, _) => "__floatunsidf",
        (_, F32) => "__floatsisf",
        (_, _) => "__floatsidf",
    })
}

impl Generator<'_> {
    /// A call of a runtime routine with a result of 1 or 2 words.
    pub(super) fn runtime(&mut self, name: &'static str, args: &[Value], words: u32) -> Value {
        self.call_words(SymbolRef::Runtime(name), args, words)
    }

    pub(super) fn float_negate(&mut self, value: Value) -> Value {
        let sign = self.li(i32::MIN);
        match value {
            Value::Two(low, high) => Value::Two(low, self.rr(Op::Xor, high, sign)),
            value => Value::One(self.rr(Op::Xor, Self::low(value), sign)),
        }
    }

    #[inline(never)]
    pub(super) fn float_binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, e: &Expr) -> Value {
        let s = scalar_of(a.ty);
        if matches!(
            op,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div
        ) {
            let (left, right) = self.two_values(a, b);
            self.place = e.place;
            let (single, double) = routine(op);
            return if s == Scalar::F64 {
                self.runtime(double, &[left, right], 2)
            } else {
                self.runtime(single, &[left, right], 1)
            };
        }
        let (v, op) = self.float_comparison(op, a, b, e);
        Value::One(match op {
            BinaryOp::Eq => self.ri(Op::Sltiu, v, 1),
            BinaryOp::Ne => self.rr(Op::Sltu, V::ZERO, v),
            BinaryOp::Lt => self.rr(Op::Slt, v, V::ZERO),
            BinaryOp::Gt => self.rr(Op::Slt, V::ZERO, v),
            BinaryOp::Le => self.ri(Op::Slti, v, 1),
            _ => {
                let less = self.rr(Op::Slt, v, V::ZERO);
                self.ri(Op::Xori, less, 1)
            }
        })
    }

    /// A register that compares with 0 by the given operator as `a` does with `b`.
    pub(super) fn float_comparison(
        &mut self,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
        e: &Expr,
    ) -> (V, BinaryOp) {
        let (left, right) = self.two_values(a, b);
        self.place = e.place;
        let (single, double) = routine(op);
        let name = if scalar_of(a.ty) == Scalar::F64 {
            double
        } else {
            single
        };
        let result = self.runtime(name, &[left, right], 1);
        (Self::low(result), op)
    }

    pub(super) fn float_convert(&mut self, value: Value, from: Scalar, to: Scalar) -> Value {
        let Some(name) = conversion(from, to) else {
            return value;
        };
        let words = to.size().div_ceil(4);
        let result = self.runtime(name, &[value], words);
        if to.size() < 4 {
            return Value::One(self.narrow(Self::low(result), Scalar::I32, to));
        }
        result
    }
}
