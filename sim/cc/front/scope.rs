//! Names and what they mean, by scope (C17 §6.2.1).
//!
//! A binding is one array access by name; leaving a scope undoes its bindings.

use super::names::Name;
use super::token::Location;
use super::types::{Q, TypeId};
use crate::tree::{LocalId, SymbolId};
use alloc::vec::Vec;

/// Index into [`Scopes::entities`].
pub type EntityId = u32;

/// What an ordinary identifier stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Typedef,
    EnumConstant(i32),
    /// An object with static storage, or a function: has linkage or is a static local.
    Static,
    /// A parameter or variable in a register or frame.
    Local(LocalId),
    /// An array of variable length: the local that holds its address.
    VariableArray(LocalId),
}

/// A declared name.
#[derive(Clone, Debug)]
pub struct Entity {
    pub name: Name,
    pub ty: Q,
    pub meaning: Meaning,
    pub at: Location,
    /// Only for [`Meaning::Static`]; made at the first use.
    pub symbol: Option<SymbolId>,
    pub defined: bool,
    /// Declared at file scope without initialiser.
    pub tentative: bool,
    /// Visible in other units.
    pub external: bool,
    pub thread_local: bool,
    pub inline: bool,
    /// Nobody declared it: it was used, and stands for what it must have been.
    pub implicit: bool,
    /// From `_Alignas`; 0: the type's.
    pub align: u32,
    /// Scope depth of the declaration.
    pub depth: u32,
}

impl Entity {
    /// A declared name, nothing more known about it.
    pub fn new(name: Name, ty: Q, meaning: Meaning, at: Location, depth: u32) -> Entity {
        Entity {
            name,
            ty,
            meaning,
            at,
            symbol: None,
            defined: false,
            tentative: false,
            external: false,
            thread_local: false,
            inline: false,
            implicit: false,
            align: 0,
            depth,
        }
    }
}

/// A tag of a struct, union or enum.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    pub id: TypeId,
    pub depth: u32,
}

enum Undo {
    Ordinary(Name, u32),
    Tag(Name, Option<Tag>),
}

/// All scopes.
#[derive(Default)]
pub struct Scopes {
    pub entities: Vec<Entity>,
    /// By name: entity index + 1.
    ordinary: Vec<u32>,
    tags: Vec<Option<Tag>>,
    /// By name: the entity with linkage + 1, visible or not.
    linked: Vec<u32>,
    undo: Vec<Undo>,
    marks: Vec<usize>,
    /// Arrays of variable length that are alive here, with their depth; the last lies lowest.
    variable_arrays: Vec<(u32, LocalId)>,
}

impl Scopes {
    /// How deep: 0 is file scope.
    pub fn depth(&self) -> u32 {
        self.marks.len() as u32
    }

    /// Opens a scope.
    pub fn push(&mut self) {
        self.marks.push(self.undo.len());
    }

    /// Closes the innermost scope.
    pub fn pop(&mut self) {
        let mark = self.marks.pop().unwrap_or(0);
        let depth = self.depth();
        self.variable_arrays.retain(|&(d, _)| d <= depth);
        while self.undo.len() > mark {
            match self.undo.pop() {
                Some(Undo::Ordinary(name, old)) => self.ordinary[name.0 as usize] = old,
                Some(Undo::Tag(name, old)) => self.tags[name.0 as usize] = old,
                None => return,
            }
        }
    }

    /// The array of variable length that was declared last of those alive.
    pub fn lowest_variable_array(&self) -> Option<LocalId> {
        self.variable_arrays.last().map(|&(_, local)| local)
    }

    /// One more array of variable length, in the innermost scope.
    pub fn add_variable_array(&mut self, address: LocalId) {
        self.variable_arrays.push((self.depth(), address));
    }

    /// What a name means here.
    pub fn find(&self, name: Name) -> Option<EntityId> {
        self.ordinary
            .get(name.0 as usize)
            .copied()
            .unwrap_or(0)
            .checked_sub(1)
    }

    /// Declares a name in the innermost scope.
    pub fn declare(&mut self, entity: Entity) -> EntityId {
        let name = entity.name;
        self.entities.push(entity);
        let id = self.entities.len() as u32 - 1;
        self.bind(name, id);
        id
    }

    /// Makes a name mean an entity that exists already.
    pub fn bind(&mut self, name: Name, id: EntityId) {
        let index = name.0 as usize;
        if self.ordinary.len() <= index {
            self.ordinary.resize(index + 1, 0);
        }
        self.undo.push(Undo::Ordinary(name, self.ordinary[index]));
        self.ordinary[index] = id + 1;
    }

    /// The entity with linkage of this name, whatever scope declared it.
    pub fn linked(&self, name: Name) -> Option<EntityId> {
        self.linked
            .get(name.0 as usize)
            .copied()
            .unwrap_or(0)
            .checked_sub(1)
    }

    /// Remembers an entity with linkage.
    pub fn link(&mut self, name: Name, id: EntityId) {
        let index = name.0 as usize;
        if self.linked.len() <= index {
            self.linked.resize(index + 1, 0);
        }
        self.linked[index] = id + 1;
    }

    /// The tag visible here.
    pub fn tag(&self, name: Name) -> Option<Tag> {
        self.tags.get(name.0 as usize).copied().flatten()
    }

    /// Declares a tag in the innermost scope.
    pub fn declare_tag(&mut self, name: Name, id: TypeId) {
        let index = name.0 as usize;
        if self.tags.len() <= index {
            self.tags.resize(index + 1, None);
        }
        self.undo.push(Undo::Tag(name, self.tags[index]));
        self.tags[index] = Some(Tag {
            id,
            depth: self.depth(),
        });
    }

    /// All names visible here, for "did you mean".
    pub fn visible(&self) -> impl Iterator<Item = Name> {
        self.ordinary
            .iter()
            .enumerate()
            .filter(|&(_, &e)| e != 0)
            .map(|(i, _)| Name(i as u32))
    }
}
