//! What the instructions compute: pure functions of values (RISC-V unprivileged specification
//! 20191213, sections 2.4, 2.5, 7.1, 7.2 and 8.4).
//!
//! Both roads of execution use them. All are inlined where the operation is a constant, and then are
//! one or two host instructions.

use sim_abi::Op;

/// Register-register and register-immediate operations; `b` is the second register or the immediate.
#[inline(always)]
pub(crate) fn compute(op: Op, a: u32, b: u32) -> u32 {
    let (signed_a, signed_b) = (a as i32, b as i32);
    match op {
        Op::Addi | Op::Add => a.wrapping_add(b),
        Op::Sub => a.wrapping_sub(b),
        Op::Slti | Op::Slt => u32::from(signed_a < signed_b),
        Op::Sltiu | Op::Sltu => u32::from(a < b),
        Op::Xori | Op::Xor => a ^ b,
        Op::Ori | Op::Or => a | b,
        Op::Andi | Op::And => a & b,
        // Shifts use the low 5 bits of the amount, as `wrapping_shl` does.
        Op::Slli | Op::Sll => a.wrapping_shl(b),
        Op::Srli | Op::Srl => a.wrapping_shr(b),
        Op::Srai | Op::Sra => signed_a.wrapping_shr(b) as u32,
        Op::Mul => a.wrapping_mul(b),
        Op::Mulh => ((i64::from(signed_a) * i64::from(signed_b)) >> 32) as u32,
        Op::Mulhsu => ((i64::from(signed_a) * i64::from(b)) >> 32) as u32,
        Op::Mulhu => ((u64::from(a) * u64::from(b)) >> 32) as u32,
        // Table 7.1: division by zero and overflow give these values, and never trap.
        Op::Div if b == 0 => u32::MAX,
        Op::Div => signed_a.wrapping_div(signed_b) as u32,
        Op::Divu => a.checked_div(b).unwrap_or(u32::MAX),
        Op::Rem if b == 0 => a,
        Op::Rem => signed_a.wrapping_rem(signed_b) as u32,
        Op::Remu => a.checked_rem(b).unwrap_or(a),
        _ => 0,
    }
}

/// Whether a branch is taken.
#[inline(always)]
pub(crate) fn taken(op: Op, a: u32, b: u32) -> bool {
    match op {
        Op::Beq => a == b,
        Op::Bne => a != b,
        Op::Blt => (a as i32) < b as i32,
        Op::Bge => a as i32 >= b as i32,
        Op::Bltu => a < b,
        Op::Bgeu => a >= b,
        _ => false,
    }
}

/// What an AMO stores, of what was in memory and the second register.
#[inline(always)]
pub(crate) fn modify(op: Op, old: u32, b: u32) -> u32 {
    match op {
        Op::AmoaddW => old.wrapping_add(b),
        Op::AmoxorW => old ^ b,
        Op::AmoandW => old & b,
        Op::AmoorW => old | b,
        Op::AmominW => (old as i32).min(b as i32) as u32,
        Op::AmomaxW => (old as i32).max(b as i32) as u32,
        Op::AmominuW => old.min(b),
        Op::AmomaxuW => old.max(b),
        _ => b, // AMOSWAP
    }
}

/// What a load puts into its register, of the bytes it found.
#[inline(always)]
pub(crate) fn extend(op: Op, bytes: u32) -> u32 {
    match op {
        Op::Lb => i32::from(bytes as u8 as i8) as u32,
        Op::Lh => i32::from(bytes as u16 as i16) as u32,
        _ => bytes,
    }
}

/// Bytes that a load, store or atomic touches.
#[inline(always)]
pub(crate) fn width(op: Op) -> u32 {
    match op {
        Op::Lb | Op::Lbu | Op::Sb => 1,
        Op::Lh | Op::Lhu | Op::Sh => 2,
        _ => 4,
    }
}
