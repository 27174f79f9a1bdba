//! Atomic operations: operators on `_Atomic` objects, and gcc's `__atomic_…` and `__sync_…`.
//!
//! What the machine has an instruction for is one [`ExprKind::AtomicRmw`]; all else is a
//! compare-and-swap loop in a small function of the unit's own. Every access is sequentially
//! consistent, whatever order the program asks for.

use super::assignment::Into;
use super::build::{self, comma, constant, convert, node};
use super::checker::{Checker, place};
use super::errors;
use super::function::FunctionState;
use super::operators::Operator;
use super::token::Location;
use super::types::{BOOL, Q, TypeId, UCHAR, VOID};
use super::value::{Form, Value, Want};
use crate::tree::{
    Expr, ExprKind, Function, Local, LocalId, Place, RmwOp, Scalar, Stmt, Storage, SymbolId,
    SymbolKind, Ty,
};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

fn rmw_of(operator: Operator) -> Option<RmwOp> {
    Some(match operator {
        Operator::Add => RmwOp::Add,
        Operator::Sub => RmwOp::Sub,
        Operator::And => RmwOp::And,
        Operator::Or => RmwOp::Or,
        Operator::Xor => RmwOp::Xor,
        _ => return None,
    })
}

fn operator_named(word: &str) -> Option<Operator> {
    Some(match word {
        "add" => Operator::Add,
        "sub" => Operator::Sub,
        "and" => Operator::And,
        "or" => Operator::Or,
        "xor" => Operator::Xor,
        _ => return None,
    })
}

impl Checker<'_> {
    /// `target op= value`, `target++` of an `_Atomic` object.
    pub fn atomic_modify(
        &mut self,
        operator: Operator,
        target: Value,
        value: Value,
        want: Want,
        at: Location,
    ) -> Value {
        self.refuse_wide_atomic(target.ty, at);
        let ty = target.ty.id;
        let Form::Memory(address, None) = target.form else {
            return Value::poison(at);
        };
        let value = self.promote(value);
        if let Some(to) = self.types.pointee(ty) {
            // Pointer arithmetic is in elements: the sum over a null pointer is the number of bytes.
            let zero = Value::new(constant(0, Scalar::U32, place(at)), ty, at);
            let bytes = self.move_pointer(zero, value, to, false, at);
            let bytes = Value::new(bytes.expr(), super::types::UINT, at);
            return self.rmw(operator, address, bytes, ty, want, at);
        }
        let integers = self.types.is_integer(ty) && self.types.is_integer(value.ty.id);
        if integers && ty != BOOL && rmw_of(operator).is_some() {
            return self.rmw(operator, address, value, ty, want, at);
        }
        if !self.types.is_arithmetic(ty) || !self.types.is_arithmetic(value.ty.id) {
            let (a, b) = (self.plain_name(ty), self.plain_name(value.ty.id));
            self.say(at, |span| {
                errors::bad_operands(span, operator.spelling(), &a, &b)
            });
            return Value::poison(at);
        }
        let Some(symbol) = self.cas_loop(operator, ty, value.ty.id, want, at) else {
            return Value::poison(at);
        };
        let callee = node(ExprKind::Address(symbol, 0), Scalar::U32, place(at));
        self.call_tree(callee, vec![address, value.expr()], None, ty, at)
    }

    /// One read-modify-write instruction, and what is wanted of it.
    fn rmw(
        &mut self,
        operator: Operator,
        address: Expr,
        value: Value,
        ty: TypeId,
        want: Want,
        at: Location,
    ) -> Value {
        let Some(op) = rmw_of(operator) else {
            return Value::poison(at);
        };
        let place = place(at);
        let scalar = self.scalar(ty);
        let value = convert(value.expr(), scalar);
        let make = |value: Expr| {
            node(
                ExprKind::AtomicRmw {
                    op,
                    address: Box::new(address),
                    value: Box::new(value),
                },
                scalar,
                place,
            )
        };
        if want == Want::Old {
            return Value::new(make(value), ty, at);
        }
        let (before, value) = if build::constant_bits(&value).is_some() {
            (None, value)
        } else {
            let kept = self.temporary(Ty::Scalar(scalar), place);
            let keep = node(ExprKind::SetLocal(kept, Box::new(value)), scalar, place);
            (Some(keep), node(ExprKind::Local(kept), scalar, place))
        };
        let old = Value::new(make(value.clone()), ty, at);
        let number = if self.types.pointee(ty).is_some() {
            super::types::UINT
        } else {
            ty
        };
        let old = Value {
            ty: number.plain(),
            ..old
        };
        let new = self.binary(operator, old, Value::new(value, number, at), at);
        let new = self.retype(new, ty).expr();
        let new = match before {
            Some(before) => comma(before, new),
            None => new,
        };
        Value::new(new, ty, at)
    }

    /// A function `T f(T *object, V value)` that does `*object op= value` atomically.
    fn cas_loop(
        &mut self,
        operator: Operator,
        ty: TypeId,
        operand: TypeId,
        want: Want,
        at: Location,
    ) -> Option<SymbolId> {
        let (scalar, value_scalar) = (self.types.scalar(ty)?, self.types.scalar(operand)?);
        if scalar.size() > 4 {
            return None;
        }
        let key = (
            operator as u8 * 2 + u8::from(want == Want::Old),
            ty.0.min(255) as u8,
            operand.0.min(255) as u8,
        );
        if let Some(&symbol) = self.atomic_helpers.get(&key) {
            return Some(symbol);
        }
        let place = place(at);
        let name = format!(".atomic{}", self.atomic_helpers.len());
        let symbol = self.new_symbol(name.clone(), false, SymbolKind::Function, place);
        self.atomic_helpers.insert(key, symbol);
        let outer = self.function.replace(FunctionState::new(name, ty.plain()));
        let object = self.named("object", Scalar::U32, Storage::Register, place);
        let value = self.named("value", value_scalar, Storage::Register, place);
        let expected = self.named("expected", scalar, Storage::Frame, place);
        let desired = self.named("desired", scalar, Storage::Frame, place);
        let local = |id, scalar| node(ExprKind::Local(id), scalar, place);
        let frame = |id| node(ExprKind::LocalAddress(id, 0), Scalar::U32, place);
        let load = |address: Expr, scalar, atomic| {
            node(
                ExprKind::Load {
                    address: Box::new(address),
                    field: None,
                    atomic,
                },
                scalar,
                place,
            )
        };
        let store = |address: Expr, value: Expr| {
            let ty = value.ty;
            let kind = ExprKind::Store {
                address: Box::new(address),
                value: Box::new(value),
                field: None,
                atomic: false,
            };
            Expr { kind, ty, place }
        };
        let old = Value::memory(frame(expected), ty.plain(), at);
        let computed = self.binary(
            operator,
            old,
            Value::new(local(value, value_scalar), operand, at),
            at,
        );
        let computed = self.retype(computed, ty).expr();
        // The bits are compared, also those of a float.
        let bits = match scalar.size() {
            1 => Scalar::U8,
            2 => Scalar::U16,
            _ => Scalar::U32,
        };
        let swap = node(
            ExprKind::AtomicCas {
                address: Box::new(local(object, Scalar::U32)),
                expected: Box::new(frame(expected)),
                desired: Box::new(load(frame(desired), bits, false)),
            },
            Scalar::I32,
            place,
        );
        let first = store(
            frame(expected),
            load(local(object, Scalar::U32), bits, true),
        );
        let result = load(
            frame(if want == Want::Old { expected } else { desired }),
            scalar,
            false,
        );
        let body = vec![
            Stmt::Expr(first),
            Stmt::Loop {
                condition: Some(node(ExprKind::Not(Box::new(swap)), Scalar::I32, place)),
                step: None,
                body: Box::new(Stmt::Expr(store(frame(desired), computed))),
                test_last: true,
            },
            Stmt::Return(Some(result), place),
        ];
        let state = core::mem::replace(&mut self.function, outer)?;
        self.unit.functions.push(Function {
            symbol,
            params: vec![object, value],
            ret: Ty::Scalar(scalar),
            variadic: false,
            locals: state.locals,
            labels: Vec::new(),
            body,
            place,
            end: place,
        });
        Some(symbol)
    }

    fn named(&mut self, name: &str, scalar: Scalar, storage: Storage, place: Place) -> LocalId {
        let local = Local {
            name: name.into(),
            type_name: String::new(),
            ty: Ty::Scalar(scalar),
            storage,
            align: 0,
            place,
        };
        self.new_local(local)
    }

    // Built-in functions.

    /// `__atomic_…(…)` or `__sync_…(…)`.
    pub fn atomic_function(&mut self, name: &str, args: Vec<Value>, at: Location) -> Value {
        let mut args: Vec<Value> = args.into_iter().map(|a| self.decay(a)).collect();
        if args.iter().any(Value::poisoned) {
            return Value::poison(at);
        }
        let fence = matches!(
            name,
            "__atomic_thread_fence" | "__atomic_signal_fence" | "__sync_synchronize"
        );
        if fence {
            return Value::new(
                Expr {
                    kind: ExprKind::Fence,
                    ty: Ty::Void,
                    place: place(at),
                },
                VOID,
                at,
            );
        }
        if name.ends_with("_lock_free") {
            return Value::int(1, at);
        }
        let Some((object, address)) = args.first().and_then(|first| self.atomic_object(first))
        else {
            self.say(at, |span| errors::atomic_argument(span, name));
            return Value::poison(at);
        };
        if self.types.size(object.id).is_none_or(|s| s > 4) && !name.ends_with("_clear") {
            self.refuse_wide_atomic(object.with(super::types::ATOMIC), at);
            return Value::poison(at);
        }
        args.remove(0);
        match self.atomic_operation(name, object, address, args, at) {
            Some(value) => value,
            None => {
                self.say(at, |span| errors::unknown_builtin(span, name));
                Value::poison(at)
            }
        }
    }

    /// What the first argument points at.
    fn atomic_object(&self, first: &Value) -> Option<(Q, Expr)> {
        let to = self.types.pointee(first.ty.id)?;
        let object = if to.id == VOID { UCHAR.plain() } else { to };
        self.types
            .is_scalar(object.id)
            .then(|| (object.id.plain(), first.clone().expr()))
    }

    fn atomic_operation(
        &mut self,
        name: &str,
        object: Q,
        address: Expr,
        args: Vec<Value>,
        at: Location,
    ) -> Option<Value> {
        let ty = object.id;
        let mut args = args.into_iter();
        let cell = Value::memory(address.clone(), object.with(super::types::ATOMIC), at);
        if let Some(word) = name
            .strip_prefix("__atomic_fetch_")
            .or(name.strip_prefix("__sync_fetch_and_"))
        {
            let operator = operator_named(word)?;
            let value = args.next()?;
            return Some(self.rmw_bytes(operator, address, value, ty, Want::Old, at));
        }
        let word = name
            .strip_prefix("__atomic_")
            .and_then(|w| w.strip_suffix("_fetch"))
            .or(name
                .strip_prefix("__sync_")
                .and_then(|w| w.strip_suffix("_and_fetch")));
        if let Some(word) = word {
            let operator = operator_named(word)?;
            let value = args.next()?;
            return Some(self.rmw_bytes(operator, address, value, ty, Want::New, at));
        }
        let into = Into::Argument(2, Some(name.into()));
        Some(match name {
            "__atomic_load_n" => self.decay(cell),
            "__atomic_load" => {
                let target = args.next()?;
                let target = self.dereference(target, at);
                let value = self.decay(cell);
                let stored = self.assign(target, value, at);
                self.retype(stored, VOID)
            }
            "__atomic_store_n" => {
                let value = self.convert_to(args.next()?, object, &into).expr();
                let stored = self.store(cell, value, at);
                self.retype(stored, VOID)
            }
            "__atomic_store" => {
                let value = self.dereference(args.next()?, at);
                let value = self.convert_to(value, object, &into).expr();
                let stored = self.store(cell, value, at);
                self.retype(stored, VOID)
            }
            "__atomic_clear" | "__sync_lock_release" => {
                let scalar = self.scalar(ty);
                let stored = self.store(cell, constant(0, scalar, place(at)), at);
                self.retype(stored, VOID)
            }
            "__atomic_exchange_n" | "__sync_lock_test_and_set" => {
                let value = self.convert_to(args.next()?, object, &into).expr();
                self.exchange(address, value, ty, at)
            }
            "__atomic_exchange" => {
                let value = self.dereference(args.next()?, at);
                let value = self.convert_to(value, object, &into).expr();
                let target = self.dereference(args.next()?, at);
                let old = self.exchange(address, value, ty, at);
                let stored = self.assign(target, old, at);
                self.retype(stored, VOID)
            }
            "__atomic_test_and_set" => {
                let one = constant(1, Scalar::U8, place(at));
                let old = self.exchange(address, one, UCHAR, at).expr();
                Value::new(convert(self.truth(old), Scalar::U8), BOOL, at)
            }
            "__atomic_compare_exchange_n" | "__atomic_compare_exchange" => {
                let expected = args.next()?;
                let mut desired = args.next()?;
                if name == "__atomic_compare_exchange" {
                    desired = self.dereference(desired, at);
                }
                let desired = self.convert_to(desired, object, &into).expr();
                let pointer = self.types.pointer(object);
                let expected = self.convert_to(expected, pointer.plain(), &into).expr();
                let swapped = compare_and_swap(address, expected, desired, at);
                Value::new(convert(swapped, Scalar::U8), BOOL, at)
            }
            "__sync_bool_compare_and_swap" | "__sync_val_compare_and_swap" => {
                let expected = self.convert_to(args.next()?, object, &into).expr();
                let desired = self.convert_to(args.next()?, object, &into).expr();
                self.sync_swap(address, expected, desired, ty, name.contains("_val_"), at)
            }
            _ => return None,
        })
    }

    /// The built-ins count in bytes, also for pointers.
    fn rmw_bytes(
        &mut self,
        operator: Operator,
        address: Expr,
        value: Value,
        ty: TypeId,
        want: Want,
        at: Location,
    ) -> Value {
        let number = if self.types.pointee(ty).is_some() {
            super::types::UINT
        } else {
            ty
        };
        if !self.types.is_integer(number) {
            let name = self.plain_name(ty);
            self.say(at, |span| {
                errors::bad_operand(span, operator.spelling(), &name)
            });
            return Value::poison(at);
        }
        let value = self.convert_to(value, number.plain(), &Into::Argument(2, None));
        self.rmw(operator, address, value, ty, want, at)
    }

    fn exchange(&mut self, address: Expr, value: Expr, ty: TypeId, at: Location) -> Value {
        let scalar = self.scalar(ty);
        let kind = ExprKind::AtomicRmw {
            op: RmwOp::Exchange,
            address: Box::new(address),
            value: Box::new(value),
        };
        Value::new(node(kind, scalar, place(at)), ty, at)
    }

    /// gcc's older built-ins take the expected value itself: it is put into the frame.
    fn sync_swap(
        &mut self,
        address: Expr,
        expected: Expr,
        desired: Expr,
        ty: TypeId,
        old: bool,
        at: Location,
    ) -> Value {
        let place = place(at);
        let scalar = self.scalar(ty);
        let cell = self.named("", scalar, Storage::Frame, place);
        let frame = node(ExprKind::LocalAddress(cell, 0), Scalar::U32, place);
        let object = Value::memory(frame.clone(), ty.plain(), at);
        let keep = self.store(object.clone(), expected, at).expr();
        let swapped = comma(keep, compare_and_swap(address, frame, desired, at));
        if !old {
            return Value::new(convert(swapped, Scalar::U8), BOOL, at);
        }
        let value = self.decay(object).expr();
        Value::new(comma(swapped, value), ty, at)
    }
}

fn compare_and_swap(address: Expr, expected: Expr, desired: Expr, at: Location) -> Expr {
    let kind = ExprKind::AtomicCas {
        address: Box::new(address),
        expected: Box::new(expected),
        desired: Box::new(desired),
    };
    node(kind, Scalar::I32, place(at))
}
