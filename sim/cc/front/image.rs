//! What becomes of a flattened initialiser: a static object's bytes and relocations, or stores into a
//! local. A local that starts with many constants is copied from an image in rodata.

use super::build::{self, node};
use super::checker::{Checker, place};
use super::errors;
use super::initializer::{BYTES_MAX, Item, Items, What};
use super::token::Location;
use super::types::{self, Bits, Q};
use super::value::{Form, Value};
use crate::tree::{
    Data, Expr, ExprKind, LocalId, Relocation, Scalar, Storage, SymbolId, SymbolKind, Ty,
};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

impl Checker<'_> {
    // Static images.

    /// The bytes and relocations of constant items; what is not constant is reported.
    pub fn image(&mut self, items: &Items) -> (Vec<u8>, Vec<Relocation>) {
        let mut bytes: Vec<u8> = Vec::new();
        let mut relocations: Vec<Relocation> = Vec::new();
        for item in &items.items {
            if item.offset > BYTES_MAX {
                self.say(item.at, errors::initializer_too_large);
                break;
            }
            match &item.what {
                What::Bytes(text) => write(&mut bytes, item.offset, text),
                What::Value {
                    bits: Some(bits),
                    expr,
                    ..
                } => match build::constant_bits(expr) {
                    Some(value) => write_field(&mut bytes, item.offset, *bits, value),
                    None => self.say(item.at, errors::initializer_not_constant),
                },
                What::Value { ty, expr, .. } => {
                    let size = self.types.size(ty.id).unwrap_or(0);
                    relocations.retain(|r| {
                        r.offset < item.offset || r.offset >= item.offset + size.max(1)
                    });
                    self.static_value(item, size, expr, &mut bytes, &mut relocations);
                }
            }
        }
        // The unit of a bit-field may reach behind a packed struct.
        bytes.truncate(items.end as usize);
        (bytes, relocations)
    }

    fn static_value(
        &mut self,
        item: &Item,
        size: u32,
        expr: &Expr,
        bytes: &mut Vec<u8>,
        relocations: &mut Vec<Relocation>,
    ) {
        let aggregate = matches!(expr.ty, Ty::Aggregate { .. });
        match expr.kind {
            ExprKind::Const(value) if !aggregate => {
                write(
                    bytes,
                    item.offset,
                    &value.to_le_bytes()[..(size as usize).min(8)],
                );
            }
            ExprKind::Address(symbol, addend)
                if !aggregate && size == 4 && !self.is_thread_local(symbol) =>
            {
                write(bytes, item.offset, &[0; 4]);
                relocations.push(Relocation {
                    offset: item.offset,
                    symbol,
                    addend,
                });
            }
            // gcc: a struct may be initialised by a compound literal of constants.
            ExprKind::Address(symbol, 0)
                if aggregate && self.copy_literal(symbol, item.offset, bytes, relocations) => {}
            _ => self.say(item.at, errors::initializer_not_constant),
        }
    }

    /// gcc: in the initialiser of a static object, a constant scalar object that was initialised before is as
    /// good as its value.
    pub fn known_constant(&self, address: &Expr, scalar: Scalar, ty: Q) -> Option<Expr> {
        let ExprKind::Address(symbol, 0) = address.kind else {
            return None;
        };
        if !self.static_initializer || !ty.has(types::CONST) {
            return None;
        }
        let data = self.unit.data.iter().find(|data| data.symbol == symbol)?;
        if !data.read_only || data.size != scalar.size() {
            return None;
        }
        if let Some(relocation) = data.relocations.first() {
            let kind = ExprKind::Address(relocation.symbol, relocation.addend);
            return Some(node(kind, Scalar::U32, address.place));
        }
        let mut bytes = [0; 8];
        for (byte, &stored) in bytes.iter_mut().zip(&data.bytes) {
            *byte = stored;
        }
        let bits = u64::from_le_bytes(bytes);
        Some(build::constant(bits, scalar, address.place))
    }

    fn is_thread_local(&self, symbol: SymbolId) -> bool {
        self.unit.symbols[symbol.0 as usize].kind == SymbolKind::ThreadLocal
    }

    fn copy_literal(
        &self,
        symbol: SymbolId,
        offset: u32,
        bytes: &mut Vec<u8>,
        relocations: &mut Vec<Relocation>,
    ) -> bool {
        if !self.unit.symbols[symbol.0 as usize]
            .name
            .starts_with(".literal")
        {
            return false;
        }
        let Some(data) = self.unit.data.iter().find(|d| d.symbol == symbol) else {
            return false;
        };
        write(bytes, offset, &data.bytes);
        relocations.extend(data.relocations.iter().map(|r| Relocation {
            offset: r.offset + offset,
            ..*r
        }));
        true
    }

    /// A static object without a name.
    pub fn anonymous(
        &mut self,
        prefix: &str,
        ty: Q,
        items: &Items,
        at: Location,
        read_only: bool,
    ) -> SymbolId {
        let (bytes, relocations) = self.image(items);
        let name = format!("{prefix}{}", self.unit.data.len());
        let symbol = self.new_symbol(name, false, SymbolKind::Object, place(at));
        self.unit.data.push(Data {
            symbol,
            size: self.types.size(ty.id).unwrap_or(0).max(items.end),
            align: self.types.align(ty.id),
            bytes,
            relocations,
            read_only,
            tentative: false,
            type_name: self.type_name(ty),
            place: place(at),
        });
        symbol
    }

    // Code.

    /// Expressions that initialise a local.
    pub fn code(&mut self, ty: Q, local: LocalId, items: Items, at: Location) -> Vec<Expr> {
        let scalar = self.types.scalar(ty.id);
        let storage = self
            .function
            .as_ref()
            .and_then(|f| f.locals.get(local.0 as usize))
            .map(|l| l.storage);
        if self.unevaluated > 0 {
            return Vec::new();
        }
        if scalar.is_some() && storage == Some(Storage::Register) {
            let form = Form::Register(local);
            let target = Value {
                form,
                ty: ty.id.plain(),
                ..Value::poison(at)
            };
            return self.stores(items, |_, _, _| target.clone());
        }
        let size = self.types.size(ty.id).unwrap_or(0);
        if items.end > size {
            self.say(at, errors::flexible_local);
            return Vec::new();
        }
        let frame = |offset: u32| {
            node(
                ExprKind::LocalAddress(local, offset as i32),
                Scalar::U32,
                place(at),
            )
        };
        let mut out = Vec::new();
        if let [
            Item {
                what: What::Bytes(bytes),
                offset: 0,
                ..
            },
        ] = items.items.as_slice()
        {
            let length = (bytes.len() as u32).min(size);
            if length > 0 {
                out.push(self.copy_string(bytes.clone(), length, frame(0), at));
            }
            if length < size {
                out.push(zero(local, length, size - length, at));
            }
            return out;
        }
        if items.items.len() >= 8 && self.all_constant(&items) {
            let tree = self.types.ty(ty.id);
            let symbol = self.anonymous(".init", ty, &items, at, true);
            let from = node(ExprKind::Address(symbol, 0), Scalar::U32, place(at));
            let align = self.types.align(ty.id);
            let kind = ExprKind::Copy {
                to: Box::new(frame(0)),
                from: Box::new(from),
                size,
                align,
            };
            out.push(Expr {
                kind,
                ty: tree,
                place: place(at),
            });
            return out;
        }
        if scalar.is_none() && self.covered(&items) < size {
            out.push(zero(local, 0, size, at));
        }
        out.extend(self.stores(items, |ty, offset, bits| Value {
            form: Form::Memory(frame(offset), bits),
            ..Value::memory(frame(offset), ty, at)
        }));
        out
    }

    fn copy_string(&mut self, bytes: Vec<u8>, length: u32, to: Expr, at: Location) -> Expr {
        let ty = self
            .types
            .array(types::CHAR.plain(), Some(bytes.len() as u32))
            .plain();
        let from = self.string_value(bytes, 1, ty, at).expr();
        let kind = ExprKind::Copy {
            to: Box::new(to),
            from: Box::new(from),
            size: length,
            align: 1,
        };
        Expr {
            kind,
            ty: Ty::Aggregate {
                size: length,
                align: 1,
            },
            place: place(at),
        }
    }

    fn stores(
        &mut self,
        items: Items,
        target: impl Fn(Q, u32, Option<Bits>) -> Value,
    ) -> Vec<Expr> {
        let mut out = Vec::new();
        for item in items.items {
            match item.what {
                What::Value { ty, bits, expr } => {
                    let target = target(ty, item.offset, bits);
                    out.push(self.store(target, expr, item.at).expr());
                }
                What::Bytes(bytes) => {
                    let length = bytes.len() as u32;
                    if let Form::Memory(address, _) =
                        target(types::CHAR.plain(), item.offset, None).form
                    {
                        out.push(self.copy_string(bytes, length, address, item.at));
                    }
                }
            }
        }
        out
    }

    fn all_constant(&self, items: &Items) -> bool {
        items.items.iter().all(|item| match &item.what {
            What::Bytes(_) => true,
            What::Value { expr, bits, .. } => match expr.kind {
                ExprKind::Const(_) => matches!(expr.ty, Ty::Scalar(_)),
                ExprKind::Address(symbol, _) => {
                    matches!(expr.ty, Ty::Scalar(_))
                        && bits.is_none()
                        && !self.is_thread_local(symbol)
                }
                _ => false,
            },
        })
    }

    /// How many bytes the items are sure to write; bit-fields do not count.
    fn covered(&self, items: &Items) -> u32 {
        let mut end = 0;
        let mut covered = 0;
        for item in &items.items {
            let size = match &item.what {
                What::Bytes(bytes) => bytes.len() as u32,
                What::Value { bits: Some(_), .. } => 0,
                What::Value { ty, .. } => self.types.size(ty.id).unwrap_or(0),
            };
            // Only items in ascending order are counted: an override writes nothing new.
            if item.offset >= end {
                covered += size;
                end = item.offset + size;
            }
        }
        covered
    }
}

fn zero(local: LocalId, offset: u32, size: u32, at: Location) -> Expr {
    Expr {
        kind: ExprKind::Zero {
            local,
            offset,
            size,
        },
        ty: Ty::Void,
        place: place(at),
    }
}

fn write(bytes: &mut Vec<u8>, offset: u32, what: &[u8]) {
    let start = offset as usize;
    let end = start + what.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[start..end].copy_from_slice(what);
}

/// Puts a bit-field's value among the bits that are there.
fn write_field(bytes: &mut Vec<u8>, offset: u32, bits: Bits, value: u64) {
    let size = bits.unit.size() as usize;
    let start = offset as usize;
    if bytes.len() < start + size {
        bytes.resize(start + size, 0);
    }
    let mut unit = [0u8; 8];
    unit[..size].copy_from_slice(&bytes[start..start + size]);
    let mask = (u64::MAX >> (64 - u32::from(bits.width.max(1)))) << bits.shift;
    let merged = u64::from_le_bytes(unit) & !mask | value << bits.shift & mask;
    bytes[start..start + size].copy_from_slice(&merged.to_le_bytes()[..size]);
}
