//! Struct and union layout: natural alignment, bit-fields as gcc's RISC-V psABI lays them out.
//!
//! A bit-field of declared type T does not cross a boundary of T's size. It is accessed through the
//! smallest aligned unit that contains it, so that a store does not touch neighbours needlessly
//! (C17 §3.14: other members are other memory locations). In packed structs fields follow each
//! other bit by bit.

use super::types::{Bits, Member, Record};
use crate::tree::Scalar;
use alloc::vec::Vec;

/// A member before it has a place.
pub struct Field {
    pub member: Member,
    pub size: u32,
    pub align: u32,
    /// Bits of a bit-field; the member's `bits` is filled in here.
    pub width: Option<u32>,
    pub signed: bool,
}

/// How a struct is packed.
#[derive(Clone, Copy)]
pub struct Packing {
    /// Members are aligned to at most this; 0: no limit.
    pub align_max: u32,
    /// The struct is aligned to at least this.
    pub align_min: u32,
}

/// Gives the members their places. `None`: larger than 2 GiB.
pub fn lay_out(record: &mut Record, fields: Vec<Field>, packing: Packing) -> Option<()> {
    let mut end_bits: u64 = 0;
    let mut size: u64 = 0;
    let mut align = packing.align_min.max(1);
    let packed = packing.align_max != 0;
    for mut field in fields {
        let limit = if packed { packing.align_max } else { u32::MAX };
        let field_align = field.align.min(limit);
        if record.union {
            end_bits = 0;
        }
        match field.width {
            Some(0) => {
                // `int : 0` closes the unit.
                let unit = field.size.max(field_align);
                end_bits = end_bits.next_multiple_of(u64::from(unit) * 8);
                size = size.max(end_bits.div_ceil(8));
                continue;
            }
            Some(width) => {
                let unit_bits = u64::from(field.size) * 8;
                let crosses = end_bits / unit_bits != (end_bits + u64::from(width) - 1) / unit_bits;
                if crosses && !packed {
                    end_bits = end_bits.next_multiple_of(unit_bits);
                }
                if field_align > field.size {
                    // An attribute asks for more than the type.
                    end_bits = end_bits.next_multiple_of(u64::from(field_align) * 8);
                }
                let (offset, bits) = access_unit(end_bits, width, field.signed, packed);
                field.member.offset = offset;
                field.member.bits = Some(bits);
                end_bits += u64::from(width);
                if field.member.name.is_some() {
                    align = align.max(field_align);
                }
            }
            None => {
                let offset = end_bits
                    .div_ceil(8)
                    .next_multiple_of(u64::from(field_align));
                field.member.offset = u32::try_from(offset).ok()?;
                end_bits = (offset + u64::from(field.size)) * 8;
                align = align.max(field_align);
            }
        }
        size = size.max(end_bits.div_ceil(8));
        record.members.push(field.member);
    }
    size = size.next_multiple_of(u64::from(align));
    if size > i32::MAX as u64 {
        return None;
    }
    record.size = size as u32;
    record.align = align;
    record.complete = true;
    if packed {
        keep_units_inside(record);
    }
    Some(())
}

/// The smallest unit that holds `width` bits from bit `start` on: aligned, or (packed) at the byte.
fn access_unit(start: u64, width: u32, signed: bool, packed: bool) -> (u32, Bits) {
    let last = start + u64::from(width) - 1;
    for bytes in [1u64, 2, 4, 8] {
        let unit = bytes * 8;
        let offset = if packed {
            start / 8
        } else {
            start / unit * bytes
        };
        let shift = start - offset * 8;
        if last < offset * 8 + unit || bytes == 8 {
            let shift = shift.min(63) as u8;
            let width = (width as u8).min(64 - shift);
            return (
                offset as u32,
                Bits {
                    shift,
                    width,
                    unit: unit_scalar(bytes, signed),
                },
            );
        }
    }
    unreachable!("eight bytes always answer")
}

fn unit_scalar(bytes: u64, signed: bool) -> Scalar {
    match (bytes, signed) {
        (1, true) => Scalar::I8,
        (1, false) => Scalar::U8,
        (2, true) => Scalar::I16,
        (2, false) => Scalar::U16,
        (4, true) => Scalar::I32,
        (4, false) => Scalar::U32,
        (_, true) => Scalar::I64,
        (_, false) => Scalar::U64,
    }
}

/// An unaligned unit may reach behind the end of a packed struct: it is moved down.
fn keep_units_inside(record: &mut Record) {
    for member in &mut record.members {
        let Some(bits) = &mut member.bits else {
            continue;
        };
        let end = member.offset + bits.unit.size();
        let over = end.saturating_sub(record.size);
        let room = u32::from(bits.shift) + u32::from(bits.width) + over * 8 <= bits.unit.size() * 8;
        if over > 0 && over <= member.offset && room {
            member.offset -= over;
            bits.shift += over as u8 * 8;
        }
    }
}
