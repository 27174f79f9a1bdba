//! Arrays whose length only the running program knows (C17 §6.7.6.2): `int a[n][m];`, `int (*p)[n]`.
//!
//! A local holds such an array type's size in bytes; it is set where the type is written. A parameter's type
//! is read a second time in its function, where the other parameters have values.
//!
//! The array itself has another local for its address. It lies on the stack below all that were declared
//! before it and are still alive, so that nothing need be done where its block is left: the next one, in
//! the block's next round or after it, takes the place again, and the function's return takes all back. In a
//! function that calls `alloca` nothing is taken again: a local knows the lowest that was ever allocated.
//!
//! Not here: variable lengths in structs and of static objects (C has none), and of the parameters of
//! old-style definitions: a diagnostic.

use super::build::{binary, constant, convert, has_effects, node};
use super::checker::{Checker, Parse, place};
use super::declarator::Part;
use super::errors;
use super::function::FunctionState;
use super::scope::{Entity, Meaning};
use super::token::{Kind, Location, Token};
use super::types::{Q, UINT, VOID};
use super::value::Value;
use crate::tree::{BinaryOp, Expr, ExprKind, LocalId, Place, Scalar, Stmt, Ty};
use alloc::boxed::Box;
use alloc::vec::Vec;

fn set(local: LocalId, value: Expr, at: Place) -> Expr {
    node(ExprKind::SetLocal(local, Box::new(value)), Scalar::U32, at)
}

fn get(local: LocalId, at: Place) -> Expr {
    node(ExprKind::Local(local), Scalar::U32, at)
}

impl Checker<'_> {
    /// The lengths of a declarator that are no constants, evaluated from left to right.
    pub fn variable_counts(&mut self, parts: &[Part]) -> Vec<Option<Expr>> {
        let mut counts = Vec::new();
        for part in parts {
            let Part::VariableArray(value, _) = part else {
                continue;
            };
            counts.push(value.clone().map(|value| {
                let at = place(value.at);
                let number = convert(self.promote(value).expr(), Scalar::U32);
                if !has_effects(&number) && parts.len() == 1 {
                    return number;
                }
                let count = self.temporary(Ty::Scalar(Scalar::U32), at);
                self.sizes.push(set(count, number, at));
                get(count, at)
            }));
        }
        counts
    }

    /// An array whose length is no constant: `count`, if it is known here.
    pub fn variable_array_of(
        &mut self,
        of: Q,
        count: Option<Expr>,
        at: Location,
        outermost: bool,
    ) -> Q {
        if self.bad_element(of, at) {
            return super::types::POISON.plain();
        }
        if let Some(count) = count {
            return self.sized_array(of, count, at);
        }
        if self.in_parameters > 0 {
            // The outermost is a pointer in truth, the others are known in the function.
            return match outermost {
                true => self.types.array(of, None).plain(),
                false => self.types.unsaid_array(of).plain(),
            };
        }
        let local = self.function.is_some();
        self.say(at, |span| match local {
            true => errors::variable_length_array(span),
            false => errors::not_constant(span, "the size of an array at file scope"),
        });
        self.types.array(of, Some(1)).plain()
    }

    /// `int a[3][n]`
    pub fn constant_times_variable(&mut self, of: Q, length: u32, at: Location) -> Q {
        if self.in_parameters > 0 {
            return self.types.unsaid_array(of).plain();
        }
        let count = constant(u64::from(length), Scalar::U32, place(at));
        self.sized_array(of, count, at)
    }

    fn sized_array(&mut self, of: Q, count: Expr, at: Location) -> Q {
        let element = self.size_expression(of, place(at));
        let at = place(at);
        let bytes = self.temporary(Ty::Scalar(Scalar::U32), at);
        let size = binary(BinaryOp::Mul, count, element, at);
        self.sizes.push(set(bytes, size, at));
        self.types.variable_array(of, bytes).plain()
    }

    /// The bytes of a complete type.
    pub fn size_expression(&mut self, ty: Q, at: Place) -> Expr {
        match self.types.variable_size(ty.id) {
            Some(bytes) => get(bytes, at),
            None => {
                let size = self.types.size(ty.id).unwrap_or(1);
                constant(u64::from(size), Scalar::U32, at)
            }
        }
    }

    /// What was noted to set sizes, since `outside` was put aside.
    pub fn take_sizes(&mut self, outside: Vec<Expr>) -> Vec<Expr> {
        core::mem::replace(&mut self.sizes, outside)
    }

    /// A parameter's type again, in the function, where its lengths have values. `start`: its first token.
    pub fn size_parameter(&mut self, start: usize, out: &mut Vec<Stmt>) -> Parse<()> {
        let back = core::mem::replace(&mut self.position, start);
        let outside = core::mem::take(&mut self.sizes);
        self.variable_lengths = true;
        let specifiers = self.specifiers();
        let declarator = specifiers.and_then(|s| self.declarator(s.ty));
        self.variable_lengths = false;
        self.position = back;
        let sizes = self.take_sizes(outside);
        let declarator = declarator?;
        // The size of the parameter itself, which is a pointer, is nobody's concern.
        let own = self.types.variable_size(declarator.ty.id);
        out.extend(sizes.into_iter().filter_map(|expr| match expr.kind {
            ExprKind::SetLocal(local, value) if Some(local) == own => {
                has_effects(&value).then_some(Stmt::Expr(*value))
            }
            _ => Some(Stmt::Expr(expr)),
        }));
        let ty = self.adjust_parameter(declarator.ty);
        if let Some(id) = declarator.name.and_then(|name| self.scopes.find(name.text)) {
            self.scopes.entities[id as usize].ty = ty;
        }
        Ok(())
    }

    /// `int a[n];`: its address is a local of the function, set here.
    pub fn declare_variable_array(&mut self, name: Token, ty: Q, out: &mut Vec<Stmt>) -> Parse<()> {
        self.check_redeclared(name);
        let at = place(name.at);
        let size = self.size_expression(ty, at);
        let address = self.temporary(Ty::Scalar(Scalar::U32), at);
        let room = self.room(size, at);
        out.push(Stmt::Expr(set(address, room, at)));
        self.scopes.add_variable_array(address);
        let depth = self.scopes.depth();
        self.scopes.declare(Entity {
            defined: true,
            ..Entity::new(
                name.text,
                ty,
                Meaning::VariableArray(address),
                name.at,
                depth,
            )
        });
        if self.kind() == Kind::Equal {
            let equal = self.advance().at;
            self.say(equal, errors::initialised_variable_array);
            self.initializer(ty)?;
        }
        Ok(())
    }

    /// Room on the stack below all that is alive.
    fn room(&mut self, size: Expr, at: Place) -> Expr {
        let lowest = self.function.as_ref().and_then(|f| f.lowest_allocated);
        let below = lowest.or(self.scopes.lowest_variable_array());
        let size = Box::new(size);
        let room = node(ExprKind::Allocate { below, size }, Scalar::U32, at);
        match lowest {
            Some(lowest) => set(lowest, room, at),
            None => room,
        }
    }

    /// `alloca(size)`: the function's until it returns.
    pub fn allocate_until_return(&mut self, size: Value, at: Location) -> Value {
        let pointer = self.types.pointer(VOID.plain());
        let size = self.convert_to(
            size,
            UINT.plain(),
            &super::assignment::Into::Argument(1, None),
        );
        if self.function.is_none() || size.poisoned() {
            return Value::poison(at);
        }
        let room = self.room(size.expr(), place(at));
        Value::new(room, pointer, at)
    }
}

/// At the start of a function that calls `alloca`, nothing has been allocated below its frame.
pub fn start_allocating(state: &FunctionState, body: &mut Vec<Stmt>, at: Place) {
    if let Some(lowest) = state.lowest_allocated {
        let nothing = ExprKind::Allocate {
            below: None,
            size: Box::new(constant(0, Scalar::U32, at)),
        };
        let frame = node(nothing, Scalar::U32, at);
        body.insert(0, Stmt::Expr(set(lowest, frame, at)));
    }
}
