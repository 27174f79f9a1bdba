//! Expressions: commas, assignments, conditionals, binary and unary operators (C17 §6.5.3–6.5.17).
//!
//! The grammar is here; what the operators mean is in `operators` and `assignment`. Long chains
//! are loops, so that only real nesting costs stack; their trees are bounded in depth all the same.

use super::build::{self, comma, constant, node};
use super::checker::{Checker, Parse, place};
use super::errors;
use super::field_width::cut;
use super::names;
use super::operators::Operator;
use super::token::{Kind, Location};
use super::types::{ATOMIC, CONST, INT, Q, Type, UINT, VOID};
use super::value::{Form, Value, Want};
use crate::tree::{Expr, ExprKind, Scalar, Ty, UnaryOp};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The most operations that lie in each other: the tree is walked recursively later.
const DEPTH_MAX: u32 = 800;

impl Checker<'_> {
    /// `expression: assignment { , assignment }`
    pub fn expression(&mut self) -> Parse<Value> {
        let mut left = self.assignment()?;
        while self.kind() == Kind::Comma {
            self.advance();
            let right = self.assignment()?;
            let depth = left.depth.max(right.depth);
            let first = self.discard(left);
            let right = self.decay(right);
            let (ty, at) = (right.ty.id, right.at);
            left = self.bounded(Value::new(comma(first, right.expr()), ty, at).above(depth))?;
        }
        Ok(left)
    }

    /// Refuses a value whose tree is too deep.
    pub fn bounded(&mut self, value: Value) -> Parse<Value> {
        self.deepest = self.deepest.max(value.depth);
        if value.depth > DEPTH_MAX {
            return Err(self.too_deep("expression"));
        }
        Ok(value)
    }

    /// `assignment: conditional | unary op= assignment`
    pub fn assignment(&mut self) -> Parse<Value> {
        self.nested("expression", |this| {
            let left = this.conditional()?;
            let token = this.peek();
            if token.kind == Kind::Equal {
                this.advance();
                let right = this.assignment()?;
                let value = this.assign(left, right, token.at);
                return this.bounded(value);
            }
            let Some(operator) = compound_operator(token.kind) else {
                return Ok(left);
            };
            this.advance();
            let right = this.assignment()?;
            let value = this.compound_assign(operator, left, right, token.at);
            this.bounded(value)
        })
    }

    /// `conditional: binary [ ? expression : conditional ]`
    pub fn conditional(&mut self) -> Parse<Value> {
        let condition = self.binary_expression(1)?;
        let question = self.peek();
        if question.kind != Kind::Question {
            return Ok(condition);
        }
        self.advance();
        self.nested("expression", |this| {
            if this.accept(Kind::Colon) {
                return this.elvis(condition, question.at);
            }
            let then = this.expression()?;
            if this.kind() != Kind::Colon {
                return this.unexpected("`:` of the conditional expression");
            }
            this.advance();
            let otherwise = this.conditional()?;
            let value = this.choose(condition, then, otherwise, question.at);
            this.bounded(value)
        })
    }

    /// gcc's `a ?: b`: `a` is evaluated once.
    fn elvis(&mut self, condition: Value, at: Location) -> Parse<Value> {
        let otherwise = self.conditional()?;
        let condition = self.promote(condition);
        if let Form::Rvalue(Expr {
            kind: ExprKind::Const(_),
            ..
        }) = condition.form
        {
            return Ok(self.choose(condition.clone(), condition, otherwise, at));
        }
        let (ty, place) = (condition.ty.id, place(at));
        let tree = self.types.ty(ty);
        let scalar = self.scalar(ty);
        let kept = self.temporary(tree, place);
        let keep = node(
            ExprKind::SetLocal(kept, Box::new(condition.expr())),
            scalar,
            place,
        );
        let first = Value::new(keep, ty, at);
        let again = Value::new(node(ExprKind::Local(kept), scalar, place), ty, at);
        let value = self.choose(first, again, otherwise, at);
        self.bounded(value)
    }

    /// Binary operators by precedence climbing.
    fn binary_expression(&mut self, least: u8) -> Parse<Value> {
        let mut left = self.cast()?;
        loop {
            let token = self.peek();
            let Some((operator, level)) = binary_operator(token.kind).filter(|&(_, l)| l >= least)
            else {
                return Ok(left);
            };
            self.advance();
            let right = self.binary_expression(level + 1)?;
            let value = self.binary(operator, left, right, token.at);
            left = self.bounded(value)?;
        }
    }

    /// `cast: ( type ) cast | unary`
    pub fn cast(&mut self) -> Parse<Value> {
        let open = self.peek();
        if open.kind != Kind::LeftParen || !self.starts_type(self.second()) {
            return self.unary();
        }
        self.advance();
        let (ty, sizes) = self.sized_type_name_in_parens(open.at)?;
        if self.kind() == Kind::LeftBrace {
            let literal = self.compound_literal(ty, open.at)?;
            return self.postfix(after(sizes, literal));
        }
        self.nested("expression", |this| {
            let value = this.cast()?;
            let value = this.convert_explicitly(value, ty, open.at);
            let value = after(sizes, value);
            this.bounded(value)
        })
    }

    /// The type between parentheses, after `(`, and what sets the sizes of its arrays of variable length.
    pub fn sized_type_name_in_parens(&mut self, open: Location) -> Parse<(Q, Vec<Expr>)> {
        let outside = core::mem::take(&mut self.sizes);
        let ty = self.variable_type_name();
        let sizes = self.take_sizes(outside);
        let ty = ty?;
        self.close_paren(open)?;
        Ok((ty, sizes))
    }

    /// The type between parentheses, after `(`.
    pub fn type_name_in_parens(&mut self, open: Location) -> Parse<Q> {
        let ty = self.type_name_here()?;
        self.close_paren(open)?;
        Ok(ty)
    }

    /// A cast's conversion.
    fn convert_explicitly(&mut self, value: Value, ty: Q, at: Location) -> Value {
        if ty.id == VOID {
            let depth = value.depth;
            let expr = self.discard(value);
            let dropped = self.retype(Value::new(expr, INT, at), VOID);
            return dropped.above(depth);
        }
        let value = self.decay(value);
        let depth = value.depth;
        let from = value.ty.id;
        if value.poisoned() {
            return value;
        }
        let to_scalar = self.types.is_scalar(ty.id);
        let from_scalar = self.types.is_scalar(from);
        let pointer_and_float = |a, b| self.types.pointee(a).is_some() && self.types.is_float(b);
        if from == ty.id && !to_scalar && self.types.record_of(from).is_some() {
            return value;
        }
        if !to_scalar
            || !from_scalar
            || pointer_and_float(ty.id, from)
            || pointer_and_float(from, ty.id)
        {
            let (from, to) = (self.plain_name(from), self.type_name(ty));
            self.say(at, |span| errors::bad_cast(span, &from, &to));
            return Value::poison(at);
        }
        let mut converted = self.retype(value, ty.id).above(depth);
        converted.ty = ty.id.plain();
        converted
    }

    /// `unary: op cast | sizeof … | postfix`
    pub fn unary(&mut self) -> Parse<Value> {
        let token = self.peek();
        match token.kind {
            Kind::Plus
            | Kind::Minus
            | Kind::Tilde
            | Kind::Bang
            | Kind::Star
            | Kind::Ampersand
            | Kind::PlusPlus
            | Kind::MinusMinus => {
                self.advance();
                self.nested("expression", |this| {
                    let step = matches!(token.kind, Kind::PlusPlus | Kind::MinusMinus);
                    let type_next =
                        this.kind() == Kind::LeftParen && this.starts_type(this.second());
                    let operand = match step && !type_next {
                        true => this.unary()?,
                        false => this.cast()?,
                    };
                    let value = this.unary_operator(token.kind, operand, token.at);
                    this.bounded(value)
                })
            }
            Kind::AndAnd => self.label_address(),
            Kind::Identifier => match token.text {
                names::SIZEOF => {
                    self.advance();
                    self.nested("expression", |this| this.size_of(token.at))
                }
                names::ALIGNOF | names::ALIGNOF__ | names::ALIGNOF____ => {
                    self.advance();
                    self.nested("expression", |this| this.align_of(token.at))
                }
                names::EXTENSION => {
                    self.advance();
                    self.nested("expression", Checker::cast)
                }
                _ => self.postfix_expression(),
            },
            _ => self.postfix_expression(),
        }
    }

    fn unary_operator(&mut self, kind: Kind, operand: Value, at: Location) -> Value {
        match kind {
            Kind::PlusPlus | Kind::MinusMinus => {
                let negative = kind == Kind::MinusMinus;
                match self.modifiable(&operand, at) {
                    true => Value {
                        at,
                        ..self.step(operand, negative, Want::New)
                    },
                    false => Value::poison(at),
                }
            }
            Kind::Ampersand => self.address_of(operand, at),
            Kind::Star => self.dereference(operand, at),
            Kind::Bang => {
                let depth = operand.depth;
                let expr = self.condition(operand, "!");
                let result = match build::known_truth(&expr) {
                    Some(truth) => constant(u64::from(!truth), Scalar::I32, place(at)),
                    None => node(ExprKind::Not(Box::new(expr)), Scalar::I32, place(at)),
                };
                Value::new(result, INT, at).above(depth)
            }
            _ => self.sign(kind, operand, at),
        }
    }

    /// `+x`, `-x`, `~x`.
    fn sign(&mut self, kind: Kind, operand: Value, at: Location) -> Value {
        let operand = self.promote(operand);
        let (ty, depth) = (operand.ty.id, operand.depth);
        if operand.poisoned() {
            return operand;
        }
        let fits = match kind {
            Kind::Tilde => self.types.is_integer(ty),
            _ => self.types.is_arithmetic(ty),
        };
        if !fits {
            let name = self.plain_name(ty);
            self.say(at, |span| errors::bad_operand(span, kind.spelling(), &name));
            return Value::poison(at);
        }
        let width = match self.is_wide_field(&operand) {
            true => operand.width,
            false => 0,
        };
        let expr = operand.expr();
        let expr = match kind {
            Kind::Minus => build::unary(UnaryOp::Negate, expr, place(at)),
            Kind::Tilde => build::unary(UnaryOp::Complement, expr, place(at)),
            _ => expr,
        };
        let value = Value {
            width,
            ..Value::new(expr, ty, at)
        };
        match width {
            0 => value.above(depth),
            _ => cut(value).above(depth),
        }
    }

    /// `&x`.
    fn address_of(&mut self, operand: Value, at: Location) -> Value {
        if operand.poisoned() {
            return operand;
        }
        let to = operand.ty;
        match operand.form {
            Form::Memory(_, Some(_)) => {
                self.say(at, errors::address_of_bit_field);
                Value::poison(at)
            }
            Form::Memory(address, None) => {
                let id = self.types.pointer(to);
                let address = Expr {
                    ty: Ty::Scalar(Scalar::U32),
                    place: place(at),
                    ..address
                };
                Value::new(address, id, at).above(operand.depth)
            }
            Form::Register(_) if self.unevaluated > 0 => {
                let id = self.types.pointer(to);
                Value::new(constant(0, Scalar::U32, place(at)), id, at)
            }
            Form::Register(_) => {
                self.say(at, errors::address_of_register);
                Value::poison(at)
            }
            Form::Rvalue(_) | Form::PostStep(..) => {
                self.say(at, |span| {
                    errors::lvalue_required(span, "operand of unary `&`")
                });
                Value::poison(at)
            }
        }
    }

    /// `*x`.
    pub fn dereference(&mut self, operand: Value, at: Location) -> Value {
        let operand = self.decay(operand);
        if operand.poisoned() {
            return operand;
        }
        match *self.types.get(operand.ty.id) {
            Type::Pointer(to) => {
                let depth = operand.depth;
                Value::memory(operand.expr(), to, at).above(depth)
            }
            _ => {
                let name = self.plain_name(operand.ty.id);
                self.say(at, |span| errors::not_a_pointer(span, &name));
                Value::poison(at)
            }
        }
    }

    /// An operand of `sizeof` or `_Alignof`: its type, and what is evaluated for it.
    fn type_of_operand(&mut self) -> Parse<(Q, Vec<Expr>)> {
        let open = self.peek();
        if open.kind == Kind::LeftParen && self.starts_type(self.second()) {
            self.advance();
            let (ty, sizes) = self.sized_type_name_in_parens(open.at)?;
            if self.kind() != Kind::LeftBrace {
                return Ok((ty, sizes));
            }
            self.unevaluated += 1;
            let value = self
                .compound_literal(ty, open.at)
                .and_then(|v| self.postfix(v));
            self.unevaluated -= 1;
            return value.map(|v| (v.ty, sizes));
        }
        let start = self.position;
        self.unevaluated += 1;
        let value = self.unary();
        self.unevaluated -= 1;
        let value = value?;
        if let Form::Memory(_, Some(_)) = value.form {
            self.say(open.at, errors::size_of_bit_field);
        }
        if self.types.variable_size(value.ty.id).is_none() {
            return Ok((value.ty, Vec::new()));
        }
        // C17 §6.5.3.4p2: of an array of variable length it is evaluated. It is read again for that.
        self.position = start;
        let value = self.unary()?;
        let (ty, effects) = (value.ty, self.discard(value));
        let mut effects = alloc::vec![effects];
        effects.retain(build::has_effects);
        Ok((ty, effects))
    }

    fn size_of(&mut self, at: Location) -> Parse<Value> {
        let (ty, sizes) = self.type_of_operand()?;
        if self.types.variable_size(ty.id).is_some() {
            let size = self.size_expression(ty, place(at));
            return self.bounded(after(sizes, Value::new(size, UINT, at)));
        }
        let size = match self.types.get(ty.id) {
            Type::Poison => return Ok(Value::poison(at)),
            // gcc: the size of void and of a function is 1.
            Type::Void | Type::Function(_) => Some(1),
            _ => self.types.size(ty.id),
        };
        let size = size.unwrap_or_else(|| {
            let name = self.type_name(ty);
            self.say(at, |span| errors::incomplete(span, &name, "sizeof"));
            1
        });
        Ok(Value::new(
            constant(u64::from(size), Scalar::U32, place(at)),
            UINT,
            at,
        ))
    }

    fn align_of(&mut self, at: Location) -> Parse<Value> {
        let own = self.declared_alignment();
        self.type_name_align = 0;
        let (ty, _) = self.type_of_operand()?;
        let align = self.types.align(ty.id).max(own).max(self.type_name_align);
        Ok(Value::new(
            constant(u64::from(align), Scalar::U32, place(at)),
            UINT,
            at,
        ))
    }

    /// Of the variable in `( name )`, if `_Alignas` or an attribute says more than its type.
    fn declared_alignment(&self) -> u32 {
        let name = self.second();
        let next = self.tokens.get(self.position + 2).map(|t| t.kind);
        if next != Some(Kind::RightParen) || !name.is_identifier() {
            return 0;
        }
        let id = self.scopes.find(name.text);
        id.map_or(0, |id| self.scopes.entities[id as usize].align)
    }

    /// Is it an lvalue that may be changed? If not, says why.
    pub fn modifiable(&mut self, value: &Value, at: Location) -> bool {
        if value.poisoned() {
            return false;
        }
        let lvalue = matches!(value.form, Form::Register(_) | Form::Memory(..)) && value.assignable;
        let assignable = lvalue
            && !matches!(
                self.types.get(value.ty.id),
                Type::Array(..) | Type::Function(_) | Type::Void
            );
        if !assignable {
            let name = self.type_name(value.ty);
            self.say(at, |span| match lvalue {
                true => errors::not_assignable(span, &name),
                false => errors::lvalue_required(span, "left operand of assignment"),
            });
            return false;
        }
        if value.ty.has(CONST) || self.has_const_member(value.ty.id, 0) {
            let name = self.type_name(value.ty);
            let source = self.source_text(value.at);
            self.say(at, |span| {
                errors::assignment_to_const(span, &name, source.as_deref())
            });
            return false;
        }
        true
    }

    fn has_const_member(&self, id: super::types::TypeId, depth: u32) -> bool {
        let Some(record) = self.types.record_of(id) else {
            return false;
        };
        depth < 50
            && self.types.records[record].members.iter().any(|m| {
                self.types.deep_quals(m.ty) & CONST != 0
                    || self.has_const_member(m.ty.id, depth + 1)
            })
    }

    /// A name at a place, for messages.
    fn source_text(&self, at: Location) -> Option<alloc::string::String> {
        let near = self.tokens[..=self.position]
            .iter()
            .rev()
            .take(64)
            .find(|t| t.at == at)?;
        near.is_identifier().then(|| self.names.text(near.text))
    }

    /// A constant expression of integer type; `None` if it was none (reported).
    pub fn integer_constant(&mut self, what: &str) -> Parse<Option<(i64, Q)>> {
        let at = self.peek().at;
        let value = self.conditional()?;
        let value = self.decay(value);
        let ty = value.ty;
        match value.constant() {
            _ if value.poisoned() => Ok(None),
            Some(bits) if self.types.is_integer(ty.id) => Ok(Some((bits as i64, ty))),
            _ => {
                self.say(at, |span| errors::not_constant(span, what));
                Ok(None)
            }
        }
    }

    /// Is the object atomic?
    pub fn is_atomic(&self, value: &Value) -> bool {
        value.ty.has(ATOMIC) && !matches!(value.form, Form::Memory(_, Some(_)))
    }
}

fn compound_operator(kind: Kind) -> Option<Operator> {
    Some(match kind {
        Kind::StarEqual => Operator::Mul,
        Kind::SlashEqual => Operator::Div,
        Kind::PercentEqual => Operator::Rem,
        Kind::PlusEqual => Operator::Add,
        Kind::MinusEqual => Operator::Sub,
        Kind::ShiftLeftEqual => Operator::Shl,
        Kind::ShiftRightEqual => Operator::Shr,
        Kind::AmpersandEqual => Operator::And,
        Kind::CaretEqual => Operator::Xor,
        Kind::BarEqual => Operator::Or,
        _ => return None,
    })
}

/// The operator and its precedence; higher binds tighter.
fn binary_operator(kind: Kind) -> Option<(Operator, u8)> {
    Some(match kind {
        Kind::Star => (Operator::Mul, 10),
        Kind::Slash => (Operator::Div, 10),
        Kind::Percent => (Operator::Rem, 10),
        Kind::Plus => (Operator::Add, 9),
        Kind::Minus => (Operator::Sub, 9),
        Kind::ShiftLeft => (Operator::Shl, 8),
        Kind::ShiftRight => (Operator::Shr, 8),
        Kind::Less => (Operator::Lt, 7),
        Kind::Greater => (Operator::Gt, 7),
        Kind::LessEqual => (Operator::Le, 7),
        Kind::GreaterEqual => (Operator::Ge, 7),
        Kind::EqualEqual => (Operator::Eq, 6),
        Kind::BangEqual => (Operator::Ne, 6),
        Kind::Ampersand => (Operator::And, 5),
        Kind::Caret => (Operator::Xor, 4),
        Kind::Bar => (Operator::Or, 3),
        Kind::AndAnd => (Operator::LogicalAnd, 2),
        Kind::OrOr => (Operator::LogicalOr, 1),
        _ => return None,
    })
}

/// The value, after what sets the sizes of its type's arrays.
pub fn after(sizes: Vec<Expr>, value: Value) -> Value {
    if sizes.is_empty() {
        return value;
    }
    let depth = value.depth + sizes.len() as u32;
    let first = |expr: Expr| {
        sizes
            .into_iter()
            .rfold(expr, |expr, size| build::comma(size, expr))
    };
    let form = match value.form {
        Form::Rvalue(expr) => Form::Rvalue(first(expr)),
        Form::Memory(address, bits) => Form::Memory(first(address), bits),
        form => form,
    };
    Value { form, ..value }.above(depth)
}
