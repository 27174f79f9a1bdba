//! The types of C: identity, size and alignment (RISC-V psABI, ilp32), compatibility.
//!
//! Types are numbers into a table; basic types have fixed numbers, pointers are made once, so that
//! most comparisons are comparisons of numbers. Qualifiers stand beside the number in [`Q`].

use super::names::Name;
use super::token::Location;
use crate::tree::{LocalId, Scalar, Ty};
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

/// Index into the table of types.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TypeId(pub u32);

/// A type with qualifiers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Q {
    pub id: TypeId,
    /// [`CONST`] …
    pub quals: u8,
}

/// `const`
pub const CONST: u8 = 1;
/// `volatile`
pub const VOLATILE: u8 = 2;
/// `restrict`
pub const RESTRICT: u8 = 4;
/// `_Atomic`
pub const ATOMIC: u8 = 8;

/// What a type is.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // The names say it.
pub enum Type {
    Void,
    Bool,
    Char,
    SignedChar,
    UnsignedChar,
    Short,
    UnsignedShort,
    Int,
    UnsignedInt,
    Long,
    UnsignedLong,
    LongLong,
    UnsignedLongLong,
    Float,
    Double,
    /// Of something that was already complained about: goes with everything.
    Poison,
    Pointer(Q),
    /// Without a length: incomplete.
    Array(Q, Option<u32>),
    Function(Rc<Signature>),
    /// Index into [`Types::records`].
    Record(u32),
    /// Index into [`Types::enums`].
    Enum(u32),
}

macro_rules! fixed_types {
    ($($name:ident $number:literal)*) => { $(pub const $name: TypeId = TypeId($number);)* };
}
fixed_types! {
    VOID 0 BOOL 1 CHAR 2 SCHAR 3 UCHAR 4 SHORT 5 USHORT 6 INT 7 UINT 8 LONG 9 ULONG 10 LLONG 11
    ULLONG 12 FLOAT 13 DOUBLE 14 POISON 15
}

/// A function's type.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    pub ret: Q,
    pub params: Vec<Q>,
    pub variadic: bool,
    /// Declared with parameter types: `f(void)`, not `f()`.
    pub prototype: bool,
}

/// A member of a struct or union.
#[derive(Clone, Debug)]
pub struct Member {
    /// `None`: an anonymous struct or union, or an unnamed bit-field.
    pub name: Option<Name>,
    pub ty: Q,
    /// Bytes; of a bit-field: of its unit.
    pub offset: u32,
    pub bits: Option<Bits>,
}

/// Where a bit-field is in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    pub shift: u8,
    pub width: u8,
    /// What is loaded and stored; signed as the field is.
    pub unit: Scalar,
}

/// A struct or union.
#[derive(Clone, Debug)]
pub struct Record {
    pub tag: Option<Name>,
    pub union: bool,
    pub complete: bool,
    pub members: Vec<Member>,
    pub size: u32,
    pub align: u32,
    pub at: Location,
}

/// An enumeration.
#[derive(Clone, Debug)]
pub struct Enumeration {
    pub tag: Option<Name>,
    pub complete: bool,
    /// Has a negative value: the type is `int`, otherwise `unsigned int`.
    pub signed: bool,
    pub at: Location,
}

/// All types of a translation unit.
pub struct Types {
    types: Vec<Type>,
    pointers: BTreeMap<Q, TypeId>,
    arrays: BTreeMap<(Q, Option<u32>), TypeId>,
    variable_sizes: BTreeMap<TypeId, LocalId>,
    pub records: Vec<Record>,
    pub enums: Vec<Enumeration>,
}

impl TypeId {
    /// Without qualifiers.
    pub fn plain(self) -> Q {
        Q { id: self, quals: 0 }
    }
}

impl Q {
    /// Has this qualifier?
    pub fn has(self, qualifier: u8) -> bool {
        self.quals & qualifier != 0
    }

    /// With these qualifiers as well.
    pub fn with(self, quals: u8) -> Q {
        Q {
            quals: self.quals | quals,
            ..self
        }
    }
}

impl Types {
    /// The table with the basic types.
    pub fn new() -> Types {
        Types {
            types: vec![
                Type::Void,
                Type::Bool,
                Type::Char,
                Type::SignedChar,
                Type::UnsignedChar,
                Type::Short,
                Type::UnsignedShort,
                Type::Int,
                Type::UnsignedInt,
                Type::Long,
                Type::UnsignedLong,
                Type::LongLong,
                Type::UnsignedLongLong,
                Type::Float,
                Type::Double,
                Type::Poison,
            ],
            pointers: BTreeMap::new(),
            arrays: BTreeMap::new(),
            variable_sizes: BTreeMap::new(),
            records: Vec::new(),
            enums: Vec::new(),
        }
    }

    /// What a type is.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }

    fn push(&mut self, ty: Type) -> TypeId {
        self.types.push(ty);
        TypeId(self.types.len() as u32 - 1)
    }

    /// Pointer to `to`.
    pub fn pointer(&mut self, to: Q) -> TypeId {
        if let Some(&id) = self.pointers.get(&to) {
            return id;
        }
        let id = self.push(Type::Pointer(to));
        self.pointers.insert(to, id);
        id
    }

    /// Array of `length` times `of`.
    pub fn array(&mut self, of: Q, length: Option<u32>) -> TypeId {
        if let Some(&id) = self.arrays.get(&(of, length)) {
            return id;
        }
        let id = self.push(Type::Array(of, length));
        self.arrays.insert((of, length), id);
        id
    }

    /// An array whose length only the running program knows: the local that holds its bytes.
    pub fn variable_array(&mut self, of: Q, bytes: LocalId) -> TypeId {
        let id = self.push(Type::Array(of, None));
        self.variable_sizes.insert(id, bytes);
        id
    }

    /// An array of a length that is not said, as the elements of a prototype's `int a[][n]`.
    pub fn unsaid_array(&mut self, of: Q) -> TypeId {
        self.variable_array(of, LocalId(u32::MAX))
    }

    /// Where the size of an array of variable length is.
    pub fn variable_size(&self, id: TypeId) -> Option<LocalId> {
        self.variable_sizes.get(&id).copied()
    }

    /// C17 §6.7.6p3: is it an array of variable length, or made of one?
    pub fn variably_modified(&self, id: TypeId) -> bool {
        let mut id = id;
        loop {
            if self.variable_size(id).is_some() {
                return true;
            }
            match self.get(id) {
                Type::Pointer(to) | Type::Array(to, _) => id = to.id,
                _ => return false,
            }
        }
    }

    /// A function type.
    pub fn function(&mut self, signature: Signature) -> TypeId {
        self.push(Type::Function(Rc::new(signature)))
    }

    /// A new struct or union, still incomplete.
    pub fn new_record(&mut self, tag: Option<Name>, union: bool, at: Location) -> TypeId {
        let index = self.records.len() as u32;
        let members = Vec::new();
        self.records.push(Record {
            tag,
            union,
            complete: false,
            members,
            size: 0,
            align: 1,
            at,
        });
        self.push(Type::Record(index))
    }

    /// A new enumeration, still incomplete.
    pub fn new_enum(&mut self, tag: Option<Name>, at: Location) -> TypeId {
        let index = self.enums.len() as u32;
        self.enums.push(Enumeration {
            tag,
            complete: false,
            signed: false,
            at,
        });
        self.push(Type::Enum(index))
    }

    /// The machine scalar that holds a value; `None` for void, arrays, functions, structs.
    pub fn scalar(&self, id: TypeId) -> Option<Scalar> {
        Some(match self.get(id) {
            Type::Bool | Type::UnsignedChar => Scalar::U8,
            Type::Char | Type::SignedChar => Scalar::I8,
            Type::Short => Scalar::I16,
            Type::UnsignedShort => Scalar::U16,
            Type::Int | Type::Long | Type::Poison => Scalar::I32,
            Type::UnsignedInt | Type::UnsignedLong | Type::Pointer(_) => Scalar::U32,
            Type::LongLong => Scalar::I64,
            Type::UnsignedLongLong => Scalar::U64,
            Type::Float => Scalar::F32,
            Type::Double => Scalar::F64,
            Type::Enum(index) => match self.enums[*index as usize].signed {
                true => Scalar::I32,
                false => Scalar::U32,
            },
            Type::Void | Type::Array(..) | Type::Function(_) | Type::Record(_) => return None,
        })
    }

    /// The tree's type of a value of this type.
    pub fn ty(&self, id: TypeId) -> Ty {
        match self.get(id) {
            Type::Void | Type::Function(_) => Ty::Void,
            Type::Array(..) | Type::Record(_) => Ty::Aggregate {
                size: self.size(id).unwrap_or(0),
                align: self.align(id),
            },
            _ => Ty::Scalar(self.scalar(id).expect("all other types are scalars")),
        }
    }

    /// Bytes; `None` for void, functions and incomplete types.
    pub fn size(&self, id: TypeId) -> Option<u32> {
        match self.get(id) {
            Type::Void | Type::Function(_) => None,
            Type::Array(of, length) => self.size(of.id)?.checked_mul((*length)?),
            Type::Record(index) => {
                let record = &self.records[*index as usize];
                record.complete.then_some(record.size)
            }
            Type::Enum(index) => self.enums[*index as usize].complete.then_some(4),
            _ => self.scalar(id).map(Scalar::size),
        }
    }

    /// Bytes, a power of two.
    pub fn align(&self, id: TypeId) -> u32 {
        match self.get(id) {
            Type::Void | Type::Function(_) => 1,
            Type::Array(of, _) => self.align(of.id),
            Type::Record(index) => self.records[*index as usize].align,
            _ => self.scalar(id).map_or(1, Scalar::size),
        }
    }

    /// An integer type, enumerations and `_Bool` included?
    pub fn is_integer(&self, id: TypeId) -> bool {
        (BOOL..=ULLONG).contains(&id) || id == POISON || matches!(self.get(id), Type::Enum(_))
    }

    /// `float` or `double`?
    pub fn is_float(&self, id: TypeId) -> bool {
        id == FLOAT || id == DOUBLE
    }

    /// A number?
    pub fn is_arithmetic(&self, id: TypeId) -> bool {
        self.is_integer(id) || self.is_float(id)
    }

    /// A pointer's target.
    pub fn pointee(&self, id: TypeId) -> Option<Q> {
        match self.get(id) {
            Type::Pointer(to) => Some(*to),
            _ => None,
        }
    }

    /// A number or pointer?
    pub fn is_scalar(&self, id: TypeId) -> bool {
        self.is_arithmetic(id) || self.pointee(id).is_some()
    }

    /// The record's index.
    pub fn record_of(&self, id: TypeId) -> Option<usize> {
        match self.get(id) {
            Type::Record(index) => Some(*index as usize),
            _ => None,
        }
    }

    /// The function's signature.
    pub fn signature(&self, id: TypeId) -> Option<Rc<Signature>> {
        match self.get(id) {
            Type::Function(signature) => Some(signature.clone()),
            _ => None,
        }
    }

    /// A function type?
    pub fn is_function(&self, id: TypeId) -> bool {
        matches!(self.get(id), Type::Function(_))
    }

    /// The array's element type and length.
    pub fn element(&self, id: TypeId) -> Option<(Q, Option<u32>)> {
        match self.get(id) {
            Type::Array(of, length) => Some((*of, *length)),
            _ => None,
        }
    }

    /// The type of an object of type `q`, with the qualifiers an array's elements get.
    pub fn qualified(&mut self, q: Q, quals: u8) -> Q {
        match *self.get(q.id) {
            Type::Array(of, length) if quals != 0 => {
                let of = self.qualified(of, quals);
                match self.variable_size(q.id) {
                    Some(bytes) => self.variable_array(of, bytes).plain(),
                    None => self.array(of, length).plain(),
                }
            }
            _ => q.with(quals),
        }
    }

    /// Qualifiers of an object, for an array those of its elements.
    pub fn deep_quals(&self, q: Q) -> u8 {
        match self.get(q.id) {
            Type::Array(of, _) => q.quals | self.deep_quals(*of),
            _ => q.quals,
        }
    }

    /// C17 §6.3.1.1: what an integer type becomes in an expression.
    pub fn promote(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Bool
            | Type::Char
            | Type::SignedChar
            | Type::UnsignedChar
            | Type::Short
            | Type::UnsignedShort => INT,
            Type::Enum(index) => match self.enums[*index as usize].signed {
                true => INT,
                false => UINT,
            },
            _ => id,
        }
    }

    /// C17 §6.3.1.8: the common type of two arithmetic types.
    pub fn common(&self, a: TypeId, b: TypeId) -> TypeId {
        if a == DOUBLE || b == DOUBLE {
            return DOUBLE;
        }
        if a == FLOAT || b == FLOAT {
            return FLOAT;
        }
        // After promotion the ids are ordered by rank, the unsigned type above its partner. On
        // ilp32, `unsigned int` with `long` is `unsigned long`: long cannot hold its values.
        let (low, high) = {
            let (a, b) = (self.promote(a), self.promote(b));
            (a.min(b), a.max(b))
        };
        if low == UINT && high == LONG {
            ULONG
        } else {
            high
        }
    }

    /// The corresponding unsigned or signed integer type is the same type for this purpose.
    fn same_representation(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Enum(_) => self.promote(id),
            _ => id,
        }
    }

    /// C17 §6.2.7. Qualifiers count below pointers.
    pub fn compatible(&self, a: Q, b: Q) -> bool {
        self.same(a, b, 0)
    }

    /// Compatible but for the qualifiers of the outermost level.
    pub fn compatible_plain(&self, a: TypeId, b: TypeId) -> bool {
        // Qualifiers of an array are those of its elements.
        match (self.get(a), self.get(b)) {
            (Type::Array(x, n), Type::Array(y, m)) => {
                (n.is_none() || m.is_none() || n == m) && self.compatible_plain(x.id, y.id)
            }
            _ => self.same(a.plain(), b.plain(), 0),
        }
    }

    fn same(&self, a: Q, b: Q, depth: u32) -> bool {
        const IGNORED: u8 = RESTRICT;
        if a.id == b.id && a.quals | IGNORED == b.quals | IGNORED || depth > 200 {
            return true;
        }
        if a.id == POISON || b.id == POISON {
            return true;
        }
        if a.quals | IGNORED != b.quals | IGNORED {
            return false;
        }
        match (self.get(a.id), self.get(b.id)) {
            (Type::Pointer(x), Type::Pointer(y)) => self.same(*x, *y, depth + 1),
            (Type::Array(x, n), Type::Array(y, m)) => {
                (n.is_none() || m.is_none() || n == m) && self.same(*x, *y, depth + 1)
            }
            (Type::Function(x), Type::Function(y)) => {
                if !self.same(x.ret.id.plain(), y.ret.id.plain(), depth + 1) {
                    return false;
                }
                match (x.prototype, y.prototype) {
                    (true, true) => {
                        x.variadic == y.variadic
                            && x.params.len() == y.params.len()
                            && x.params
                                .iter()
                                .zip(&y.params)
                                .all(|(p, q)| self.same(p.id.plain(), q.id.plain(), depth + 1))
                    }
                    // With an old-style declaration: parameters must survive the promotions.
                    (true, false) => self.survives_promotion(x),
                    (false, true) => self.survives_promotion(y),
                    (false, false) => true,
                }
            }
            (Type::Enum(_), Type::Enum(_)) | (Type::Record(_), _) | (_, Type::Record(_)) => {
                a.id == b.id
            }
            _ => self.same_representation(a.id) == self.same_representation(b.id),
        }
    }

    fn survives_promotion(&self, signature: &Signature) -> bool {
        !signature.variadic
            && signature.params.iter().all(|p| {
                p.id != FLOAT && self.promote(p.id) == p.id
                    || matches!(self.get(p.id), Type::Enum(_))
            })
    }

    /// The composite of two compatible types: what each knows.
    pub fn composite(&mut self, a: Q, b: Q) -> Q {
        if a.id == b.id {
            return a;
        }
        match (self.get(a.id).clone(), self.get(b.id).clone()) {
            (Type::Array(x, n), Type::Array(y, m)) => {
                let of = self.composite(x, y);
                let variable = self.variable_size(a.id).or(self.variable_size(b.id));
                let id = match (n.or(m), variable) {
                    (None, Some(bytes)) => self.variable_array(of, bytes),
                    (length, _) => self.array(of, length),
                };
                Q { id, quals: a.quals }
            }
            (Type::Pointer(x), Type::Pointer(y)) => {
                let to = self.composite(x, y);
                Q {
                    id: self.pointer(to),
                    quals: a.quals,
                }
            }
            (Type::Function(x), Type::Function(y)) if y.prototype && !x.prototype => b,
            (Type::Function(x), Type::Function(y)) if y.prototype => {
                let params = x
                    .params
                    .iter()
                    .zip(&y.params)
                    .map(|(&p, &q)| self.composite(p, q))
                    .collect();
                let signature = Signature {
                    params,
                    ..(*x).clone()
                };
                Q {
                    id: self.function(signature),
                    quals: a.quals,
                }
            }
            _ => a,
        }
    }

    /// A member by name, through anonymous structs and unions: its offset adds up.
    pub fn find_member(&self, id: TypeId, name: Name) -> Option<Member> {
        self.find_member_within(id, name, 0)
    }

    fn find_member_within(&self, id: TypeId, name: Name, depth: u32) -> Option<Member> {
        let record = &self.records[self.record_of(id)?];
        for member in &record.members {
            if member.name == Some(name) {
                return Some(member.clone());
            }
            if member.name.is_none()
                && member.bits.is_none()
                && depth < 200
                && let Some(mut inner) = self.find_member_within(member.ty.id, name, depth + 1)
            {
                inner.offset += member.offset;
                inner.ty.quals |= member.ty.quals;
                return Some(inner);
            }
        }
        None
    }
}
