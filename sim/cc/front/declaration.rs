//! Declarations: what a declarator with its initialiser declares (C17 §6.7). What stands before it: `specifiers`.

use super::checker::{Abort, Checker, Parse, place};
use super::declarator::Declarator;
use super::errors;
use super::names::{self, Name};
use super::scope::{Entity, EntityId, Meaning};
use super::specifiers::{Class, Specifiers};
use super::token::{Kind, Token};
use super::types::{self, ATOMIC, Q, VOLATILE};
use crate::tree::{Local, LocalId, Stmt, Storage};
use alloc::vec::Vec;

impl Checker<'_> {
    /// A declaration inside a function; what it initialises becomes statements.
    pub fn local_declaration(&mut self, out: &mut Vec<Stmt>) -> Parse<()> {
        if self.at_word(names::STATIC_ASSERT) {
            return self.static_assert();
        }
        let outside = core::mem::take(&mut self.sizes);
        let result = self.local_declarators(out);
        self.take_sizes(outside);
        result
    }

    fn local_declarators(&mut self, out: &mut Vec<Stmt>) -> Parse<()> {
        let specifiers = self.specifiers()?;
        if self.accept(Kind::Semicolon) {
            return Ok(());
        }
        if self.lacks_semicolon() {
            return self.semicolon();
        }
        loop {
            self.variable_lengths = !specifiers.thread_local
                && !matches!(specifiers.class, Some(Class::Static | Class::Extern));
            let declarator = self.declarator(specifiers.ty);
            self.variable_lengths = false;
            let declarator = declarator?;
            out.extend(self.sizes.drain(..).map(Stmt::Expr));
            if self.kind() == Kind::LeftBrace && self.types.is_function(declarator.ty.id) {
                self.say(declarator.at, errors::nested_function);
                self.report.lose_rest();
                self.skip_one();
                return Ok(());
            }
            self.init_declarator(&specifiers, declarator, out)?;
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        self.semicolon()
    }

    /// What one declarator (with its initialiser) declares.
    pub fn init_declarator(
        &mut self,
        specifiers: &Specifiers,
        declarator: Declarator,
        out: &mut Vec<Stmt>,
    ) -> Parse<()> {
        let Some(name) = declarator.name else {
            return self.unexpected("a name in the declaration");
        };
        let align = specifiers.alignment(&declarator);
        let function = self.types.is_function(declarator.ty.id);
        match specifiers.class {
            Some(Class::Typedef) => {
                self.declare_typedef(name, declarator.ty, align);
                return Ok(());
            }
            _ if function || specifiers.class == Some(Class::Extern) || self.function.is_none() => {
                let id = self.declare_linked(name, declarator.ty, specifiers, align);
                if self.kind() == Kind::Equal {
                    let equal = self.advance().at;
                    if function {
                        let text = self.names.text(name.text);
                        self.say(equal, |span| errors::initialised_function(span, &text));
                        self.assignment()?;
                        return Ok(());
                    }
                    return self.initialise_static(id, name.at);
                }
                self.check_static_complete(id, specifiers);
                return Ok(());
            }
            Some(Class::Static) if self.types.variable_size(declarator.ty.id).is_some() => {
                self.say(name.at, errors::variable_length_array);
                return Err(Abort);
            }
            Some(Class::Static) => {
                let id = self.declare_static_local(name, declarator.ty, specifiers, align);
                if self.accept(Kind::Equal) {
                    return self.initialise_static(id, name.at);
                }
                self.define_zero(id);
                return Ok(());
            }
            _ => {}
        }
        if specifiers.thread_local {
            self.say(name.at, errors::thread_local_auto);
        }
        match self.types.variable_size(declarator.ty.id) {
            Some(_) => self.declare_variable_array(name, declarator.ty, out),
            None => self.declare_local(name, declarator.ty, align, out),
        }
    }

    fn declare_typedef(&mut self, name: Token, ty: Q, align: u32) {
        if let Some(old) = self.scopes.find(name.text) {
            let old = &self.scopes.entities[old as usize];
            if old.depth == self.scopes.depth() && !old.implicit {
                let same = old.meaning == Meaning::Typedef && self.types.compatible(old.ty, ty);
                if !same {
                    let (at, text) = (self.span(old.at), self.names.text(name.text));
                    self.say(name.at, |span| errors::redefinition(span, &text, at));
                }
            }
        }
        let depth = self.scopes.depth();
        self.scopes.declare(Entity {
            defined: true,
            align,
            ..Entity::new(name.text, ty, Meaning::Typedef, name.at, depth)
        });
    }

    /// A variable of the function.
    fn declare_local(&mut self, name: Token, ty: Q, align: u32, out: &mut Vec<Stmt>) -> Parse<()> {
        self.check_redeclared(name);
        let id = self.new_variable(name, ty, align);
        let Meaning::Local(local) = self.scopes.entities[id as usize].meaning else {
            return Err(Abort);
        };
        if self.accept(Kind::Equal) {
            return self.initialise_local(id, local, out);
        }
        self.require_complete(id);
        Ok(())
    }

    /// Declares a parameter or variable of the function.
    pub fn new_variable(&mut self, name: Token, ty: Q, align: u32) -> EntityId {
        let storage = self.storage_of(name.text, ty);
        let local = Local {
            name: self.names.text(name.text),
            type_name: self.type_name(ty),
            ty: self.types.ty(ty.id),
            storage,
            align,
            place: place(name.at),
        };
        let local = self.new_local(local);
        let depth = self.scopes.depth();
        self.scopes.declare(Entity {
            defined: true,
            align,
            ..Entity::new(name.text, ty, Meaning::Local(local), name.at, depth)
        })
    }

    /// A scalar whose address is taken nowhere in the function may live in a register.
    fn storage_of(&self, name: Name, ty: Q) -> Storage {
        let addressed = self
            .function
            .as_ref()
            .is_none_or(|f| f.addressed.binary_search(&name).is_ok());
        let scalar = self.types.scalar(ty.id).is_some();
        if scalar && !addressed && !ty.has(VOLATILE) && !ty.has(ATOMIC) {
            Storage::Register
        } else {
            Storage::Frame
        }
    }

    /// A variable's type must be complete where it is defined.
    pub fn require_complete(&mut self, id: EntityId) {
        let entity = &self.scopes.entities[id as usize];
        let (ty, at, name) = (entity.ty, entity.at, entity.name);
        if self.types.size(ty.id).is_none() && ty.id != types::POISON {
            let (text, name) = (self.type_name(ty), self.names.text(name));
            self.say(at, |span| errors::incomplete_variable(span, &name, &text));
            self.scopes.entities[id as usize].ty = types::POISON.plain();
        }
    }

    /// The local of an entity.
    pub fn local_of(&self, id: EntityId) -> Option<LocalId> {
        match self.scopes.entities[id as usize].meaning {
            Meaning::Local(local) => Some(local),
            _ => None,
        }
    }
}
