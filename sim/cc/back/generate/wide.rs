//! 64-bit integers as pairs of registers: everything but division is inline.

use super::{Generator, Value, scalar_of};
use crate::back::code::{Kind, Label, V};
use crate::tree::{BinaryOp, Expr, ExprKind, UnaryOp};
use sim_abi::Op;

impl Generator<'_> {
    /// Both operands, left to right.
    pub(super) fn two_values(&mut self, a: &Expr, b: &Expr) -> (Value, Value) {
        let left = self.expr(a);
        let mark = self.mark();
        let right = self.expr(b);
        (self.value_since(left, mark), right)
    }

    pub(super) fn wide_unary(&mut self, op: UnaryOp, value: Value) -> Value {
        let (low, high) = Self::pair(value);
        match op {
            UnaryOp::Negate => {
                let borrow = self.rr(Op::Sltu, V::ZERO, low);
                let high = self.rr(Op::Sub, V::ZERO, high);
                let low = self.rr(Op::Sub, V::ZERO, low);
                Value::Two(low, self.rr(Op::Sub, high, borrow))
            }
            UnaryOp::Complement => {
                let low = self.ri(Op::Xori, low, -1);
                Value::Two(low, self.ri(Op::Xori, high, -1))
            }
        }
    }

    #[inline(never)]
    pub(super) fn wide_binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, e: &Expr) -> Value {
        let signed = scalar_of(a.ty).signed();
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr) {
            return self.wide_shift(op, a, b, e, signed);
        }
        let (left, right) = self.two_values(a, b);
        self.place = e.place;
        let (al, ah) = Self::pair(left);
        let (bl, bh) = Self::pair(right);
        match op {
            BinaryOp::Add => {
                let low = self.rr(Op::Add, al, bl);
                let carry = self.rr(Op::Sltu, low, bl);
                let high = self.rr(Op::Add, ah, bh);
                Value::Two(low, self.rr(Op::Add, high, carry))
            }
            BinaryOp::Sub => {
                let borrow = self.rr(Op::Sltu, al, bl);
                let low = self.rr(Op::Sub, al, bl);
                let high = self.rr(Op::Sub, ah, bh);
                Value::Two(low, self.rr(Op::Sub, high, borrow))
            }
            BinaryOp::Mul => self.wide_multiply((al, ah), (bl, bh)),
            BinaryOp::And => self.word_by_word(Op::And, (al, ah), (bl, bh)),
            BinaryOp::Or => self.word_by_word(Op::Or, (al, ah), (bl, bh)),
            BinaryOp::Xor => self.word_by_word(Op::Xor, (al, ah), (bl, bh)),
            BinaryOp::Div if signed => self.runtime("__divdi3", &[left, right], 2),
            BinaryOp::Div => self.runtime("__udivdi3", &[left, right], 2),
            BinaryOp::Rem if signed => self.runtime("__moddi3", &[left, right], 2),
            BinaryOp::Rem => self.runtime("__umoddi3", &[left, right], 2),
            _ => Value::One(self.wide_compare(op, (al, ah), (bl, bh), signed)),
        }
    }

    fn word_by_word(&mut self, op: Op, a: (V, V), b: (V, V)) -> Value {
        let low = self.rr(op, a.0, b.0);
        Value::Two(low, self.rr(op, a.1, b.1))
    }

    /// The low 64 bits of the product: the high words matter only once.
    fn wide_multiply(&mut self, a: (V, V), b: (V, V)) -> Value {
        let mut high = self.rr(Op::Mulhu, a.0, b.0);
        for (x, y) in [(a.0, b.1), (a.1, b.0)] {
            if x != V::ZERO && y != V::ZERO {
                let part = self.rr(Op::Mul, x, y);
                high = self.rr(Op::Add, high, part);
            }
        }
        Value::Two(self.rr(Op::Mul, a.0, b.0), high)
    }

    /// 0 or 1.
    pub(super) fn wide_compare(&mut self, op: BinaryOp, a: (V, V), b: (V, V), signed: bool) -> V {
        match op {
            BinaryOp::Eq | BinaryOp::Ne => {
                let low = self.difference(a.0, b.0);
                let high = self.difference(a.1, b.1);
                let any = self.rr(Op::Or, low, high);
                if op == BinaryOp::Eq {
                    self.ri(Op::Sltiu, any, 1)
                } else {
                    self.rr(Op::Sltu, V::ZERO, any)
                }
            }
            BinaryOp::Lt => self.wide_less(a, b, signed),
            BinaryOp::Gt => self.wide_less(b, a, signed),
            BinaryOp::Ge => {
                let less = self.wide_less(a, b, signed);
                self.ri(Op::Xori, less, 1)
            }
            _ => {
                let greater = self.wide_less(b, a, signed);
                self.ri(Op::Xori, greater, 1)
            }
        }
    }

    fn wide_less(&mut self, a: (V, V), b: (V, V), signed: bool) -> V {
        let less = if signed { Op::Slt } else { Op::Sltu };
        let high_less = self.rr(less, a.1, b.1);
        let difference = self.difference(a.1, b.1);
        let high_equal = self.ri(Op::Sltiu, difference, 1);
        let low_less = self.rr(Op::Sltu, a.0, b.0);
        let decided_low = self.rr(Op::And, high_equal, low_less);
        self.rr(Op::Or, high_less, decided_low)
    }

    /// Goes to `target` if the comparison holds.
    #[inline(never)]
    pub(super) fn wide_branch(
        &mut self,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
        e: &Expr,
        target: Label,
    ) {
        let signed = scalar_of(a.ty).signed();
        let (left, right) = self.two_values(a, b);
        self.place = e.place;
        let (a, b) = (Self::pair(left), Self::pair(right));
        let (a, b, op) = match op {
            BinaryOp::Gt => (b, a, BinaryOp::Lt),
            BinaryOp::Le => (b, a, BinaryOp::Ge),
            op => (a, b, op),
        };
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            let low = self.difference(a.0, b.0);
            let high = self.difference(a.1, b.1);
            let any = self.rr(Op::Or, low, high);
            return self.branch_if(op == BinaryOp::Ne, any, target);
        }
        // The high words decide, unless they are equal.
        let on = self.label();
        let (wins, loses) = if op == BinaryOp::Lt {
            ((a.1, b.1), (b.1, a.1))
        } else {
            ((b.1, a.1), (a.1, b.1))
        };
        self.compare_and_branch(BinaryOp::Lt, wins.0, wins.1, signed, target);
        self.compare_and_branch(BinaryOp::Lt, loses.0, loses.1, signed, on);
        self.compare_and_branch(op, a.0, b.0, false, target);
        self.push(Kind::Label(on));
    }

    #[inline(never)]
    fn wide_shift(&mut self, op: BinaryOp, a: &Expr, b: &Expr, e: &Expr, signed: bool) -> Value {
        if let ExprKind::Const(n) = b.kind {
            let value = self.expr(a);
            self.place = e.place;
            return self.wide_shift_constant(op, value, n as u32 & 63, signed);
        }
        let value = self.expr(a);
        let mark = self.mark();
        let amount = self.word(b);
        let value = self.value_since(value, mark);
        self.place = e.place;
        self.wide_shift_variable(op, value, amount, signed)
    }

    /// A shift by a known amount, 0 to 63.
    pub(super) fn wide_shift_constant(
        &mut self,
        op: BinaryOp,
        value: Value,
        n: u32,
        signed: bool,
    ) -> Value {
        let (low, high) = Self::pair(value);
        let right = if signed { Op::Srai } else { Op::Srli };
        let n = n as i32;
        match (op, n) {
            (_, 0) => value,
            (BinaryOp::Shl, 1..32) => {
                let carried = self.ri(Op::Srli, low, 32 - n);
                let high = self.ri(Op::Slli, high, n);
                let high = self.rr(Op::Or, high, carried);
                Value::Two(self.ri(Op::Slli, low, n), high)
            }
            (BinaryOp::Shl, 32) => Value::Two(V::ZERO, low),
            (BinaryOp::Shl, _) => Value::Two(V::ZERO, self.ri(Op::Slli, low, n - 32)),
            (_, 1..32) => {
                let carried = self.ri(Op::Slli, high, 32 - n);
                let low = self.ri(Op::Srli, low, n);
                let low = self.rr(Op::Or, low, carried);
                Value::Two(low, self.ri(right, high, n))
            }
            (_, _) => {
                let low = if n == 32 {
                    high
                } else {
                    self.ri(right, high, n - 32)
                };
                let high = if signed {
                    self.ri(Op::Srai, high, 31)
                } else {
                    V::ZERO
                };
                Value::Two(low, high)
            }
        }
    }

    /// A shift by a register: by 32 and more, one word moves into the other.
    fn wide_shift_variable(&mut self, op: BinaryOp, value: Value, n: V, signed: bool) -> Value {
        let (low, high) = Self::pair(value);
        let (result_low, result_high) = (self.fresh(), self.fresh());
        let (near, end) = (self.label(), self.label());
        let far = self.ri(Op::Addi, n, -32);
        self.compare_and_branch(BinaryOp::Lt, far, V::ZERO, true, near);
        if op == BinaryOp::Shl {
            let moved = self.rr(Op::Sll, low, far);
            self.assign(result_high, moved);
            self.mv(result_low, V::ZERO);
        } else {
            let (shift, fill) = if signed {
                (Op::Sra, self.ri(Op::Srai, high, 31))
            } else {
                (Op::Srl, V::ZERO)
            };
            let moved = self.rr(shift, high, far);
            self.assign(result_low, moved);
            self.mv(result_high, fill);
        }
        self.push(Kind::Jump(end));
        self.push(Kind::Label(near));
        // 31 - n without overflow for n = 0: shift by one first, then by the complement.
        let complement = self.ri(Op::Xori, n, 31);
        if op == BinaryOp::Shl {
            let half = self.ri(Op::Srli, low, 1);
            let carried = self.rr(Op::Srl, half, complement);
            let shifted = self.rr(Op::Sll, high, n);
            let new_high = self.rr(Op::Or, shifted, carried);
            self.assign(result_high, new_high);
            let new_low = self.rr(Op::Sll, low, n);
            self.assign(result_low, new_low);
        } else {
            let double = self.ri(Op::Slli, high, 1);
            let carried = self.rr(Op::Sll, double, complement);
            let shifted = self.rr(Op::Srl, low, n);
            let new_low = self.rr(Op::Or, shifted, carried);
            self.assign(result_low, new_low);
            let new_high = self.rr(if signed { Op::Sra } else { Op::Srl }, high, n);
            self.assign(result_high, new_high);
        }
        self.push(Kind::Label(end));
        Value::Two(result_low, result_high)
    }
}
