//! Bit-fields: one load of the unit to read, one load and one store to write.

use super::memory::Address;
use super::{Generator, Value};
use crate::back::code::V;
use crate::tree::{BinaryOp, BitField, Scalar};
use sim_abi::Op;

impl Generator<'_> {
    /// The field's value out of its unit, extended as the unit's type says.
    pub(super) fn extract(&mut self, unit: Value, field: BitField, s: Scalar) -> Value {
        let (shift, width) = (u32::from(field.shift), u32::from(field.width));
        let bits = if s.size() == 8 { 64 } else { 32 };
        let left = bits - (shift + width).min(bits);
        let right = bits - width.min(bits);
        match unit {
            Value::Two(..) => {
                let up = self.wide_shift_constant(BinaryOp::Shl, unit, left, false);
                self.wide_shift_constant(BinaryOp::Shr, up, right, s.signed())
            }
            unit => {
                let mut v = Self::low(unit);
                if left > 0 {
                    v = self.ri(Op::Slli, v, left as i32);
                }
                let op = if s.signed() { Op::Srai } else { Op::Srli };
                if right > 0 {
                    v = self.ri(op, v, right as i32);
                }
                Value::One(v)
            }
        }
    }

    /// Loads the unit, puts the field in, stores the unit.
    pub(super) fn store_field(
        &mut self,
        address: Address,
        value: Value,
        field: BitField,
        s: Scalar,
        wanted: bool,
    ) -> Value {
        let (base, imm) = self.formed(address, s.size());
        let unit = self.load_from(base, imm, s);
        let mask = (u64::MAX >> (64 - u32::from(field.width).clamp(1, 64))) << field.shift;
        let placed = match value {
            Value::Two(..) => {
                self.wide_shift_constant(BinaryOp::Shl, value, u32::from(field.shift), false)
            }
            value => Value::One(self.shift_left(Self::low(value), field.shift)),
        };
        let (unit_low, unit_high) = Self::pair(unit);
        let (placed_low, placed_high) = Self::pair(placed);
        let low = self.merge(unit_low, placed_low, mask as u32);
        let merged = if s.size() == 8 {
            Value::Two(low, self.merge(unit_high, placed_high, (mask >> 32) as u32))
        } else {
            Value::One(low)
        };
        self.store_to(base, imm, merged, s);
        if !wanted {
            return Value::None;
        }
        let start = BitField { shift: 0, ..field };
        self.extract(value, start, s)
    }

    fn shift_left(&mut self, v: V, n: u8) -> V {
        if n == 0 {
            v
        } else {
            self.ri(Op::Slli, v, i32::from(n))
        }
    }

    /// `old` outside of the mask, `new` inside.
    fn merge(&mut self, old: V, new: V, mask: u32) -> V {
        match mask {
            0 => return old,
            u32::MAX => return new,
            _ => {}
        }
        let kept = self.and_constant(old, !mask as i32);
        let put = self.and_constant(new, mask as i32);
        self.rr(Op::Or, kept, put)
    }

    fn and_constant(&mut self, v: V, mask: i32) -> V {
        if super::fits(mask) {
            return self.ri(Op::Andi, v, mask);
        }
        let mask = self.li(mask);
        self.rr(Op::And, v, mask)
    }
}
