//! Conditions: comparisons fused with branches, `&&`, `||`, `!`, and their values 0 and 1.

use super::{Generator, Value, scalar_of};
use crate::back::code::{Imm, Kind, Label, V};
use crate::tree::{BinaryOp, Expr, ExprKind, Scalar};
use sim_abi::Op;

/// The comparison that holds when `op` does not (integers only: NaN is neither).
fn opposite(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::Lt => BinaryOp::Ge,
        BinaryOp::Ge => BinaryOp::Lt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Le => BinaryOp::Gt,
        other => other,
    }
}

fn comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}

/// Is its value 0 or 1 anyway?
fn is_truth(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Not(_) | ExprKind::And(..) | ExprKind::Or(..) => true,
        ExprKind::Binary(op, ..) => comparison(*op),
        _ => false,
    }
}

impl Generator<'_> {
    /// Goes to `target` if the truth of `e` is `when`, otherwise on.
    #[inline(never)]
    pub(super) fn branch(&mut self, e: &Expr, target: Label, when: bool) {
        match &e.kind {
            ExprKind::Const(_) => self.branch_on_constant(e, target, when),
            ExprKind::Not(a) => self.branch(a, target, !when),
            ExprKind::And(a, b) => self.branch_both(a, b, target, when, false),
            ExprKind::Or(a, b) => self.branch_both(a, b, target, when, true),
            ExprKind::Comma(a, b) => {
                self.effect(a);
                self.branch(b, target, when);
            }
            ExprKind::Binary(op, a, b) if comparison(*op) => {
                self.branch_on_comparison(*op, a, b, e, target, when);
            }
            _ => {
                let value = self.expr(e);
                self.place = e.place;
                let word = self.truth_word(value, scalar_of(e.ty));
                self.branch_if(when, word, target);
            }
        }
    }

    /// `bnez` or `beqz`.
    pub(super) fn branch_if(&mut self, non_zero: bool, v: V, target: Label) {
        let op = if non_zero { Op::Bne } else { Op::Beq };
        self.push(Kind::Branch(op, v, V::ZERO, target));
    }

    fn branch_on_constant(&mut self, e: &Expr, target: Label, when: bool) {
        let ExprKind::Const(bits) = e.kind else {
            return;
        };
        let truth = match scalar_of(e.ty) {
            Scalar::F32 => (bits as u32) << 1 != 0,
            Scalar::F64 => bits << 1 != 0,
            _ => bits != 0,
        };
        if truth == when {
            self.push(Kind::Jump(target));
        }
    }

    /// `a && b` (`decides` is false) or `a || b` (`decides` is true).
    fn branch_both(&mut self, a: &Expr, b: &Expr, target: Label, when: bool, decides: bool) {
        if when == decides {
            self.branch(a, target, when);
            self.branch(b, target, when);
        } else {
            let skip = self.label();
            self.branch(a, skip, decides);
            self.branch(b, target, when);
            self.push(Kind::Label(skip));
        }
    }

    #[inline(never)]
    fn branch_on_comparison(
        &mut self,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
        e: &Expr,
        target: Label,
        when: bool,
    ) {
        let s = scalar_of(a.ty);
        if s.float() {
            let (v, op) = self.float_comparison(op, a, b, e);
            let op = if when { op } else { opposite(op) };
            return self.compare_and_branch(op, v, V::ZERO, true, target);
        }
        let op = if when { op } else { opposite(op) };
        if s.size() == 8 {
            return self.wide_branch(op, a, b, e, target);
        }
        let (left, right) = self.two_words(a, b);
        self.place = e.place;
        self.compare_and_branch(op, left, right, s.signed(), target);
    }

    /// One compare-and-branch instruction.
    pub(super) fn compare_and_branch(
        &mut self,
        op: BinaryOp,
        a: V,
        b: V,
        signed: bool,
        target: Label,
    ) {
        let (less, not_less) = if signed {
            (Op::Blt, Op::Bge)
        } else {
            (Op::Bltu, Op::Bgeu)
        };
        let (op, a, b) = match op {
            BinaryOp::Eq => (Op::Beq, a, b),
            BinaryOp::Ne => (Op::Bne, a, b),
            BinaryOp::Lt => (less, a, b),
            BinaryOp::Gt => (less, b, a),
            BinaryOp::Ge => (not_less, a, b),
            _ => (not_less, b, a),
        };
        self.push(Kind::Branch(op, a, b, target));
    }

    /// A register that is zero if and only if the value is false.
    pub(super) fn truth_word(&mut self, value: Value, s: Scalar) -> V {
        match (value, s) {
            (Value::One(v), Scalar::F32) => self.ri(Op::Slli, v, 1),
            (Value::Two(low, high), Scalar::F64) => {
                let high = self.ri(Op::Slli, high, 1);
                self.rr(Op::Or, low, high)
            }
            (Value::Two(low, high), _) => self.rr(Op::Or, low, high),
            (value, _) => Self::low(value),
        }
    }

    /// The value of `!a`, `a && b`, `a || b`: 0 or 1.
    #[inline(never)]
    pub(super) fn truth_value(&mut self, e: &Expr) -> Value {
        if let ExprKind::Not(a) = &e.kind {
            let value = self.expr(a);
            self.place = e.place;
            let word = self.truth_word(value, scalar_of(a.ty));
            return Value::One(self.ri(Op::Sltiu, word, 1));
        }
        let end = self.label();
        let result = self.fresh();
        let (ExprKind::And(a, b) | ExprKind::Or(a, b)) = &e.kind else {
            return Value::None;
        };
        let decides = matches!(e.kind, ExprKind::Or(..));
        let shortcut = self.label();
        self.branch(a, shortcut, decides);
        let value = self.expr(b);
        self.place = e.place;
        if is_truth(b) {
            self.assign(result, Self::low(value));
        } else {
            let word = self.truth_word(value, scalar_of(b.ty));
            self.plain(Op::Sltu, result, V::ZERO, word, Imm::Value(0));
        }
        self.push(Kind::Jump(end));
        self.push(Kind::Label(shortcut));
        self.push(Kind::Li(result, i32::from(decides)));
        self.push(Kind::Label(end));
        Value::One(result)
    }
}
