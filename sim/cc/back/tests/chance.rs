//! Random trees: the machine and the model must agree on the result and on all of memory.

use super::build::{constant, expr, function, local, symbol};
use super::machine::execute;
use super::model::Model;
use crate::back::link;
use crate::tree::*;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

const MEMORY: SymbolId = SymbolId(0);
const MEMORY_BYTES: u32 = 64;
const MAIN: SymbolId = SymbolId(1);
const FUNCTIONS: u32 = 4;
/// Offset of the result in memory.
const RESULT: i32 = 56;

const ALL: [Scalar; 8] = [
    Scalar::I8,
    Scalar::U8,
    Scalar::I16,
    Scalar::U16,
    Scalar::I32,
    Scalar::U32,
    Scalar::I64,
    Scalar::U64,
];
/// Types of operands.
const WORDS: [Scalar; 4] = [Scalar::I32, Scalar::U32, Scalar::I64, Scalar::U64];

/// Chance, from a seed (xorshift).
struct Chance {
    state: u64,
    /// The signatures of all functions: the last ones may be called by the first.
    signatures: Vec<Vec<Scalar>>,
    locals: Vec<Scalar>,
    function: u32,
}

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let n = self.below(from.len() as u64);
        from[n as usize]
    }

    fn number(&mut self, s: Scalar) -> Expr {
        let n = match self.below(4) {
            0 => self.below(5) as i64 - 2,
            1 => 1 << self.below(63),
            2 => self.below(5000) as i64 - 2500,
            _ => self.below(u64::MAX) as i64,
        };
        constant(n, s)
    }

    /// An expression of this type, converted if need be.
    fn typed(&mut self, s: Scalar, depth: u32) -> Expr {
        if s.size() >= 4 && self.below(5) > 0 {
            return self.expr(s, depth);
        }
        let from = self.pick(&WORDS);
        let inner = self.expr(from, depth);
        expr(ExprKind::Convert(Box::new(inner)), s)
    }

    fn boxed(&mut self, s: Scalar, depth: u32) -> Box<Expr> {
        Box::new(self.typed(s, depth))
    }

    fn any_local(&mut self) -> (LocalId, Scalar) {
        let n = self.below(self.locals.len() as u64);
        (LocalId(n as u32), self.locals[n as usize])
    }

    /// An address of `s`-sized memory, known or computed.
    fn address(&mut self, s: Scalar, depth: u32) -> Box<Expr> {
        let last = u64::from(MEMORY_BYTES - 8) / u64::from(s.size());
        if self.below(2) == 0 {
            let offset = self.below(last) as u32 * s.size();
            return Box::new(expr(ExprKind::Address(MEMORY, offset as i32), Scalar::U32));
        }
        let mask = 0x30 / i64::from(s.size()) * i64::from(s.size());
        let index = self.boxed(Scalar::U32, depth);
        let mask = Box::new(constant(mask, Scalar::U32));
        let index = expr(ExprKind::Binary(BinaryOp::And, index, mask), Scalar::U32);
        let base = expr(ExprKind::Address(MEMORY, 0), Scalar::U32);
        let sum = ExprKind::Binary(BinaryOp::Add, Box::new(base), Box::new(index));
        Box::new(expr(sum, Scalar::U32))
    }

    fn field(&mut self, s: Scalar) -> Option<BitField> {
        if self.below(3) > 0 || s.size() < 4 {
            return None;
        }
        let bits = u64::from(s.size()) * 8;
        let shift = self.below(bits);
        let width = 1 + self.below(bits - shift);
        Some(BitField {
            shift: shift as u8,
            width: width as u8,
        })
    }

    /// A value of type `from` as one of type `s`.
    fn converted(&self, e: Expr, s: Scalar) -> Expr {
        if e.ty == Ty::Scalar(s) {
            return e;
        }
        expr(ExprKind::Convert(Box::new(e)), s)
    }

    fn expr(&mut self, s: Scalar, depth: u32) -> Expr {
        if depth == 0 {
            if self.below(2) == 0 {
                return self.number(s);
            }
            let (local, of) = self.any_local();
            return self.converted(expr(ExprKind::Local(local), of), s);
        }
        let depth = depth - 1;
        let made = match self.below(16) {
            0 => {
                let (local, of) = self.any_local();
                let value = self.boxed(of, depth);
                expr(ExprKind::SetLocal(local, value), of)
            }
            1 | 2 => {
                let of = self.pick(&ALL);
                let address = self.address(of, depth);
                let field = self.field(of);
                let atomic = of.size() <= 4 && field.is_none() && self.below(4) == 0;
                let kind = ExprKind::Load {
                    address,
                    field,
                    atomic,
                };
                expr(kind, of)
            }
            3 | 4 => {
                let of = self.pick(&ALL);
                let address = self.address(of, depth);
                let value = self.boxed(of, depth);
                let field = self.field(of);
                let atomic = of.size() <= 4 && field.is_none() && self.below(4) == 0;
                let kind = ExprKind::Store {
                    address,
                    value,
                    field,
                    atomic,
                };
                expr(kind, of)
            }
            5 => {
                let op = self.pick(&[UnaryOp::Negate, UnaryOp::Complement]);
                expr(ExprKind::Unary(op, self.boxed(s, depth)), s)
            }
            6 => {
                let of = self.pick(&WORDS);
                let a = self.boxed(of, depth);
                expr(ExprKind::Not(a), Scalar::I32)
            }
            7 => {
                let (of, other) = (self.pick(&WORDS), self.pick(&WORDS));
                let (a, b) = (self.boxed(of, depth), self.boxed(other, depth));
                let kind = if self.below(2) == 0 {
                    ExprKind::And(a, b)
                } else {
                    ExprKind::Or(a, b)
                };
                expr(kind, Scalar::I32)
            }
            8 => {
                let of = self.pick(&WORDS);
                let condition = self.boxed(of, depth);
                let (a, b) = (self.boxed(s, depth), self.boxed(s, depth));
                expr(ExprKind::Conditional(condition, a, b), s)
            }
            9 => {
                let of = self.pick(&WORDS);
                let (a, b) = (self.boxed(of, depth), self.boxed(s, depth));
                expr(ExprKind::Comma(a, b), s)
            }
            10 => self.call(depth, s),
            11 => {
                let op = self.pick(&[BinaryOp::Shl, BinaryOp::Shr]);
                let a = self.boxed(s, depth);
                let bits = i64::from(s.size()) * 8 - 1;
                let amount = if self.below(2) == 0 {
                    constant(self.below(bits as u64 + 1) as i64, Scalar::I32)
                } else {
                    let n = self.boxed(Scalar::I32, depth);
                    let mask = Box::new(constant(bits, Scalar::I32));
                    expr(ExprKind::Binary(BinaryOp::And, n, mask), Scalar::I32)
                };
                expr(ExprKind::Binary(op, a, Box::new(amount)), s)
            }
            12 => {
                use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
                let of = self.pick(&WORDS);
                let op = self.pick(&[Eq, Ne, Lt, Le, Gt, Ge]);
                let (a, b) = (self.boxed(of, depth), self.boxed(of, depth));
                expr(ExprKind::Binary(op, a, b), Scalar::I32)
            }
            13 => self.atomic(depth),
            _ => {
                use BinaryOp::{Add, And, Div, Mul, Or, Rem, Sub, Xor};
                let op = if s.size() == 8 {
                    self.pick(&[Add, Sub, Mul, And, Or, Xor])
                } else {
                    self.pick(&[Add, Sub, Mul, And, Or, Xor, Div, Rem])
                };
                let (a, b) = (self.boxed(s, depth), self.boxed(s, depth));
                expr(ExprKind::Binary(op, a, b), s)
            }
        };
        self.converted(made, s)
    }

    fn atomic(&mut self, depth: u32) -> Expr {
        use RmwOp::{Add, And, Exchange, Max, Min, Or, Sub, Xor};
        let of = self.pick(&ALL[..6]);
        let op = self.pick(&[Exchange, Add, Sub, And, Or, Xor, Min, Max]);
        let address = self.address(of, depth);
        let value = self.boxed(of, depth);
        expr(ExprKind::AtomicRmw { op, address, value }, of)
    }

    /// A call of a later function, so that all calls end.
    fn call(&mut self, depth: u32, s: Scalar) -> Expr {
        let callable = u64::from(FUNCTIONS - self.function - 1);
        if callable == 0 {
            return self.number(s);
        }
        let callee = self.function + 1 + self.below(callable) as u32;
        let signature = self.signatures[callee as usize].clone();
        let args = signature[1..]
            .iter()
            .map(|&param| self.typed(param, depth.min(2)))
            .collect();
        let kind = ExprKind::Call {
            callee: Callee::Symbol(SymbolId(MAIN.0 + 1 + callee)),
            args,
            variadic: None,
            result: None,
        };
        expr(kind, signature[0])
    }

    fn function(&mut self, n: u32) -> Function {
        self.function = n;
        let signature = self.signatures[n as usize].clone();
        self.locals = signature[1..].to_vec();
        let value = self.typed(signature[0], 5);
        let body = vec![Stmt::Return(Some(value), Place::default())];
        Function {
            params: (0..self.locals.len() as u32).map(LocalId).collect(),
            locals: self.locals.iter().map(|&s| local(s)).collect(),
            ..function(SymbolId(MAIN.0 + 1 + n), Ty::Scalar(signature[0]), body)
        }
    }
}

/// `main` stores the result of `f0` in memory, writes memory out, and ends.
fn main(result: Scalar, args: &[Scalar]) -> Function {
    let args = args
        .iter()
        .enumerate()
        .map(|(n, &s)| constant(argument(n), s))
        .collect();
    let call = ExprKind::Call {
        callee: Callee::Symbol(SymbolId(MAIN.0 + 1)),
        args,
        variadic: None,
        result: None,
    };
    let store = ExprKind::Store {
        address: Box::new(expr(ExprKind::Address(MEMORY, RESULT), Scalar::U32)),
        value: Box::new(expr(call, result)),
        field: None,
        atomic: false,
    };
    let write = vec![
        constant(64, Scalar::I32),
        constant(1, Scalar::I32),
        expr(ExprKind::Address(MEMORY, 0), Scalar::U32),
        constant(i64::from(MEMORY_BYTES), Scalar::I32),
    ];
    let body = vec![
        Stmt::Expr(expr(store, result)),
        Stmt::Expr(expr(ExprKind::Syscall(write), Scalar::I32)),
    ];
    function(MAIN, Ty::Scalar(Scalar::I32), body)
}

fn argument(n: usize) -> i64 {
    (n as i64 + 1) * 0x0123_4567_89ab_cdef
}

fn program(seed: u64) -> Unit {
    let mut chance = Chance {
        state: seed | 1,
        signatures: Vec::new(),
        locals: Vec::new(),
        function: 0,
    };
    for _ in 0..FUNCTIONS {
        let count = 3 + chance.below(9) as usize;
        let signature = (0..count).map(|_| chance.pick(&ALL)).collect();
        chance.signatures.push(signature);
    }
    let mut functions: Vec<Function> = (0..FUNCTIONS).map(|n| chance.function(n)).collect();
    let first = chance.signatures[0].clone();
    functions.push(main(first[0], &first[1..]));
    let mut symbols = vec![
        symbol("memory", SymbolKind::Object),
        symbol("main", SymbolKind::Function),
    ];
    for name in ["f0", "f1", "f2", "f3"] {
        symbols.push(symbol(name, SymbolKind::Function));
    }
    let bytes: Vec<u8> = (0..MEMORY_BYTES as u8)
        .map(|n| n.wrapping_mul(37))
        .collect();
    Unit {
        files: vec!["chance.c".into()],
        symbols,
        functions,
        data: vec![super::build::data(MEMORY, MEMORY_BYTES, &bytes)],
    }
}

fn check(seed: u64) {
    let unit = program(seed);
    let image = link(&[super::build::user(&unit)]).expect("the program is complete");
    let outcome = execute(&image);
    let mut model = Model {
        unit: &unit,
        memory: unit.data[0].bytes.clone(),
        locals: Vec::new(),
    };
    let first = &unit.functions[0];
    let args: Vec<u64> = first
        .locals
        .iter()
        .enumerate()
        .map(|(n, l)| super::model::extend(argument(n) as u64, super::model::scalar(l.ty)))
        .collect();
    let result = model.call(first.symbol, &args);
    let size = super::model::scalar(first.ret).size() as usize;
    model.memory[RESULT as usize..][..size].copy_from_slice(&result.to_le_bytes()[..size]);
    assert_eq!(outcome.output, model.memory, "seed {seed}");
    assert_eq!(outcome.status, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
    /// Registers, spills, calls, 64-bit pairs, fields, atomics: as the model says.
    #[test]
    fn machine_and_model_agree(seed: u64) {
        check(seed);
    }
}
