//! Values: what an expression is while it is parsed — a C type and a tree, perhaps an lvalue.
//!
//! Lvalues become loads only when their value is needed ([`Checker::decay`]); `x++` becomes code
//! only when it is known whether its value is used.

use super::build::{self, comma, convert, node};
use super::checker::{Checker, place};
use super::errors;
use super::token::Location;
use super::types::{ATOMIC, Bits, INT, POISON, Q, Type, TypeId, UINT, VOID};
use crate::tree::{BitField, Expr, ExprKind, Local, LocalId, Place, Scalar, Storage, Ty};
use alloc::boxed::Box;
use alloc::string::String;

/// What an expression is.
#[derive(Clone, Debug)]
pub enum Form {
    /// A value.
    Rvalue(Expr),
    /// A variable in a register.
    Register(LocalId),
    /// An object or function in memory, by its address; perhaps a bit-field in a unit there.
    Memory(Expr, Option<Bits>),
    /// `x++` or `x--` of an lvalue.
    PostStep(Box<Value>, bool),
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Value {
    pub form: Form,
    pub ty: Q,
    pub at: Location,
    /// How many operations lie below it.
    pub depth: u32,
    /// It was a bit-field of so many bits, or is of the type of one (`field_width`); 0: neither.
    pub width: u8,
    /// Something may be assigned to it (a member of a call's result: not).
    pub assignable: bool,
}

/// What is wanted of a modification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Want {
    /// The value after it, or nothing.
    New,
    /// The value before it.
    Old,
}

impl Value {
    /// A value of a type.
    pub fn new(expr: Expr, ty: TypeId, at: Location) -> Value {
        Value {
            form: Form::Rvalue(expr),
            ty: ty.plain(),
            at,
            depth: 0,
            width: 0,
            assignable: false,
        }
    }

    /// An object in memory.
    pub fn memory(address: Expr, ty: Q, at: Location) -> Value {
        Value {
            form: Form::Memory(address, None),
            ty,
            assignable: true,
            ..Value::poison(at)
        }
    }

    /// What goes with everything.
    pub fn poison(at: Location) -> Value {
        Value::new(build::constant(0, Scalar::I32, place(at)), POISON, at)
    }

    /// An `int` constant.
    pub fn int(value: i64, at: Location) -> Value {
        Value::new(
            build::constant(value as u64, Scalar::I32, place(at)),
            INT,
            at,
        )
    }

    /// Was something already wrong with it?
    pub fn poisoned(&self) -> bool {
        self.ty.id == POISON
    }

    /// With a depth above those of its operands.
    pub fn above(mut self, depth: u32) -> Value {
        self.depth = self.depth.max(depth + 1);
        self
    }

    /// The tree of a decayed value.
    pub fn expr(self) -> Expr {
        match self.form {
            Form::Rvalue(expr) | Form::Memory(expr, _) => expr,
            Form::Register(local) => node(ExprKind::Local(local), Scalar::I32, place(self.at)),
            Form::PostStep(value, _) => value.expr(),
        }
    }

    /// The bits of a decayed integer or float constant.
    pub fn constant(&self) -> Option<u64> {
        match &self.form {
            Form::Rvalue(expr) => build::constant_bits(expr),
            _ => None,
        }
    }

    /// Is it a constant 0 of integer type?
    pub fn is_zero(&self) -> bool {
        self.constant() == Some(0)
    }
}

fn load(address: Expr, scalar: Scalar, bits: Option<Bits>, atomic: bool, at: Place) -> Expr {
    let unit = bits.map_or(scalar, |b| b.unit);
    let field = bits.map(|b| BitField {
        shift: b.shift,
        width: b.width,
    });
    let load = node(
        ExprKind::Load {
            address: Box::new(address),
            field,
            atomic,
        },
        unit,
        at,
    );
    convert(load, scalar)
}

impl Checker<'_> {
    /// The value of an expression: lvalues are read, arrays and functions become addresses.
    pub fn decay(&mut self, value: Value) -> Value {
        let place = place(value.at);
        let id = value.ty.id;
        let (expr, ty) = match value.form {
            Form::Rvalue(expr) => (expr, id),
            Form::PostStep(target, negative) => {
                let stepped = self.step(*target, negative, Want::Old);
                return Value {
                    at: value.at,
                    ..stepped
                };
            }
            Form::Register(local) => {
                let scalar = self.scalar(id);
                (node(ExprKind::Local(local), scalar, place), id)
            }
            Form::Memory(address, bits) => match self.types.get(id) {
                Type::Array(of, _) => {
                    let of = self.types.qualified(*of, value.ty.quals);
                    (address, self.types.pointer(of))
                }
                Type::Function(_) => (address, self.types.pointer(id.plain())),
                Type::Record(_) => {
                    let ty = self.types.ty(id);
                    (build::reinterpret(address, ty), id)
                }
                Type::Void => (
                    Expr {
                        ty: Ty::Void,
                        ..address
                    },
                    id,
                ),
                _ => {
                    let scalar = self.scalar(id);
                    let atomic = value.ty.has(ATOMIC);
                    self.refuse_wide_atomic(value.ty, value.at);
                    let known = self.known_constant(&address, scalar, value.ty);
                    let read = || load(address, scalar, bits, atomic, place);
                    (known.unwrap_or_else(read), id)
                }
            },
        };
        Value {
            form: Form::Rvalue(expr),
            ty: ty.plain(),
            assignable: false,
            ..value
        }
    }

    /// The scalar of a type that has one; poison for the others.
    pub fn scalar(&self, id: TypeId) -> Scalar {
        self.types.scalar(id).unwrap_or(Scalar::I32)
    }

    /// The value with the integer promotions done.
    pub fn promote(&mut self, value: Value) -> Value {
        let value = self.decay(value);
        let id = value.ty.id;
        if !self.types.is_integer(id) {
            return value;
        }
        // C17 §6.3.1.1p2, and as gcc has it for bit-fields of wider types too.
        let to = match value.width {
            1..=31 => INT,
            32 if self.scalar(id).signed() => INT,
            32 => UINT,
            // A wide field is of a type of its own.
            33..=63 => return value,
            _ => self.types.promote(id),
        };
        self.retype(value, to)
    }

    /// A scalar value converted to another scalar type; nothing is checked.
    pub fn retype(&mut self, value: Value, to: TypeId) -> Value {
        let (at, depth) = (value.at, value.depth);
        if value.ty.id == to || value.poisoned() {
            return Value { width: 0, ..value };
        }
        let from_bool = value.ty.id == super::types::BOOL;
        let expr = value.expr();
        let expr = if to == super::types::BOOL && !from_bool {
            convert(self.truth(expr), Scalar::U8)
        } else if to == VOID {
            match expr.ty {
                Ty::Void => expr,
                _ => Expr {
                    place: expr.place,
                    ty: Ty::Void,
                    kind: ExprKind::Convert(Box::new(expr)),
                },
            }
        } else {
            let scalar = self.scalar(to);
            convert(expr, scalar)
        };
        Value {
            depth,
            ..Value::new(expr, to, at)
        }
    }

    /// `x != 0` as `int`; what is 0 or 1 already stays.
    pub fn truth(&self, expr: Expr) -> Expr {
        use crate::tree::BinaryOp as B;
        let known = matches!(
            expr.kind,
            ExprKind::Not(_)
                | ExprKind::And(..)
                | ExprKind::Or(..)
                | ExprKind::Binary(B::Eq | B::Ne | B::Lt | B::Le | B::Gt | B::Ge, ..)
        );
        if known {
            return expr;
        }
        let place = expr.place;
        let scalar = build::scalar_of(&expr);
        let (expr, scalar) = if !scalar.float() && scalar.size() < 4 {
            (convert(expr, Scalar::I32), Scalar::I32)
        } else {
            (expr, scalar)
        };
        build::binary(B::Ne, expr, build::constant(0, scalar, place), place)
    }

    /// A new variable without a name.
    pub fn temporary(&mut self, ty: Ty, at: Place) -> LocalId {
        let storage = match ty {
            Ty::Scalar(_) => Storage::Register,
            _ => Storage::Frame,
        };
        self.new_local(Local {
            name: String::new(),
            type_name: String::new(),
            ty,
            storage,
            align: 0,
            place: at,
        })
    }

    /// Adds a variable to the function. Outside of functions (an error anyway) it gets number 0.
    pub fn new_local(&mut self, local: Local) -> LocalId {
        match &mut self.function {
            Some(function) => {
                function.locals.push(local);
                LocalId(function.locals.len() as u32 - 1)
            }
            None => LocalId(0),
        }
    }

    /// Stores `expr` (already of the target's type) into an lvalue. The result is the value stored.
    pub fn store(&mut self, target: Value, expr: Expr, at: Location) -> Value {
        let place = place(at);
        let ty = target.ty;
        let result = match target.form {
            Form::Register(local) => {
                let scalar = self.scalar(ty.id);
                node(ExprKind::SetLocal(local, Box::new(expr)), scalar, place)
            }
            Form::Memory(address, bits) => match self.types.ty(ty.id) {
                Ty::Scalar(scalar) => {
                    self.refuse_wide_atomic(ty, at);
                    let unit = bits.map_or(scalar, |b| b.unit);
                    let field = bits.map(|b| BitField {
                        shift: b.shift,
                        width: b.width,
                    });
                    let value = Box::new(convert(expr, unit));
                    let address = Box::new(address);
                    let atomic = ty.has(ATOMIC);
                    convert(
                        node(
                            ExprKind::Store {
                                address,
                                value,
                                field,
                                atomic,
                            },
                            unit,
                            place,
                        ),
                        scalar,
                    )
                }
                Ty::Aggregate { size, align } => Expr {
                    kind: ExprKind::Copy {
                        to: Box::new(address),
                        from: Box::new(expr),
                        size,
                        align,
                    },
                    ty: Ty::Aggregate { size, align },
                    place,
                },
                Ty::Void => expr,
            },
            Form::Rvalue(_) | Form::PostStep(..) => expr,
        };
        Value {
            width: target.width,
            ..Value::new(result, ty.id, at)
        }
    }

    /// Reads, computes and writes an lvalue whose address is evaluated once.
    pub fn modify(
        &mut self,
        target: Value,
        want: Want,
        at: Location,
        compute: impl FnOnce(&mut Self, Value) -> Expr,
    ) -> Value {
        let place = place(at);
        let mut target = target;
        let mut before = None;
        if let Form::Memory(address, bits) = target.form {
            if build::is_simple(&address) {
                target.form = Form::Memory(address, bits);
            } else {
                let pointer = self.temporary(Ty::Scalar(Scalar::U32), place);
                let set = ExprKind::SetLocal(pointer, Box::new(address));
                before = Some(node(set, Scalar::U32, place));
                target.form =
                    Form::Memory(node(ExprKind::Local(pointer), Scalar::U32, place), bits);
            }
        }
        let mut old = self.decay(target.clone());
        let (ty, width, depth) = (target.ty.id, target.width, target.depth);
        let result = if want == Want::Old {
            let scalar = self.scalar(ty);
            let kept = self.temporary(Ty::Scalar(scalar), place);
            let keep = node(
                ExprKind::SetLocal(kept, Box::new(old.clone().expr())),
                scalar,
                place,
            );
            let again = node(ExprKind::Local(kept), scalar, place);
            old.form = Form::Rvalue(again.clone());
            let new = compute(self, old);
            let store = self.store(target, new, at).expr();
            comma(keep, comma(store, again))
        } else {
            let new = compute(self, old);
            self.store(target, new, at).expr()
        };
        let result = match before {
            Some(before) => comma(before, result),
            None => result,
        };
        Value {
            width,
            ..Value::new(result, ty, at)
        }
        .above(depth)
    }

    /// An expression evaluated for its effects.
    pub fn discard(&mut self, value: Value) -> Expr {
        let expr = match value.form {
            Form::PostStep(target, negative) => self.step(*target, negative, Want::New).expr(),
            // A structure that nobody looks at is not read.
            Form::Memory(address, _) if self.types.scalar(value.ty.id).is_none() => address,
            _ => self.decay(value).expr(),
        };
        discard(expr)
    }

    /// The condition of `if`, `while`, `&&`…: a scalar.
    pub fn condition(&mut self, value: Value, what: &str) -> Expr {
        let value = self.decay(value);
        if !self.types.is_scalar(value.ty.id) {
            let name = self.plain_name(value.ty.id);
            self.say(value.at, |span| errors::not_a_condition(span, &name, what));
            return Value::poison(value.at).expr();
        }
        value.expr()
    }

    /// Eight-byte atomics need more than the machine has.
    pub fn refuse_wide_atomic(&mut self, ty: Q, at: Location) {
        if ty.has(ATOMIC) && self.types.size(ty.id) > Some(4) {
            self.say(at, |span| {
                errors::unsupported(
                    span,
                    "atomic objects of more than 4 bytes",
                    "the machine's atomic instructions work on 32-bit words: use a mutex",
                )
            });
        }
    }
}

/// Drops an expression's value: arithmetic at the top that nobody sees goes, accesses stay.
pub fn discard(expr: Expr) -> Expr {
    match expr.kind {
        ExprKind::Convert(inner) => discard(*inner),
        ExprKind::Binary(_, left, right)
            if matches!(right.kind, ExprKind::Const(_) | ExprKind::Local(_)) =>
        {
            discard(*left)
        }
        ExprKind::Comma(left, right) => {
            let right = discard(*right);
            match right.kind {
                ExprKind::Const(_) | ExprKind::Local(_) => discard(*left),
                _ => Expr {
                    ty: right.ty,
                    kind: ExprKind::Comma(left, Box::new(right)),
                    place: expr.place,
                },
            }
        }
        kind => Expr { kind, ..expr },
    }
}
