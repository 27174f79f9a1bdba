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

/// The fields of a word, as every format has them.
fn fields(op: Op, word: u32, imm: i32) -> Instruction {
    let reg = |shift: u32| Reg(((word >> shift) & 31) as u8);
    Instruction {
        op,
        rd: reg(7),
        rs1: reg(15),
        rs2: reg(20),
        imm,
    }
}

fn decode_r(op: Op, word: u32) -> Instruction {
    fields(op, word, 0)
}

fn decode_i(op: Op, word: u32) -> Instruction {
    Instruction {
        rs2: Reg::ZERO,
        ..fields(op, word, word as i32 >> 20)
    }
}

fn decode_s(op: Op, word: u32) -> Instruction {
    let imm = (word as i32 >> 25) << 5 | (word >> 7 & 31) as i32;
    Instruction {
        rd: Reg::ZERO,
        ..fields(op, word, imm)
    }
}

fn decode_b(op: Op, word: u32) -> Instruction {
    let high = (word as i32 >> 31) << 12;
    let low = (word >> 7 & 1) << 11 | (word >> 25 & 0x3f) << 5 | (word >> 8 & 15) << 1;
    Instruction {
        rd: Reg::ZERO,
        ..fields(op, word, high | low as i32)
    }
}

fn decode_u(op: Op, word: u32) -> Instruction {
    Instruction {
        rs1: Reg::ZERO,
        rs2: Reg::ZERO,
        ..fields(op, word, (word & 0xffff_f000) as i32)
    }
}

fn decode_jal(word: u32) -> Instruction {
    let high = (word as i32 >> 31) << 20;
    let low = word & 0x000f_f000 | (word >> 20 & 1) << 11 | (word >> 21 & 0x3ff) << 1;
    Instruction {
        rs1: Reg::ZERO,
        rs2: Reg::ZERO,
        ..fields(Op::Jal, word, high | low as i32)
    }
}

/// Register-immediate arithmetic; shifts keep the amount only.
fn decode_op_imm(f3: u32, f7: u32, word: u32) -> Option<Instruction> {
    let shift = |op| Instruction {
        imm: (word >> 20 & 31) as i32,
        ..decode_i(op, word)
    };
    Some(match (f3, f7) {
        (0, _) => decode_i(Op::Addi, word),
        (2, _) => decode_i(Op::Slti, word),
        (3, _) => decode_i(Op::Sltiu, word),
        (4, _) => decode_i(Op::Xori, word),
        (6, _) => decode_i(Op::Ori, word),
        (7, _) => decode_i(Op::Andi, word),
        (1, 0) => shift(Op::Slli),
        (5, 0) => shift(Op::Srli),
        (5, 0x20) => shift(Op::Srai),
        _ => return None,
    })
}

fn decode_op(f3: u32, f7: u32, word: u32) -> Option<Instruction> {
    let op = match (f7, f3) {
        (0, 0) => Op::Add,
        (0x20, 0) => Op::Sub,
        (0, 1) => Op::Sll,
        (0, 2) => Op::Slt,
        (0, 3) => Op::Sltu,
        (0, 4) => Op::Xor,
        (0, 5) => Op::Srl,
        (0x20, 5) => Op::Sra,
        (0, 6) => Op::Or,
        (0, 7) => Op::And,
        (1, 0) => Op::Mul,
        (1, 1) => Op::Mulh,
        (1, 2) => Op::Mulhsu,
        (1, 3) => Op::Mulhu,
        (1, 4) => Op::Div,
        (1, 5) => Op::Divu,
        (1, 6) => Op::Rem,
        (1, 7) => Op::Remu,
        _ => return None,
    };
    Some(decode_r(op, word))
}

fn decode_amo(f7: u32, word: u32) -> Option<Instruction> {
    let op = match f7 >> 2 {
        0x02 if word >> 20 & 31 == 0 => Op::LrW,
        0x03 => Op::ScW,
        0x01 => Op::AmoswapW,
        0x00 => Op::AmoaddW,
        0x04 => Op::AmoxorW,
        0x0c => Op::AmoandW,
        0x08 => Op::AmoorW,
        0x10 => Op::AmominW,
        0x14 => Op::AmomaxW,
        0x18 => Op::AmominuW,
        0x1c => Op::AmomaxuW,
        _ => return None,
    };
    Some(fields(op, word, (f7 & 3) as i32))
}

/// The instruction of a word; `None` if it is not one of RV32IMA (reserved encodings included).
///
/// FENCE ignores its register fields, as the specification asks of a simple implementation, and
/// FENCE.I counts as a FENCE: this machine fetches what was stored.
pub fn decode(word: u32) -> Option<Instruction> {
    let f3 = word >> 12 & 7;
    let f7 = word >> 25;
    let by_f3 = |ops: [Option<Op>; 8]| ops[f3 as usize];
    Some(match word & 0x7f {
        0x37 => decode_u(Op::Lui, word),
        0x17 => decode_u(Op::Auipc, word),
        0x6f => decode_jal(word),
        0x67 if f3 == 0 => decode_i(Op::Jalr, word),
        0x63 => {
            use Op::{Beq, Bge, Bgeu, Blt, Bltu, Bne};
            let ops = [
                Some(Beq),
                Some(Bne),
                None,
                None,
                Some(Blt),
                Some(Bge),
                Some(Bltu),
                Some(Bgeu),
            ];
            decode_b(by_f3(ops)?, word)
        }
        0x03 => {
            use Op::{Lb, Lbu, Lh, Lhu, Lw};
            let ops = [
                Some(Lb),
                Some(Lh),
                Some(Lw),
                None,
                Some(Lbu),
                Some(Lhu),
                None,
                None,
            ];
            decode_i(by_f3(ops)?, word)
        }
        0x23 => {
            use Op::{Sb, Sh, Sw};
            let ops = [Some(Sb), Some(Sh), Some(Sw), None, None, None, None, None];
            decode_s(by_f3(ops)?, word)
        }
        0x13 => decode_op_imm(f3, f7, word)?,
        0x33 => decode_op(f3, f7, word)?,
        0x0f if f3 <= 1 => Instruction {
            op: Op::Fence,
            rd: Reg::ZERO,
            rs1: Reg::ZERO,
            rs2: Reg::ZERO,
            imm: (word >> 20) as i32,
        },
        0x2f if f3 == 2 => decode_amo(f7, word)?,
        0x73 if word == 0x73 => decode_u(Op::Ecall, 0),
        0x73 if word == 0x0010_0073 => decode_u(Op::Ebreak, 0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use proptest::prelude::*;

    /// Words of the GNU assembler for RV32IMA, one for each format and corner.
    #[test]
    fn words_of_the_gnu_assembler() {
        let r = |op, rd, rs1, rs2, imm| Instruction {
            op,
            rd: Reg(rd),
            rs1: Reg(rs1),
            rs2: Reg(rs2),
            imm,
        };
        let table = [
            (0xffff_f537, r(Op::Lui, 10, 0, 0, -4096)),
            (0x1234_5517, r(Op::Auipc, 10, 0, 0, 0x1234_5000)),
            (0x8000_00ef, r(Op::Jal, 1, 0, 0, -0x10_0000)),
            (0x7fff_f06f, r(Op::Jal, 0, 0, 0, 0xf_fffe)),
            (0x0000_8067, r(Op::Jalr, 0, 1, 0, 0)),
            (0x80b5_0063, r(Op::Beq, 0, 10, 11, -4096)),
            (0x7eb5_6fe3, r(Op::Bltu, 0, 10, 11, 4094)),
            (0xfff5_4503, r(Op::Lbu, 10, 10, 0, -1)),
            (0x7eb1_2fa3, r(Op::Sw, 0, 2, 11, 2047)),
            (0x4045_d593, r(Op::Srai, 11, 11, 0, 4)),
            (0x01f5_9593, r(Op::Slli, 11, 11, 0, 31)),
            (0x02c5_d533, r(Op::Divu, 10, 11, 12, 0)),
            (0x1605_252f, r(Op::LrW, 10, 10, 0, 3)),
            (0x1eb5_262f, r(Op::ScW, 12, 10, 11, 3)),
            (0xe0b5_262f, r(Op::AmomaxuW, 12, 10, 11, 0)),
            (0x0330_000f, r(Op::Fence, 0, 0, 0, 0x33)),
            (0x0000_0073, r(Op::Ecall, 0, 0, 0, 0)),
            (0x0010_0073, r(Op::Ebreak, 0, 0, 0, 0)),
        ];
        for (word, instruction) in table {
            assert_eq!(decode(word), Some(instruction), "{word:08x}");
            assert_eq!(encode(instruction), word, "{instruction:?}");
        }
    }

    #[test]
    fn reserved_words_are_no_instructions() {
        let reserved = [
            0x0000_0000, // the defined illegal instruction
            0xffff_ffff,
            0x0200_1013, // slli with bit 25 set
            0x4000_1013, // slli with the bit of srai
            0x4000_1033, // sll with the bit of sub
            0x0400_0033, // unknown funct7
            0x1010_202f, // lr.w with rs2
            0x0000_302f, // amoadd.d
            0x0000_1067, // jalr, funct3 1
            0x0000_2063, // branch, funct3 2
            0x0000_3003, // ld
            0x0000_3023, // sd
            0x0000_2073, // csrrs
            0x3020_0073, // mret
            0x0000_00f3, // ecall with rd
            0x0000_200f, // fence, funct3 2
        ];
        for word in reserved {
            assert_eq!(decode(word), None, "{word:08x}");
        }
    }

    proptest! {
        /// What decodes, encodes to the same word, but for the fields that FENCE ignores.
        #[test]
        fn decode_then_encode(word: u32, opcode in prop::sample::select(std::vec![
            0x37u32, 0x17, 0x6f, 0x67, 0x63, 0x03, 0x23, 0x13, 0x33, 0x0f, 0x2f, 0x73,
        ])) {
            let word = word & !0x7f | opcode;
            if let Some(i) = decode(word) {
                let canonical = if opcode == 0x0f { word & 0xfff0_007f } else { word };
                prop_assert_eq!(encode(i), canonical);
                prop_assert_eq!(decode(canonical), Some(i));
            }
        }
    }
}
