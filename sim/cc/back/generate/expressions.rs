//! Expressions: the dispatcher, operators on at most 32 bits, conversions between integers.

use super::{Generator, Home, Value, fits, scalar_of};
use crate::back::code::{Imm, Kind, V};
use crate::tree::{BinaryOp, Expr, ExprKind, LocalId, Scalar, Ty, UnaryOp};
use sim_abi::Op;

/// The bits of a constant of at most 32 bits.
fn small_constant(e: &Expr) -> Option<i32> {
    match e.kind {
        ExprKind::Const(bits) if scalar_of(e.ty).size() <= 4 => Some(bits as u32 as i32),
        _ => None,
    }
}

/// The exponent, if it is a power of two.
fn power_of_two(n: i32) -> Option<i32> {
    let n = n as u32;
    n.is_power_of_two().then(|| n.trailing_zeros() as i32)
}

/// Evaluating it has no effect and reads nothing that could change.
pub(super) fn pure(e: &Expr) -> bool {
    matches!(
        e.kind,
        ExprKind::Const(_) | ExprKind::Address(..) | ExprKind::LocalAddress(..)
    )
}

impl Generator<'_> {
    /// Evaluates an expression. Recursion passes through here: keep the frame small.
    pub(super) fn expr(&mut self, e: &Expr) -> Value {
        match &e.kind {
            ExprKind::Const(bits) => self.constant(*bits, e.ty),
            ExprKind::Address(..) | ExprKind::LocalAddress(..) => Value::One(self.address_value(e)),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::SetLocal(local, value) => self.set_local(*local, value, e),
            ExprKind::Load { .. } => self.load(e),
            ExprKind::Store { .. } => self.store(e, true),
            ExprKind::Copy { .. } => self.copy(e),
            ExprKind::Zero { .. } => self.zero(e),
            ExprKind::Unary(op, operand) => self.unary(*op, operand, e),
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b, e),
            ExprKind::Not(_) | ExprKind::And(..) | ExprKind::Or(..) => self.truth_value(e),
            ExprKind::Conditional(c, a, b) => self.conditional(c, a, b, e.ty),
            ExprKind::Comma(a, b) => {
                self.effect(a);
                self.expr(b)
            }
            ExprKind::Statements(statements, value) => {
                self.block(statements);
                self.begin_value(value);
                self.expr(value)
            }
            ExprKind::Convert(operand) => self.convert(operand, e),
            ExprKind::Call { .. } => self.call(e),
            ExprKind::Syscall(args) => self.syscall(args, e),
            ExprKind::AtomicRmw { .. } => self.atomic_rmw(e),
            ExprKind::AtomicCas { .. } => self.atomic_cas(e),
            ExprKind::Allocate { below, size } => self.allocate(*below, size),
            ExprKind::Fence | ExprKind::Trap | ExprKind::VaStart | ExprKind::ReturnAddress => {
                self.special(e)
            }
        }
    }

    /// Evaluates an expression whose value nobody wants.
    pub(super) fn effect(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Store { .. } => {
                self.store(e, false);
            }
            ExprKind::Comma(a, b) => {
                self.effect(a);
                self.effect(b);
            }
            ExprKind::Statements(statements, value) => {
                self.block(statements);
                self.begin_value(value);
                self.effect(value);
            }
            ExprKind::Convert(operand) if pure_convert(operand, e) => self.effect(operand),
            ExprKind::Const(_)
            | ExprKind::Address(..)
            | ExprKind::LocalAddress(..)
            | ExprKind::Local(_) => {}
            _ => {
                self.expr(e);
            }
        }
    }

    /// The only register of a value of at most 32 bits.
    pub(super) fn word(&mut self, e: &Expr) -> V {
        let value = self.expr(e);
        Self::low(value)
    }

    fn constant(&mut self, bits: u64, ty: Ty) -> Value {
        let s = scalar_of(ty);
        if s.size() == 8 {
            let low = self.li(bits as u32 as i32);
            return Value::Two(low, self.li((bits >> 32) as u32 as i32));
        }
        let bits = match s {
            Scalar::I8 => i32::from(bits as i8),
            Scalar::U8 => i32::from(bits as u8),
            Scalar::I16 => i32::from(bits as i16),
            Scalar::U16 => i32::from(bits as u16),
            _ => bits as u32 as i32,
        };
        Value::One(self.li(bits))
    }

    fn local(&mut self, local: LocalId) -> Value {
        match self.homes.get(local.0 as usize) {
            Some(Home::One(v)) => Value::One(*v),
            Some(Home::Two(low, high)) => Value::Two(*low, *high),
            _ => Value::None,
        }
    }

    #[inline(never)]
    fn set_local(&mut self, local: LocalId, value: &Expr, e: &Expr) -> Value {
        let value = self.expr(value);
        self.place = e.place;
        let to = self.local(local);
        self.assign_value(to, value);
        let now = self.mark();
        for v in [Self::pair(to).0, Self::pair(to).1] {
            if let Some(set) = v.index().and_then(|n| self.last_set.get_mut(n)) {
                *set = now;
            }
        }
        to
    }

    #[inline(never)]
    fn unary(&mut self, op: UnaryOp, operand: &Expr, e: &Expr) -> Value {
        let value = self.expr(operand);
        self.place = e.place;
        match (scalar_of(e.ty), op) {
            (Scalar::F32 | Scalar::F64, _) => self.float_negate(value),
            (s, _) if s.size() == 8 => self.wide_unary(op, value),
            (_, UnaryOp::Negate) => Value::One(self.rr(Op::Sub, V::ZERO, Self::low(value))),
            (_, UnaryOp::Complement) => Value::One(self.ri(Op::Xori, Self::low(value), -1)),
        }
    }

    #[inline(never)]
    fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, e: &Expr) -> Value {
        let s = scalar_of(a.ty);
        if s.float() {
            return self.float_binary(op, a, b, e);
        }
        if s.size() == 8 {
            return self.wide_binary(op, a, b, e);
        }
        let commutes = matches!(
            op,
            BinaryOp::Add | BinaryOp::Mul | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor
        );
        let (a, b) = if commutes && small_constant(a).is_some() {
            (b, a)
        } else {
            (a, b)
        };
        if let Some(n) = small_constant(b) {
            let left = self.word(a);
            self.place = e.place;
            if let Some(v) = self.with_immediate(op, left, n, s.signed()) {
                return Value::One(v);
            }
            let right = self.li(n);
            return Value::One(self.operate(op, left, right, s.signed()));
        }
        let (left, right) = self.two_words(a, b);
        self.place = e.place;
        Value::One(self.operate(op, left, right, s.signed()))
    }

    /// Both operands, left to right.
    pub(super) fn two_words(&mut self, a: &Expr, b: &Expr) -> (V, V) {
        let left = self.word(a);
        let mark = self.mark();
        let right = if scalar_of(b.ty).size() == 8 {
            let value = self.expr(b);
            Self::low(value)
        } else {
            self.word(b)
        };
        (self.since(left, mark), right)
    }

    /// The operation with its right operand as an immediate, where there is such an instruction.
    fn with_immediate(&mut self, op: BinaryOp, a: V, n: i32, signed: bool) -> Option<V> {
        let small = fits(n);
        Some(match op {
            BinaryOp::Add if n == 0 => a,
            BinaryOp::Add if small => self.ri(Op::Addi, a, n),
            BinaryOp::Sub if n == 0 => a,
            BinaryOp::Sub if n != i32::MIN && fits(-n) => self.ri(Op::Addi, a, -n),
            BinaryOp::And if small => self.ri(Op::Andi, a, n),
            BinaryOp::Or if small => self.ri(Op::Ori, a, n),
            BinaryOp::Xor if small => self.ri(Op::Xori, a, n),
            BinaryOp::Shl => self.ri(Op::Slli, a, n & 31),
            BinaryOp::Shr if signed => self.ri(Op::Srai, a, n & 31),
            BinaryOp::Shr => self.ri(Op::Srli, a, n & 31),
            BinaryOp::Mul => self.ri(Op::Slli, a, power_of_two(n)?),
            BinaryOp::Div if !signed => self.ri(Op::Srli, a, power_of_two(n)?),
            BinaryOp::Rem if !signed && power_of_two(n).is_some() && fits(n.wrapping_sub(1)) => {
                self.ri(Op::Andi, a, n.wrapping_sub(1))
            }
            BinaryOp::Lt if small && signed => self.ri(Op::Slti, a, n),
            BinaryOp::Lt if small => self.ri(Op::Sltiu, a, n),
            BinaryOp::Eq | BinaryOp::Ne if small && n != 0 => {
                let difference = self.ri(Op::Xori, a, n);
                self.operate(op, difference, V::ZERO, signed)
            }
            _ => return None,
        })
    }

    /// The operation on two registers.
    fn operate(&mut self, op: BinaryOp, a: V, b: V, signed: bool) -> V {
        let less = if signed { Op::Slt } else { Op::Sltu };
        match op {
            BinaryOp::Add => self.rr(Op::Add, a, b),
            BinaryOp::Sub => self.rr(Op::Sub, a, b),
            BinaryOp::Mul => self.rr(Op::Mul, a, b),
            BinaryOp::Div => self.rr(if signed { Op::Div } else { Op::Divu }, a, b),
            BinaryOp::Rem => self.rr(if signed { Op::Rem } else { Op::Remu }, a, b),
            BinaryOp::Shl => self.rr(Op::Sll, a, b),
            BinaryOp::Shr => self.rr(if signed { Op::Sra } else { Op::Srl }, a, b),
            BinaryOp::And => self.rr(Op::And, a, b),
            BinaryOp::Or => self.rr(Op::Or, a, b),
            BinaryOp::Xor => self.rr(Op::Xor, a, b),
            BinaryOp::Lt => self.rr(less, a, b),
            BinaryOp::Gt => self.rr(less, b, a),
            BinaryOp::Le => {
                let greater = self.rr(less, b, a);
                self.ri(Op::Xori, greater, 1)
            }
            BinaryOp::Ge => {
                let lower = self.rr(less, a, b);
                self.ri(Op::Xori, lower, 1)
            }
            BinaryOp::Eq => {
                let difference = self.difference(a, b);
                self.ri(Op::Sltiu, difference, 1)
            }
            BinaryOp::Ne => {
                let difference = self.difference(a, b);
                self.rr(Op::Sltu, V::ZERO, difference)
            }
        }
    }

    /// Zero if and only if both are equal.
    pub(super) fn difference(&mut self, a: V, b: V) -> V {
        match (a, b) {
            (a, V::ZERO) => a,
            (V::ZERO, b) => b,
            (a, b) => self.rr(Op::Xor, a, b),
        }
    }

    #[inline(never)]
    fn conditional(&mut self, condition: &Expr, a: &Expr, b: &Expr, ty: Ty) -> Value {
        let (otherwise, end) = (self.label(), self.label());
        let result = self.fresh_value(ty);
        self.branch(condition, otherwise, false);
        let value = self.expr(a);
        self.assign_value(result, value);
        self.push(Kind::Jump(end));
        self.push(Kind::Label(otherwise));
        let value = self.expr(b);
        self.assign_value(result, value);
        self.push(Kind::Label(end));
        result
    }

    #[inline(never)]
    fn convert(&mut self, operand: &Expr, e: &Expr) -> Value {
        if e.ty == Ty::Void {
            self.effect(operand);
            return Value::None;
        }
        let (from, to) = (scalar_of(operand.ty), scalar_of(e.ty));
        let value = self.expr(operand);
        self.place = e.place;
        if from.float() || to.float() {
            return self.float_convert(value, from, to);
        }
        match (value, to.size()) {
            (Value::Two(..), 8) => value,
            (_, 8) => {
                let low = Self::low(value);
                let high = if from.signed() {
                    self.ri(Op::Srai, low, 31)
                } else {
                    V::ZERO
                };
                Value::Two(low, high)
            }
            _ => Value::One(self.narrow(Self::low(value), from, to)),
        }
    }

    /// Extends the low bits of a register as type `to` wants; they were extended as `from` wants.
    pub(super) fn narrow(&mut self, v: V, from: Scalar, to: Scalar) -> V {
        use Scalar::{I8, I16, U8, U16};
        match (from, to) {
            (I8, I8 | I16) | (U8, U8 | I16 | U16) | (I16, I16) | (U16, U16) => v,
            (_, U8) => self.ri(Op::Andi, v, 255),
            (_, I8) => {
                let shifted = self.ri(Op::Slli, v, 24);
                self.ri(Op::Srai, shifted, 24)
            }
            (_, U16) => {
                let shifted = self.ri(Op::Slli, v, 16);
                self.ri(Op::Srli, shifted, 16)
            }
            (_, I16) => {
                let shifted = self.ri(Op::Slli, v, 16);
                self.ri(Op::Srai, shifted, 16)
            }
            _ => v,
        }
    }

    #[inline(never)]
    fn special(&mut self, e: &Expr) -> Value {
        self.place = e.place;
        match e.kind {
            ExprKind::Fence => {
                self.plain(Op::Fence, V::ZERO, V::ZERO, V::ZERO, Imm::Value(0x33));
                Value::None
            }
            ExprKind::Trap => {
                self.plain(Op::Ebreak, V::ZERO, V::ZERO, V::ZERO, Imm::Value(0));
                Value::None
            }
            ExprKind::VaStart => {
                let rd = self.fresh();
                let start = Imm::Incoming(self.variadic_start);
                self.plain(Op::Addi, rd, V::SP, V::ZERO, start);
                Value::One(rd)
            }
            _ => {
                self.code.saves_return = true;
                let rd = self.fresh();
                self.plain(Op::Lw, rd, V::SP, V::ZERO, Imm::SavedReturn);
                Value::One(rd)
            }
        }
    }
}

/// Dropping the result of this conversion drops nothing that could be seen.
fn pure_convert(operand: &Expr, e: &Expr) -> bool {
    e.ty == Ty::Void || !(scalar_of(operand.ty).float() || scalar_of(e.ty).float())
}
