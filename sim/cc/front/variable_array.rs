//! Arrays whose length only the running program knows (C17 §6.7.6.2): `int a[n];` in a function.
//!
//! Two locals hold such an array's size and its address. It lies on the stack below all that were declared
//! before it and are still alive, so that nothing need be done where its block is left: the next one, in
//! the block's next round or after it, takes the place again, and the function's return takes all back.
//!
//! Not here: variable lengths anywhere else (of elements, behind pointers, in type names): a diagnostic.

use super::build::{binary, constant, convert, node};
use super::checker::{Abort, Checker, Parse, place};
use super::errors;
use super::scope::{Entity, Meaning};
use super::token::{Kind, Location, Token};
use super::types::{Q, Type};
use super::value::Value;
use crate::tree::{BinaryOp, ExprKind, Scalar, Stmt, Ty};
use alloc::boxed::Box;
use alloc::vec::Vec;

impl Checker<'_> {
    /// An array whose length is no constant: in a parameter the length is only a hint, a variable of a
    /// function may be one.
    pub fn variable_array_of(&mut self, of: Q, at: Location, outermost: bool) -> Q {
        if self.bad_element(of, at) {
            return super::types::POISON.plain();
        }
        if outermost && (self.in_parameters > 0 || self.variable_lengths) {
            return self.types.array(of, None).plain();
        }
        let local = self.function.is_some() || self.in_parameters > 0;
        self.say(at, |span| match local {
            true => errors::variable_length_array(span),
            false => errors::not_constant(span, "the size of an array at file scope"),
        });
        self.types.array(of, Some(1)).plain()
    }

    /// `int a[n];`: its bytes and its address are locals of the function, set here.
    pub fn declare_variable_array(
        &mut self,
        name: Token,
        ty: Q,
        length: Value,
        out: &mut Vec<Stmt>,
    ) -> Parse<()> {
        self.check_redeclared(name);
        let at = place(name.at);
        let Type::Array(of, _) = *self.types.get(ty.id) else {
            return Err(Abort);
        };
        let element = self.types.size(of.id).unwrap_or(1);
        let number = self.promote(length).expr();
        let size = binary(
            BinaryOp::Mul,
            convert(number, Scalar::U32),
            constant(u64::from(element), Scalar::U32, at),
            at,
        );
        let bytes = self.temporary(Ty::Scalar(Scalar::U32), at);
        let address = self.temporary(Ty::Scalar(Scalar::U32), at);
        let set = |local, value| {
            Stmt::Expr(node(
                ExprKind::SetLocal(local, Box::new(value)),
                Scalar::U32,
                at,
            ))
        };
        out.push(set(bytes, size));
        let room = ExprKind::Allocate {
            below: self.scopes.lowest_variable_array(),
            size: Box::new(node(ExprKind::Local(bytes), Scalar::U32, at)),
        };
        out.push(set(address, node(room, Scalar::U32, at)));
        self.scopes.add_variable_array(address);
        let ty = Q {
            id: self.types.variable_array(of, bytes),
            quals: ty.quals,
        };
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
}
