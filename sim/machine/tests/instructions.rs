//! Every instruction of I and M, with the corners that are easily forgotten.

use crate::board::{Board, DATA, TEXT, check, i};
use sim_abi::Op;
use sim_machine::{Fault, Stop};

const MIN: u32 = 0x8000_0000;
const MAX: u32 = 0x7fff_ffff;
const M1: u32 = 0xffff_ffff;

/// rd = a op b
#[test]
fn register_register() {
    #[rustfmt::skip]
    let table = [
        (Op::Add, 3, 4, 7), (Op::Add, M1, 1, 0), (Op::Add, MAX, 1, MIN),
        (Op::Sub, 3, 4, M1), (Op::Sub, MIN, 1, MAX), (Op::Sub, 0, MIN, MIN),
        (Op::Sll, 1, 31, MIN), (Op::Sll, 1, 32, 1), (Op::Sll, 0x1234, 0xffff_ffe4, 0x12340),
        (Op::Srl, MIN, 31, 1), (Op::Srl, M1, 33, MAX),
        (Op::Sra, MIN, 31, M1), (Op::Sra, MIN, 33, 0xc000_0000), (Op::Sra, MAX, 30, 1),
        (Op::Slt, M1, 0, 1), (Op::Slt, 0, M1, 0), (Op::Slt, MIN, MAX, 1), (Op::Slt, 5, 5, 0),
        (Op::Sltu, M1, 0, 0), (Op::Sltu, 0, M1, 1), (Op::Sltu, MAX, MIN, 1),
        (Op::Xor, 0xff00, 0x0ff0, 0xf0f0), (Op::Or, 0xff00, 0x0ff0, 0xfff0), (Op::And, 0xff00, 0x0ff0, 0x0f00),
        (Op::Mul, 0x1_0001, 0x1_0001, 0x2_0001), (Op::Mul, M1, M1, 1), (Op::Mul, MIN, MIN, 0),
        (Op::Mulh, M1, M1, 0), (Op::Mulh, MIN, MIN, 0x4000_0000), (Op::Mulh, MIN, MAX, 0xc000_0000),
        (Op::Mulhu, M1, M1, 0xffff_fffe), (Op::Mulhu, MIN, MIN, 0x4000_0000),
        (Op::Mulhsu, M1, M1, M1), (Op::Mulhsu, MIN, M1, MIN), (Op::Mulhsu, M1, 1, M1), (Op::Mulhsu, 1, M1, 0),
        (Op::Div, 20, 6, 3), (Op::Div, (-20i32) as u32, 6, (-3i32) as u32), (Op::Div, 20, (-6i32) as u32, (-3i32) as u32),
        (Op::Div, 1, 0, M1), (Op::Div, 0, 0, M1), (Op::Div, MIN, M1, MIN), (Op::Div, MIN, 0, M1),
        (Op::Divu, 20, 6, 3), (Op::Divu, 1, 0, M1), (Op::Divu, MIN, M1, 0), (Op::Divu, M1, 1, M1),
        (Op::Rem, 20, 6, 2), (Op::Rem, (-20i32) as u32, 6, (-2i32) as u32), (Op::Rem, 20, (-6i32) as u32, 2),
        (Op::Rem, 7, 0, 7), (Op::Rem, MIN, 0, MIN), (Op::Rem, MIN, M1, 0),
        (Op::Remu, 20, 6, 2), (Op::Remu, 7, 0, 7), (Op::Remu, MIN, M1, MIN), (Op::Remu, M1, 2, 1),
    ];
    for (op, a, b, result) in table {
        let before = [(10, a), (11, b)];
        check(&[i(op, 12, 10, 11, 0)], &before, &[(12, result)]);
        check(&[i(op, 10, 10, 11, 0)], &before, &[(10, result)]);
        check(&[i(op, 11, 10, 11, 0)], &before, &[(11, result)]);
        check(&[i(op, 0, 10, 11, 0)], &before, &[]);
    }
}

/// rd = a op immediate
#[test]
fn register_immediate() {
    #[rustfmt::skip]
    let table = [
        (Op::Addi, 1, -1, 0), (Op::Addi, MAX, 2047, MIN + 2046), (Op::Addi, 0, -2048, 0xffff_f800),
        (Op::Slti, M1, 0, 1), (Op::Slti, 0, -1, 0), (Op::Slti, MIN, -2048, 1),
        (Op::Sltiu, 5, -1, 1), (Op::Sltiu, M1, -1, 0), (Op::Sltiu, 0, 1, 1), (Op::Sltiu, 1, 1, 0),
        (Op::Xori, 0x0f0f, -1, 0xffff_f0f0), (Op::Ori, 0x0f00, 0xf0, 0x0ff0), (Op::Ori, 0, -2048, 0xffff_f800),
        (Op::Andi, 0xffff, 0x7f0, 0x07f0), (Op::Andi, M1, -16, 0xffff_fff0),
        (Op::Slli, 1, 31, MIN), (Op::Slli, 3, 0, 3), (Op::Srli, MIN, 31, 1), (Op::Srli, M1, 1, MAX),
        (Op::Srai, MIN, 31, M1), (Op::Srai, MIN, 0, MIN), (Op::Srai, MAX, 4, 0x07ff_ffff),
    ];
    for (op, a, imm, result) in table {
        check(&[i(op, 12, 10, 0, imm)], &[(10, a)], &[(12, result)]);
        check(&[i(op, 10, 10, 0, imm)], &[(10, a)], &[(10, result)]);
        check(&[i(op, 0, 10, 0, imm)], &[(10, a)], &[]);
    }
}

#[test]
fn upper_immediates() {
    check(
        &[i(Op::Lui, 5, 0, 0, 0x1234_5000)],
        &[],
        &[(5, 0x1234_5000)],
    );
    check(&[i(Op::Lui, 5, 0, 0, -4096)], &[], &[(5, 0xffff_f000)]);
    check(&[i(Op::Lui, 0, 0, 0, -4096)], &[], &[]);
    let nop = i(Op::Addi, 0, 0, 0, 0);
    check(
        &[nop, i(Op::Auipc, 5, 0, 0, 0x1000)],
        &[],
        &[(5, TEXT + 4 + 0x1000)],
    );
    check(
        &[nop, i(Op::Auipc, 5, 0, 0, -4096)],
        &[],
        &[(5, TEXT + 4 - 0x1000)],
    );
}

/// Taken branches skip the `li x5, 1`, backwards ones too.
#[test]
fn branches() {
    #[rustfmt::skip]
    let table = [
        (Op::Beq, 1, 1, true), (Op::Beq, 1, 2, false), (Op::Bne, 1, 2, true), (Op::Bne, M1, M1, false),
        (Op::Blt, M1, 0, true), (Op::Blt, 0, M1, false), (Op::Blt, MIN, MAX, true), (Op::Blt, 1, 1, false),
        (Op::Bge, M1, 0, false), (Op::Bge, 0, M1, true), (Op::Bge, 1, 1, true), (Op::Bge, MIN, MAX, false),
        (Op::Bltu, M1, 0, false), (Op::Bltu, 0, M1, true), (Op::Bltu, MAX, MIN, true), (Op::Bltu, 1, 1, false),
        (Op::Bgeu, M1, 0, true), (Op::Bgeu, 0, M1, false), (Op::Bgeu, 1, 1, true),
    ];
    for (op, a, b, jumps) in table {
        let skipped = i(Op::Addi, 5, 0, 0, 1);
        let before = [(10, a), (11, b)];
        let after = (5, u32::from(!jumps));
        check(&[i(op, 0, 10, 11, 8), skipped], &before, &[after]);
        let back = [
            i(Op::Jal, 0, 0, 0, 12), // to the branch
            i(Op::Addi, 6, 0, 0, 1), // 4: where the branch goes
            i(Op::Jal, 0, 0, 0, 12), // to the end
            i(op, 0, 10, 11, -8),    // 12
            skipped,
        ];
        check(&back, &before, &[after, (6, u32::from(jumps))]);
    }
}

#[test]
fn jumps_link() {
    let skipped = i(Op::Addi, 5, 0, 0, 1);
    check(&[i(Op::Jal, 1, 0, 0, 8), skipped], &[], &[(1, TEXT + 4)]);
    check(&[i(Op::Jal, 0, 0, 0, 8), skipped], &[], &[]);
    let to = TEXT + 8;
    check(
        &[i(Op::Jalr, 1, 10, 0, 0), skipped],
        &[(10, to)],
        &[(1, TEXT + 4)],
    );
    check(&[i(Op::Jalr, 0, 10, 0, 0), skipped], &[(10, to)], &[]);
    check(
        &[i(Op::Jalr, 1, 10, 0, -4), skipped],
        &[(10, to + 4)],
        &[(1, TEXT + 4)],
    );
}

/// The lowest bit of the sum is cleared, wherever it comes from.
#[test]
fn jalr_clears_bit_0() {
    let skipped = i(Op::Addi, 5, 0, 0, 1);
    let to = TEXT + 8;
    check(
        &[i(Op::Jalr, 1, 10, 0, 0), skipped],
        &[(10, to + 1)],
        &[(1, TEXT + 4)],
    );
    check(
        &[i(Op::Jalr, 1, 10, 0, 1), skipped],
        &[(10, to)],
        &[(1, TEXT + 4)],
    );
    check(&[i(Op::Jalr, 0, 10, 0, -3), skipped], &[(10, to + 4)], &[]);
}

/// The target is computed before the link is written.
#[test]
fn jalr_with_rd_equal_to_rs1() {
    let skipped = i(Op::Addi, 5, 0, 0, 1);
    check(
        &[i(Op::Jalr, 10, 10, 0, 0), skipped],
        &[(10, TEXT + 8)],
        &[(10, TEXT + 4)],
    );
}

/// JAL reaches from -1 MiB to 1 MiB - 2 (here: - 4).
#[test]
fn jal_reaches_a_mebibyte_both_ways() {
    let far = 0xf_fffc;
    let mut program = vec![0; far as usize / 4 + 2];
    program[0] = i(Op::Jal, 1, 0, 0, far);
    program[far as usize / 4] = i(Op::Ebreak, 0, 0, 0, 0);
    let mut board = Board::new(&program);
    assert_eq!(board.go(), (1, Stop::Ebreak));
    assert_eq!(board.r.pc, TEXT + far as u32);

    let mut program = vec![0; 0x10_0000 / 4 + 1];
    program[0] = i(Op::Ebreak, 0, 0, 0, 0);
    program[0x10_0000 / 4] = i(Op::Jal, 1, 0, 0, -0x10_0000);
    let mut board = Board::new(&program);
    board.r.pc = TEXT + 0x10_0000;
    assert_eq!(board.go(), (1, Stop::Ebreak));
    assert_eq!((board.r.pc, board.r.x[1]), (TEXT, TEXT + 0x10_0004));
}

/// Only a *taken* jump faults, at the jump, and writes no link.
#[test]
fn misaligned_targets_fault_at_the_jump() {
    let fault = |target| Stop::Fault(Fault::MisalignedFetch { target });
    for (word, target) in [
        (i(Op::Jal, 1, 0, 0, 6), TEXT + 6),
        (i(Op::Jalr, 1, 10, 0, 2), TEXT + 2),
        (i(Op::Jalr, 0, 10, 0, 3), TEXT + 2),
        (i(Op::Beq, 0, 0, 0, 6), TEXT + 6),
    ] {
        let mut board = Board::new(&[word]).set(&[(10, TEXT)]);
        assert_eq!(board.go(), (0, fault(target)));
        assert_eq!((board.r.pc, board.r.x[1]), (TEXT, 0));
    }
    check(&[i(Op::Bne, 0, 0, 0, 6)], &[], &[]);
}

#[test]
fn loads_extend() {
    let program = |op| [i(Op::Sw, 0, 10, 11, 0), i(op, 12, 10, 0, 1)];
    let before = [(10, DATA), (11, 0x80ff_7f80)];
    for (op, result) in [
        (Op::Lb, 0x7f),
        (Op::Lbu, 0x7f),
        (Op::Lh, 0xffff_ff7f),
        (Op::Lhu, 0xff7f),
    ] {
        check(&program(op), &before, &[(12, result)]);
    }
    let program = |op| [i(Op::Sw, 0, 10, 11, 4), i(op, 12, 10, 0, 4)];
    for (op, result) in [
        (Op::Lb, 0xffff_ff80),
        (Op::Lbu, 0x80),
        (Op::Lh, 0x7f80),
        (Op::Lhu, 0x7f80),
        (Op::Lw, 0x80ff_7f80),
    ] {
        check(&program(op), &before, &[(12, result)]);
    }
}

#[test]
fn stores_touch_their_bytes_only() {
    for (op, result) in [
        (Op::Sb, 0x1111_dd11),
        (Op::Sh, 0x11cc_dd11),
        (Op::Sw, 0xbbcc_dd11),
    ] {
        let program = [
            i(Op::Sw, 0, 10, 13, 0),
            i(op, 0, 10, 11, 1),
            i(Op::Lw, 12, 10, 0, 0),
        ];
        let before = [(10, DATA), (11, 0xaabb_ccdd), (13, 0x1111_1111)];
        check(&program, &before, &[(12, result)]);
    }
}

#[test]
fn x0_stays_zero() {
    let program = [
        i(Op::Lw, 0, 10, 0, 0),
        i(Op::LrW, 0, 10, 0, 0),
        i(Op::ScW, 0, 10, 11, 0),
        i(Op::AmoaddW, 0, 10, 11, 0),
        i(Op::Add, 12, 0, 0, 0),
    ];
    check(&program, &[(10, DATA), (11, 5), (12, 9)], &[(12, 0)]);
}

#[test]
fn fences_do_nothing() {
    check(&[0x0ff0_000f, 0x0000_100f, 0x8330_000f], &[], &[]);
}

/// CSR instructions (`rdcycle` is one), compressed ones, the privileged ones and all zeros or ones.
#[test]
fn illegal_instructions_fault() {
    for word in [
        0xc000_2573,
        0x0000_4501,
        0x3020_0073,
        0x1050_0073,
        0,
        M1,
        0x0000_2003 | 7 << 12,
    ] {
        let mut board = Board::new(&[word]);
        let fault = Fault::IllegalInstruction { word };
        assert_eq!(board.go(), (0, Stop::Fault(fault)));
        assert_eq!(board.r.pc, TEXT);
    }
}
