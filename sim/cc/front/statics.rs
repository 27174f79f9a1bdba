//! Names with linkage and objects with static storage (C17 §6.2.2, §6.9.2).

use super::checker::{Checker, place};
use super::errors;
use super::scope::{Entity, EntityId, Meaning};
use super::specifiers::{Class, Specifiers};
use super::token::Token;
use super::types::{self, CONST, Q, VOLATILE};
use crate::tree::{Data, Relocation, SymbolKind};
use alloc::format;
use alloc::vec::Vec;

impl Checker<'_> {
    /// A function, or an object at file scope or `extern`: joins what was declared before.
    pub fn declare_linked(
        &mut self,
        name: Token,
        ty: Q,
        specifiers: &Specifiers,
        align: u32,
    ) -> EntityId {
        let depth = self.scopes.depth();
        let internal = specifiers.class == Some(Class::Static);
        if let Some(old) = self.scopes.linked(name.text) {
            self.check_conflict(name, ty, old, internal);
            let merged = self
                .types
                .composite(self.scopes.entities[old as usize].ty, ty);
            let entity = &mut self.scopes.entities[old as usize];
            entity.ty = if entity.ty.id == types::POISON {
                ty
            } else {
                merged
            };
            entity.inline |= specifiers.inline && !(specifiers.class == Some(Class::Extern));
            entity.align = entity.align.max(align);
            if entity.implicit {
                entity.implicit = false;
                entity.at = name.at;
            }
            if self.scopes.find(name.text) != Some(old) {
                self.check_redeclared(name);
                self.scopes.bind(name.text, old);
            }
            return old;
        }
        self.check_redeclared(name);
        // An `inline` function is this unit's own: every unit has its copy.
        let inline = specifiers.inline && specifiers.class != Some(Class::Extern);
        let id = self.scopes.declare(Entity {
            external: !internal && !inline,
            thread_local: specifiers.thread_local,
            inline,
            align,
            ..Entity::new(name.text, ty, Meaning::Static, name.at, depth)
        });
        self.scopes.link(name.text, id);
        id
    }

    /// Two declarations of one thing must agree.
    fn check_conflict(&mut self, name: Token, ty: Q, old: EntityId, internal: bool) {
        let entity = &self.scopes.entities[old as usize];
        let (old_ty, old_at, implicit, external) =
            (entity.ty, entity.at, entity.implicit, entity.external);
        let text = self.names.text(name.text);
        let was = self.span(old_at);
        if !self.types.compatible(old_ty, ty) {
            let (new_name, old_name) = (self.type_name(ty), self.type_name(old_ty));
            if implicit {
                self.say(name.at, |span| {
                    errors::conflicts_with_use(span, &text, &new_name, was)
                });
            } else {
                self.say(name.at, |span| {
                    errors::conflicting_types(span, &text, &new_name, &old_name, was)
                });
            }
            self.scopes.entities[old as usize].ty = types::POISON.plain();
        } else if internal && external && !implicit {
            self.say(name.at, |span| {
                errors::static_after_extern(span, &text, was)
            });
        } else if internal && implicit {
            self.scopes.entities[old as usize].external = false;
            if let Some(symbol) = self.scopes.entities[old as usize].symbol {
                self.unit.symbols[symbol.0 as usize].external = false;
            }
        }
    }

    /// At file scope without initialiser: a tentative definition (or only a declaration).
    pub fn check_static_complete(&mut self, id: EntityId, specifiers: &Specifiers) {
        let entity = &mut self.scopes.entities[id as usize];
        let object = !matches!(self.types.get(entity.ty.id), types::Type::Function(_));
        if object && specifiers.class != Some(Class::Extern) && !entity.defined {
            entity.tentative = true;
            if entity.ty.id == types::VOID {
                self.require_complete(id);
            }
        }
    }

    /// `static` inside a function.
    pub fn declare_static_local(
        &mut self,
        name: Token,
        ty: Q,
        specifiers: &Specifiers,
        align: u32,
    ) -> EntityId {
        self.check_redeclared(name);
        let depth = self.scopes.depth();
        let function = self
            .function
            .as_ref()
            .map(|f| f.name.clone())
            .unwrap_or_default();
        let text = format!("{function}.{}", self.names.text(name.text));
        let kind = if specifiers.thread_local {
            SymbolKind::ThreadLocal
        } else {
            SymbolKind::Object
        };
        let symbol = self.new_symbol(text, false, kind, place(name.at));
        self.scopes.declare(Entity {
            symbol: Some(symbol),
            thread_local: specifiers.thread_local,
            align,
            ..Entity::new(name.text, ty, Meaning::Static, name.at, depth)
        })
    }

    /// Defines an object that starts as zeros.
    pub fn define_zero(&mut self, id: EntityId) {
        self.require_complete(id);
        self.define(id, Vec::new(), Vec::new(), 0, false);
    }

    /// Defines an object. `extra`: bytes of a flexible array member behind the type's own.
    pub fn define(
        &mut self,
        id: EntityId,
        bytes: Vec<u8>,
        relocations: Vec<Relocation>,
        extra: u32,
        tentative: bool,
    ) {
        let symbol = self.symbol_of(id);
        let entity = &self.scopes.entities[id as usize];
        let (ty, at, align) = (entity.ty, entity.at, entity.align);
        let size = self.types.size(ty.id).unwrap_or(0).saturating_add(extra);
        let quals = self.types.deep_quals(ty);
        let type_name = self.type_name(ty);
        let entity = &mut self.scopes.entities[id as usize];
        entity.defined = true;
        entity.tentative = false;
        let thread_local = entity.thread_local;
        self.unit.data.push(Data {
            symbol,
            size,
            align: self.types.align(ty.id).max(align),
            bytes,
            relocations,
            read_only: quals & CONST != 0 && quals & VOLATILE == 0 && !thread_local,
            tentative,
            type_name,
            place: place(at),
        });
    }

    /// At the end of the unit: what was only declared tentatively is defined as zeros.
    pub fn define_tentative(&mut self) {
        for id in 0..self.scopes.entities.len() as u32 {
            let entity = &self.scopes.entities[id as usize];
            if !entity.tentative || entity.defined {
                continue;
            }
            let (external, ty) = (entity.external, entity.ty);
            if let Some((of, None)) = self.types.element(ty.id) {
                // gcc: `int a[];` has one element.
                self.scopes.entities[id as usize].ty = self.types.array(of, Some(1)).plain();
            }
            self.require_complete(id);
            self.define(id, Vec::new(), Vec::new(), 0, external);
        }
    }

    /// Drops `inline` functions that nobody mentions.
    pub fn drop_unused_inline(&mut self) {
        let inline = core::mem::take(&mut self.inline_symbols);
        let mentioned = &self.mentioned;
        self.unit
            .functions
            .retain(|f| !inline.contains(&f.symbol) || mentioned[f.symbol.0 as usize]);
    }
}
