//! Declarators and type names: `*(*f[3])(int)` (C17 §6.7.6, §6.7.7).
//!
//! A declarator is read into a list of parts, nearest to the name first, and the type is built
//! from its far end.

use super::attributes::Attributes;
use super::checker::{Checker, Parse};
use super::errors;
use super::names;
use super::scope::{Entity, Meaning};
use super::token::{Kind, Location, Token};
use super::types::{ATOMIC, CONST, Q, RESTRICT, Signature, Type, VOID, VOLATILE};
use super::value::Value;
use crate::tree::LocalId;
use alloc::vec::Vec;

/// A parameter's declaration.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: Option<Token>,
    pub ty: Q,
    pub at: Location,
    /// Its type depends on values: the token where its declaration starts, to read it again in the function.
    pub varies: Option<usize>,
}

/// One step of a declarator.
pub enum Part {
    Pointer(u8),
    /// Length, qualifiers of a parameter's `[const 3]`, place.
    Array(Option<u32>, u8, Location),
    /// An array whose length is no constant: the length's value, if it is evaluated here.
    VariableArray(Option<Value>, Location),
    Function(ParameterList, Location),
}

/// The parentheses after a function's name.
#[derive(Clone, Debug, Default)]
pub struct ParameterList {
    pub parameters: Vec<Parameter>,
    pub variadic: bool,
    /// Not `f()` and not `f(a, b)`.
    pub prototype: bool,
    /// Names without types: types follow the `)`.
    pub old_style: bool,
}

/// A declared name with its type.
pub struct Declarator {
    pub name: Option<Token>,
    pub at: Location,
    pub ty: Q,
    /// The parameters, if the name is directly a function's.
    pub list: Option<ParameterList>,
    /// What `__attribute__` after it says.
    pub attributes: Attributes,
}

impl Checker<'_> {
    /// A declarator after `base`; the name may be missing (in parameters and type names).
    pub fn declarator(&mut self, base: Q) -> Parse<Declarator> {
        let at = self.peek().at;
        let mut parts = Vec::new();
        let mut name = None;
        self.declarator_parts(&mut parts, &mut name)?;
        let attributes = self.attributes();
        let at = name.map_or(at, |n: Token| n.at);
        let declarator = self.apply(base, parts, name, at)?;
        Ok(Declarator {
            attributes,
            ty: self.with_mode(declarator.ty, attributes.mode),
            ..declarator
        })
    }

    fn declarator_parts(&mut self, parts: &mut Vec<Part>, name: &mut Option<Token>) -> Parse<()> {
        let mut pointers = Vec::new();
        self.skip_attributes();
        while self.accept(Kind::Star) {
            pointers.push(Part::Pointer(self.qualifiers()));
            if pointers.len() > 200 {
                return Err(self.too_deep("declarator"));
            }
        }
        let token = self.peek();
        if token.is_identifier() && name.is_none() {
            self.advance();
            *name = Some(token);
        } else if token.kind == Kind::LeftParen && !self.parameters_start() {
            self.advance();
            self.nested("declarator", |this| this.declarator_parts(parts, name))?;
            self.close_paren(token.at)?;
        }
        loop {
            let token = self.peek();
            match token.kind {
                Kind::LeftBracket => {
                    let part = self.array_part()?;
                    parts.push(part);
                }
                Kind::LeftParen => {
                    self.advance();
                    let list = self.nested("declarator", |this| this.parameter_list(token.at))?;
                    parts.push(Part::Function(list, token.at));
                }
                _ => break,
            }
            if parts.len() > 200 {
                return Err(self.too_deep("declarator"));
            }
        }
        parts.extend(pointers.into_iter().rev());
        Ok(())
    }

    /// Does `(` here begin parameters (of a function without a name) and not a nested declarator?
    fn parameters_start(&self) -> bool {
        let next = self.second();
        next.kind == Kind::RightParen
            || self.starts_type(next)
                && !next.is_word(names::ATTRIBUTE____)
                && !next.is_word(names::ATTRIBUTE__)
    }

    /// `const volatile restrict _Atomic` in any order.
    pub fn qualifiers(&mut self) -> u8 {
        let mut quals = 0;
        loop {
            let token = self.peek();
            if token.kind != Kind::Identifier {
                return quals;
            }
            quals |= match token.text {
                names::CONST | names::CONST__ | names::CONST____ => CONST,
                names::VOLATILE | names::VOLATILE__ | names::VOLATILE____ => VOLATILE,
                names::RESTRICT | names::RESTRICT__ | names::RESTRICT____ => RESTRICT,
                names::ATOMIC => ATOMIC,
                names::ATTRIBUTE__ | names::ATTRIBUTE____ => {
                    self.skip_attributes();
                    continue;
                }
                _ => return quals,
            };
            self.advance();
        }
    }

    fn array_part(&mut self) -> Parse<Part> {
        let at = self.advance().at;
        let mut quals = self.qualifiers();
        if self.accept_word(names::STATIC) {
            quals |= self.qualifiers();
        }
        if self.accept(Kind::RightBracket) {
            return Ok(Part::Array(None, quals, at));
        }
        if self.kind() == Kind::Star && self.second().kind == Kind::RightBracket {
            self.advance();
            self.advance();
            return Ok(Part::Array(None, quals, at));
        }
        let size_at = self.peek().at;
        let variable_lengths = core::mem::take(&mut self.variable_lengths);
        let value = self.assignment();
        self.variable_lengths = variable_lengths;
        let value = self.decay(value?);
        if self.expect(Kind::RightBracket).is_err() && self.second().kind == Kind::RightBracket {
            // One word too many, as the `;` of `#define N 10;`. Otherwise the `]` is missing.
            self.advance();
            self.advance();
        }
        let length = match value.constant() {
            _ if value.poisoned() => 1,
            Some(bits) if self.types.is_integer(value.ty.id) => {
                let signed = self.scalar(value.ty.id).signed();
                if signed && (bits as i64) < 0 {
                    self.say(size_at, errors::negative_array);
                    1
                } else if bits > i32::MAX as u64 {
                    self.say(size_at, errors::array_too_large);
                    1
                } else {
                    bits as u32
                }
            }
            _ if self.types.is_integer(value.ty.id) => {
                self.varying_parameter |= self.in_parameters > 0;
                let here = self.variable_lengths && self.in_parameters == 0;
                return Ok(Part::VariableArray(here.then_some(value), size_at));
            }
            _ => {
                let name = self.plain_name(value.ty.id);
                self.say(size_at, |span| errors::array_size_type(span, &name));
                1
            }
        };
        Ok(Part::Array(Some(length), quals, at))
    }

    /// Builds the type from its far end.
    fn apply(
        &mut self,
        base: Q,
        parts: Vec<Part>,
        name: Option<Token>,
        at: Location,
    ) -> Parse<Declarator> {
        let mut ty = base;
        let mut list = None;
        let nearest = parts.len();
        let mut counts = self.variable_counts(&parts);
        for (i, part) in parts.into_iter().rev().enumerate() {
            let outermost = i + 1 == nearest;
            ty = match part {
                Part::Pointer(quals) => Q {
                    id: self.types.pointer(ty),
                    quals,
                },
                Part::Array(length, quals, place) => {
                    let array = match length {
                        Some(length) if self.types.variable_size(ty.id).is_some() => {
                            self.constant_times_variable(ty, length, place)
                        }
                        _ => self.array_of(ty, length, place),
                    };
                    // Qualifiers in a parameter's brackets are the pointer's.
                    if outermost { array.with(quals) } else { array }
                }
                Part::VariableArray(_, place) => {
                    let count = counts.pop().flatten();
                    self.variable_array_of(ty, count, place, outermost)
                }
                Part::Function(parameters, place) => {
                    if matches!(self.types.get(ty.id), Type::Array(..) | Type::Function(_)) {
                        let found = self.type_name(ty);
                        self.say(place, |span| errors::bad_return_type(span, &found));
                        ty = super::types::POISON.plain();
                    }
                    let signature = Signature {
                        ret: ty.id.plain(),
                        params: parameters.parameters.iter().map(|p| p.ty).collect(),
                        variadic: parameters.variadic,
                        prototype: parameters.prototype,
                    };
                    if outermost {
                        list = Some(parameters);
                    }
                    self.types.function(signature).plain()
                }
            };
        }
        Ok(Declarator {
            name,
            at,
            ty,
            list,
            attributes: Attributes::default(),
        })
    }

    /// Nothing can be an array of functions, or of what has no size.
    pub fn bad_element(&mut self, of: Q, at: Location) -> bool {
        let wrong = match self.types.get(of.id) {
            Type::Function(_) | Type::Void => true,
            _ => self.types.size(of.id).is_none() && self.types.variable_size(of.id).is_none(),
        };
        if wrong {
            let name = self.type_name(of);
            self.say(at, |span| errors::bad_element(span, &name));
        }
        wrong
    }

    fn array_of(&mut self, of: Q, length: Option<u32>, at: Location) -> Q {
        if self.bad_element(of, at) {
            return super::types::POISON.plain();
        }
        let size = u64::from(self.types.size(of.id).unwrap_or(1)) * u64::from(length.unwrap_or(0));
        if size > i32::MAX as u64 {
            self.say(at, errors::array_too_large);
            return self.types.array(of, Some(1)).plain();
        }
        self.types.array(of, length).plain()
    }

    // Parameters.

    fn parameter_list(&mut self, open: Location) -> Parse<ParameterList> {
        let mut list = ParameterList::default();
        if self.accept(Kind::RightParen) {
            return Ok(list);
        }
        if self.peek().is_identifier() && !self.starts_type(self.peek()) {
            let unknown = self.second();
            let names_only = matches!(unknown.kind, Kind::Comma | Kind::RightParen);
            if names_only {
                return self.old_style_names(list, open);
            }
        }
        list.prototype = true;
        self.scopes.push();
        self.in_parameters += 1;
        let variable_lengths = core::mem::take(&mut self.variable_lengths);
        let result = self.parameters(&mut list, open);
        self.variable_lengths = variable_lengths;
        self.in_parameters -= 1;
        self.scopes.pop();
        result?;
        Ok(list)
    }

    fn old_style_names(&mut self, mut list: ParameterList, open: Location) -> Parse<ParameterList> {
        list.old_style = true;
        loop {
            let token = self.peek();
            if !token.is_identifier() {
                return self.unexpected("a parameter's name");
            }
            self.advance();
            let ty = super::types::INT.plain();
            list.parameters.push(Parameter {
                name: Some(token),
                ty,
                at: token.at,
                varies: None,
            });
            if !self.accept(Kind::Comma) {
                self.close_paren(open)?;
                return Ok(list);
            }
        }
    }

    fn parameters(&mut self, list: &mut ParameterList, open: Location) -> Parse<()> {
        loop {
            if self.accept(Kind::Ellipsis) {
                list.variadic = true;
                break;
            }
            let start = self.position;
            let outside = core::mem::take(&mut self.varying_parameter);
            let specifiers = self.specifiers()?;
            let declarator = self.declarator(specifiers.ty)?;
            let varies = self.varying_parameter.then_some(start);
            self.varying_parameter |= outside;
            let alone = list.parameters.is_empty() && self.kind() == Kind::RightParen;
            if declarator.ty == VOID.plain() && declarator.name.is_none() && alone {
                break;
            }
            let ty = self.adjust_parameter(declarator.ty);
            if ty.id == VOID {
                self.say(declarator.at, errors::void_parameter);
            }
            if let Some(name) = declarator.name {
                self.declare_parameter_name(name, ty);
            }
            list.parameters.push(Parameter {
                name: declarator.name,
                ty,
                at: declarator.at,
                varies,
            });
            if list.parameters.len() > 4096 {
                return Err(self.too_deep("parameter list"));
            }
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        self.close_paren(open)
    }

    /// Later parameters may mention it: `int f(int n, int a[n])`.
    fn declare_parameter_name(&mut self, name: Token, ty: Q) {
        let depth = self.scopes.depth();
        if let Some(old) = self.scopes.find(name.text) {
            let old = &self.scopes.entities[old as usize];
            if old.depth == depth {
                let (at, text) = (self.span(old.at), self.names.text(name.text));
                self.say(name.at, |span| errors::redefinition(span, &text, at));
            }
        }
        self.scopes.declare(Entity {
            defined: true,
            ..Entity::new(
                name.text,
                ty,
                Meaning::Local(LocalId(u32::MAX)),
                name.at,
                depth,
            )
        });
    }

    /// Arrays and functions become pointers.
    pub fn adjust_parameter(&mut self, ty: Q) -> Q {
        match *self.types.get(ty.id) {
            Type::Array(of, _) => Q {
                id: self.types.pointer(of),
                quals: ty.quals,
            },
            Type::Function(_) => self.types.pointer(ty.id.plain()).plain(),
            _ => ty,
        }
    }

    // Type names.

    /// `specifiers abstract-declarator`; all lengths in it are constants.
    pub fn type_name_here(&mut self) -> Parse<Q> {
        self.type_name_with(false)
    }

    /// The same; what sets the sizes of the arrays of variable length in it goes to [`Checker::sizes`].
    pub fn variable_type_name(&mut self) -> Parse<Q> {
        self.type_name_with(self.function.is_some() && self.in_parameters == 0)
    }

    fn type_name_with(&mut self, variable_lengths: bool) -> Parse<Q> {
        let variable_lengths = core::mem::replace(&mut self.variable_lengths, variable_lengths);
        let specifiers = self.specifiers();
        let declarator = specifiers.and_then(|specifiers| {
            let declarator = self.nested("type", |this| this.declarator(specifiers.ty))?;
            self.type_name_align = specifiers.alignment(&declarator);
            Ok(declarator)
        });
        self.variable_lengths = variable_lengths;
        let declarator = declarator?;
        if let Some(name) = declarator.name {
            self.say(name.at, errors::name_in_type);
        }
        Ok(declarator.ty)
    }
}
