//! Calls (C17 §6.5.2.2): arguments are converted to the parameters' types, or promoted.

use super::assignment::Into;
use super::build::{comma, constant, has_effects, node};
use super::checker::{Checker, Parse, place};
use super::errors;
use super::format::Argument;
use super::token::{Kind, Location};
use super::types::{DOUBLE, FLOAT, Signature, TypeId, VOID};
use super::value::{Form, Value};
use crate::tree::{Callee, Expr, ExprKind, Scalar, SymbolId, SymbolKind, Ty};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

impl Checker<'_> {
    /// A call, after its `(`.
    pub fn call(&mut self, callee: Value, at: Location) -> Parse<Value> {
        let depth = callee.depth;
        let place_of_call = callee.at;
        let name = self.callee_name(&callee);
        let callee = self.decay(callee);
        let signature = self
            .types
            .pointee(callee.ty.id)
            .and_then(|to| self.types.signature(to.id));
        let arguments = self.arguments(at)?;
        let depth = arguments.iter().map(|a| a.depth).fold(depth, u32::max);
        let Some(signature) = signature else {
            if !callee.poisoned() {
                let found = self.plain_name(callee.ty.id);
                self.say(callee.at, |span| errors::not_a_function(span, &found));
            }
            return Ok(Value::poison(at));
        };
        let name = name.filter(|n| !n.is_empty());
        self.check_count(&signature, arguments.len(), name.as_deref(), &callee, at);
        let variadic = signature.variadic.then_some(signature.params.len());
        let mut trees = Vec::with_capacity(arguments.len());
        let mut rest = Vec::new();
        for (i, argument) in arguments.into_iter().enumerate() {
            let value = match signature.params.get(i) {
                Some(&param) => {
                    self.convert_to(argument, param, &Into::Argument(i + 1, name.clone()))
                }
                None => {
                    let at = argument.at;
                    let value = self.promote_argument(argument);
                    let ty = value.ty.id;
                    rest.push(Argument { ty, at });
                    value
                }
            };
            trees.push(value.expr());
        }
        if let (Some(name), true) = (&name, signature.variadic) {
            self.check_format(name, &trees, &rest, place_of_call);
        }
        let ret = signature.ret.id;
        let count = trees.len() as u32;
        let first = self.right_to_left(&mut trees);
        let mut call = self.call_tree(callee.expr(), trees, variadic, ret, place_of_call);
        let mut levels = 0;
        if let (Some(first), Form::Rvalue(expr)) = (first, &mut call.form) {
            // Each argument evaluated before the call is one level of commas.
            levels = count;
            let done = core::mem::replace(expr, constant(0, Scalar::I32, place(at)));
            *expr = comma(first, done);
        }
        Ok(call.above(depth + levels))
    }

    /// C leaves the order of arguments open. Where one of several has effects, it is gcc's: from the last to
    /// the first, variables in registers when all are done. Else nobody can tell, and it is the source's.
    /// Gives what is evaluated before the call.
    fn right_to_left(&mut self, arguments: &mut [Expr]) -> Option<Expr> {
        let still = |e: &Expr| {
            matches!(
                e.kind,
                ExprKind::Const(_) | ExprKind::Address(..) | ExprKind::LocalAddress(..)
            )
        };
        let moving = arguments.iter().filter(|e| !still(e)).count();
        let aggregate = |e: &Expr| matches!(e.ty, Ty::Aggregate { .. }) && has_effects(e);
        if moving < 2 || !arguments.iter().any(has_effects) || arguments.iter().any(aggregate) {
            return None;
        }
        let mut first: Option<Expr> = None;
        for argument in arguments.iter_mut().rev() {
            let (Ty::Scalar(scalar), place) = (argument.ty, argument.place) else {
                continue;
            };
            if still(argument) || matches!(argument.kind, ExprKind::Local(_)) {
                continue;
            }
            let local = self.temporary(argument.ty, place);
            let value = core::mem::replace(argument, node(ExprKind::Local(local), scalar, place));
            let set = node(ExprKind::SetLocal(local, Box::new(value)), scalar, place);
            first = Some(match first {
                Some(before) => comma(before, set),
                None => set,
            });
        }
        first
    }

    /// The node of a call whose arguments are converted.
    pub fn call_tree(
        &mut self,
        callee: Expr,
        args: Vec<Expr>,
        variadic: Option<usize>,
        ret: TypeId,
        at: Location,
    ) -> Value {
        let callee = match callee.kind {
            ExprKind::Address(symbol, 0) if self.is_function_symbol(symbol) => {
                Callee::Symbol(symbol)
            }
            _ => Callee::Pointer(Box::new(callee)),
        };
        let ty = self.types.ty(ret);
        let result = match ty {
            Ty::Aggregate { .. } => Some(self.temporary(ty, place(at))),
            _ => None,
        };
        let kind = ExprKind::Call {
            callee,
            args,
            variadic,
            result,
        };
        Value::new(
            Expr {
                kind,
                ty,
                place: place(at),
            },
            ret,
            at,
        )
    }

    fn is_function_symbol(&self, symbol: SymbolId) -> bool {
        self.unit.symbols[symbol.0 as usize].kind == SymbolKind::Function
    }

    /// The arguments up to `)`.
    pub fn arguments(&mut self, open: Location) -> Parse<Vec<Value>> {
        let mut arguments = Vec::new();
        if self.accept(Kind::RightParen) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.assignment()?);
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        self.close_paren(open)?;
        Ok(arguments)
    }

    fn callee_name(&self, callee: &Value) -> Option<String> {
        match &callee.form {
            Form::Memory(
                Expr {
                    kind: ExprKind::Address(symbol, 0),
                    ..
                },
                None,
            ) => Some(self.unit.symbols[symbol.0 as usize].name.clone()),
            _ => None,
        }
    }

    fn check_count(
        &mut self,
        signature: &Signature,
        found: usize,
        name: Option<&str>,
        callee: &Value,
        at: Location,
    ) {
        let wanted = signature.params.len();
        let fits = if signature.variadic {
            found >= wanted
        } else {
            found == wanted
        };
        if fits || !signature.prototype {
            return;
        }
        let declared = name.and_then(|n| {
            let id = self.scopes.linked(self.names.intern(n.as_bytes()))?;
            let entity = &self.scopes.entities[id as usize];
            (!entity.implicit).then(|| self.span(entity.at))
        });
        let place = if found < wanted { callee.at } else { at };
        let place = if name.is_some() { callee.at } else { place };
        self.say(place, |span| {
            errors::argument_count(span, name, wanted, found, signature.variadic, declared)
        });
    }

    /// The default argument promotions.
    fn promote_argument(&mut self, argument: Value) -> Value {
        let argument = self.promote(argument);
        let id = argument.ty.id;
        if id == FLOAT {
            return self.retype(argument, DOUBLE);
        }
        if id == VOID || self.types.record_of(id).is_some() && self.types.size(id).is_none() {
            let name = self.plain_name(id);
            self.say(argument.at, |span| errors::bad_argument(span, &name));
            return Value::poison(argument.at);
        }
        argument
    }
}
