//! What a tree means: an interpreter of the contract in `tree.rs`, for integers.

use crate::tree::*;
use alloc::vec::Vec;

/// Memory and functions of a program.
pub struct Model<'a> {
    pub unit: &'a Unit,
    /// The bytes of the only object.
    pub memory: Vec<u8>,
    /// Aggregates and other frame locals are not modelled: registers only.
    pub locals: Vec<u64>,
}

pub fn scalar(ty: Ty) -> Scalar {
    match ty {
        Ty::Scalar(s) => s,
        _ => Scalar::U32,
    }
}

/// Bits as the type extends them.
pub fn extend(bits: u64, s: Scalar) -> u64 {
    match s {
        Scalar::I8 => bits as i8 as u64,
        Scalar::U8 => u64::from(bits as u8),
        Scalar::I16 => bits as i16 as u64,
        Scalar::U16 => u64::from(bits as u16),
        Scalar::I32 => bits as i32 as u64,
        Scalar::U32 | Scalar::F32 => u64::from(bits as u32),
        Scalar::I64 | Scalar::U64 | Scalar::F64 => bits,
    }
}

fn extract(unit: u64, field: BitField, s: Scalar) -> u64 {
    let up = unit << (64 - u32::from(field.shift) - u32::from(field.width));
    let down = 64 - u32::from(field.width);
    if s.signed() {
        ((up as i64) >> down) as u64
    } else {
        up >> down
    }
}

impl Model<'_> {
    /// Calls a function whose body is one `return`.
    pub fn call(&mut self, symbol: SymbolId, args: &[u64]) -> u64 {
        let unit = self.unit;
        let function = unit
            .functions
            .iter()
            .find(|f| f.symbol == symbol)
            .expect("the function is defined");
        let mut locals = alloc::vec![0; function.locals.len()];
        for (param, arg) in function.params.iter().zip(args) {
            locals[param.0 as usize] = *arg;
        }
        let caller = core::mem::replace(&mut self.locals, locals);
        let Some(Stmt::Return(Some(value), _)) = function.body.last() else {
            panic!("the body is one return");
        };
        let value = self.expr(value);
        self.locals = caller;
        value
    }

    fn load(&self, address: u64, s: Scalar) -> u64 {
        let bytes = &self.memory[address as usize..][..s.size() as usize];
        let bits = bytes
            .iter()
            .rev()
            .fold(0u64, |all, b| all << 8 | u64::from(*b));
        extend(bits, s)
    }

    fn store(&mut self, address: u64, value: u64, s: Scalar) {
        let size = s.size() as usize;
        self.memory[address as usize..][..size].copy_from_slice(&value.to_le_bytes()[..size]);
    }

    pub fn expr(&mut self, e: &Expr) -> u64 {
        let s = scalar(e.ty);
        match &e.kind {
            ExprKind::Const(bits) => extend(*bits, s),
            ExprKind::Address(_, offset) => *offset as u64,
            ExprKind::Local(l) => self.locals[l.0 as usize],
            ExprKind::SetLocal(l, value) => {
                let value = self.expr(value);
                self.locals[l.0 as usize] = value;
                value
            }
            ExprKind::Load { address, field, .. } => {
                let address = self.expr(address);
                let unit = self.load(address, s);
                field.map_or(unit, |field| extract(unit, field, s))
            }
            ExprKind::Store {
                address,
                value,
                field,
                ..
            } => {
                let s = scalar(value.ty);
                let address = self.expr(address);
                let value = self.expr(value);
                let Some(field) = *field else {
                    self.store(address, value, s);
                    return value;
                };
                let mask = (u64::MAX >> (64 - field.width)) << field.shift;
                let unit = self.load(address, s) & !mask | (value << field.shift) & mask;
                self.store(address, unit, s);
                extract(unit, field, s)
            }
            ExprKind::Unary(UnaryOp::Negate, a) => extend(self.expr(a).wrapping_neg(), s),
            ExprKind::Unary(UnaryOp::Complement, a) => extend(!self.expr(a), s),
            ExprKind::Binary(op, a, b) => {
                let of = scalar(a.ty);
                let (a, b) = (self.expr(a), self.expr(b));
                extend(binary(*op, a, b, of), s)
            }
            ExprKind::Not(a) => u64::from(self.expr(a) == 0),
            ExprKind::And(a, b) => u64::from(self.expr(a) != 0 && self.expr(b) != 0),
            ExprKind::Or(a, b) => u64::from(self.expr(a) != 0 || self.expr(b) != 0),
            ExprKind::Conditional(c, a, b) => {
                if self.expr(c) != 0 {
                    self.expr(a)
                } else {
                    self.expr(b)
                }
            }
            ExprKind::Comma(a, b) => {
                self.expr(a);
                self.expr(b)
            }
            ExprKind::Convert(a) => extend(self.expr(a), s),
            ExprKind::Call { callee, args, .. } => {
                let Callee::Symbol(symbol) = callee else {
                    panic!("calls go by name");
                };
                let args: Vec<u64> = args.iter().map(|a| self.expr(a)).collect();
                self.call(*symbol, &args)
            }
            ExprKind::AtomicRmw { op, address, value } => {
                let address = self.expr(address);
                let value = self.expr(value);
                let old = self.load(address, s);
                self.store(address, modify(*op, old, value, s), s);
                old
            }
            other => panic!("not modelled: {other:?}"),
        }
    }
}

fn modify(op: RmwOp, old: u64, value: u64, s: Scalar) -> u64 {
    let less = |a: u64, b: u64| {
        if s.signed() {
            (a as i64) < b as i64
        } else {
            a < b
        }
    };
    match op {
        RmwOp::Exchange => value,
        RmwOp::Add => old.wrapping_add(value),
        RmwOp::Sub => old.wrapping_sub(value),
        RmwOp::And => old & value,
        RmwOp::Or => old | value,
        RmwOp::Xor => old ^ value,
        RmwOp::Min if less(value, old) => value,
        RmwOp::Max if less(old, value) => value,
        RmwOp::Min | RmwOp::Max => old,
    }
}

/// Operands extended to 64 bits: so comparisons and right shifts need no size.
fn binary(op: BinaryOp, a: u64, b: u64, s: Scalar) -> u64 {
    let signed = s.signed();
    let less = |a: u64, b: u64| if signed { (a as i64) < b as i64 } else { a < b };
    match op {
        BinaryOp::Add => a.wrapping_add(b),
        BinaryOp::Sub => a.wrapping_sub(b),
        BinaryOp::Mul => a.wrapping_mul(b),
        BinaryOp::Div if b == 0 => u64::MAX,
        BinaryOp::Rem if b == 0 => a,
        BinaryOp::Div if signed => (a as i64).wrapping_div(b as i64) as u64,
        BinaryOp::Rem if signed => (a as i64).wrapping_rem(b as i64) as u64,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        BinaryOp::Shl => a << (b & 63),
        BinaryOp::Shr if signed => ((a as i64) >> (b & 63)) as u64,
        BinaryOp::Shr => a >> (b & 63),
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Eq => u64::from(a == b),
        BinaryOp::Ne => u64::from(a != b),
        BinaryOp::Lt => u64::from(less(a, b)),
        BinaryOp::Gt => u64::from(less(b, a)),
        BinaryOp::Le => u64::from(!less(b, a)),
        BinaryOp::Ge => u64::from(!less(a, b)),
    }
}
