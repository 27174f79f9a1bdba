//! Instructions as 32-bit words (RISC-V unprivileged specification 20191213, chapter 24).
//!
//! `decode(encode(i)) == Some(i)` for every instruction with immediates in range; a word that is not
//! an RV32IMA instruction (reserved encodings included) decodes to `None` and faults when executed.

use crate::instruction::{Instruction, Op, Reg};

fn r_type(opcode: u32, f3: u32, f7: u32, i: Instruction) -> u32 {
    opcode
        | u32::from(i.rd.0) << 7
        | f3 << 12
        | u32::from(i.rs1.0) << 15
        | u32::from(i.rs2.0) << 20
        | f7 << 25
}

fn i_type(opcode: u32, f3: u32, i: Instruction) -> u32 {
    opcode
        | u32::from(i.rd.0) << 7
        | f3 << 12
        | u32::from(i.rs1.0) << 15
        | ((i.imm as u32) & 0xfff) << 20
}

fn s_type(f3: u32, i: Instruction) -> u32 {
    let imm = i.imm as u32;
    0x23 | (imm & 31) << 7
        | f3 << 12
        | u32::from(i.rs1.0) << 15
        | u32::from(i.rs2.0) << 20
        | ((imm >> 5) & 0x7f) << 25
}

fn b_type(f3: u32, i: Instruction) -> u32 {
    let imm = i.imm as u32;
    0x63 | ((imm >> 11) & 1) << 7
        | ((imm >> 1) & 15) << 8
        | f3 << 12
        | u32::from(i.rs1.0) << 15
        | u32::from(i.rs2.0) << 20
        | ((imm >> 5) & 63) << 25
        | ((imm >> 12) & 1) << 31
}

fn amo(f5: u32, i: Instruction) -> u32 {
    r_type(0x2f, 2, f5 << 2 | (i.imm as u32 & 3), i)
}

/// The word of an instruction. Immediates out of range are cut off: callers check.
pub fn encode(i: Instruction) -> u32 {
    let imm = i.imm as u32;
    let rd = u32::from(i.rd.0) << 7;
    match i.op {
        Op::Lui => 0x37 | rd | imm & 0xffff_f000,
        Op::Auipc => 0x17 | rd | imm & 0xffff_f000,
        Op::Jal => {
            0x6f | rd
                | imm & 0x000f_f000
                | ((imm >> 11) & 1) << 20
                | ((imm >> 1) & 0x3ff) << 21
                | ((imm >> 20) & 1) << 31
        }
        Op::Jalr => i_type(0x67, 0, i),
        Op::Beq => b_type(0, i),
        Op::Bne => b_type(1, i),
        Op::Blt => b_type(4, i),
        Op::Bge => b_type(5, i),
        Op::Bltu => b_type(6, i),
        Op::Bgeu => b_type(7, i),
        Op::Lb => i_type(0x03, 0, i),
        Op::Lh => i_type(0x03, 1, i),
        Op::Lw => i_type(0x03, 2, i),
        Op::Lbu => i_type(0x03, 4, i),
        Op::Lhu => i_type(0x03, 5, i),
        Op::Sb => s_type(0, i),
        Op::Sh => s_type(1, i),
        Op::Sw => s_type(2, i),
        Op::Addi => i_type(0x13, 0, i),
        Op::Slti => i_type(0x13, 2, i),
        Op::Sltiu => i_type(0x13, 3, i),
        Op::Xori => i_type(0x13, 4, i),
        Op::Ori => i_type(0x13, 6, i),
        Op::Andi => i_type(0x13, 7, i),
        Op::Slli => i_type(
            0x13,
            1,
            Instruction {
                imm: i.imm & 31,
                ..i
            },
        ),
        Op::Srli => i_type(
            0x13,
            5,
            Instruction {
                imm: i.imm & 31,
                ..i
            },
        ),
        Op::Srai => i_type(
            0x13,
            5,
            Instruction {
                imm: i.imm & 31 | 0x400,
                ..i
            },
        ),
        Op::Add => r_type(0x33, 0, 0, i),
        Op::Sub => r_type(0x33, 0, 0x20, i),
        Op::Sll => r_type(0x33, 1, 0, i),
        Op::Slt => r_type(0x33, 2, 0, i),
        Op::Sltu => r_type(0x33, 3, 0, i),
        Op::Xor => r_type(0x33, 4, 0, i),
        Op::Srl => r_type(0x33, 5, 0, i),
        Op::Sra => r_type(0x33, 5, 0x20, i),
        Op::Or => r_type(0x33, 6, 0, i),
        Op::And => r_type(0x33, 7, 0, i),
        Op::Fence => 0x0f | (imm & 0xfff) << 20,
        Op::Ecall => 0x73,
        Op::Ebreak => 0x0010_0073,
        Op::Mul => r_type(0x33, 0, 1, i),
        Op::Mulh => r_type(0x33, 1, 1, i),
        Op::Mulhsu => r_type(0x33, 2, 1, i),
        Op::Mulhu => r_type(0x33, 3, 1, i),
        Op::Div => r_type(0x33, 4, 1, i),
        Op::Divu => r_type(0x33, 5, 1, i),
        Op::Rem => r_type(0x33, 6, 1, i),
        Op::Remu => r_type(0x33, 7, 1, i),
        Op::LrW => amo(
            0x02,
            Instruction {
                rs2: Reg::ZERO,
                ..i
            },
        ),
        Op::ScW => amo(0x03, i),
        Op::AmoswapW => amo(0x01, i),
        Op::AmoaddW => amo(0x00, i),
        Op::AmoxorW => amo(0x04, i),
        Op::AmoandW => amo(0x0c, i),
        Op::AmoorW => amo(0x08, i),
        Op::AmominW => amo(0x10, i),
        Op::AmomaxW => amo(0x14, i),
        Op::AmominuW => amo(0x18, i),
        Op::AmomaxuW => amo(0x1c, i),
    }
}
