//! Random programs: nothing panics, and the fast and the slow road never differ.

use crate::board::{Board, DATA, Slowly, TEXT, i};
use proptest::prelude::*;
use sim_abi::encoding::decode;
use sim_abi::{Op, Permissions};
use sim_machine::*;

/// Any word at all, or one that is an instruction with a small immediate.
fn word() -> impl Strategy<Value = u32> {
    use Op::*;
    #[rustfmt::skip]
    let ops = [
        Lui, Auipc, Jal, Jalr, Beq, Bne, Blt, Bge, Bltu, Bgeu, Lb, Lh, Lw, Lbu, Lhu, Sb, Sh, Sw, Addi, Slti, Sltiu,
        Xori, Ori, Andi, Slli, Srli, Srai, Add, Sub, Sll, Slt, Sltu, Xor, Srl, Sra, Or, And, Mul, Mulh, Mulhsu,
        Mulhu, Div, Divu, Rem, Remu, LrW, ScW, AmoswapW, AmoaddW, AmoxorW, AmoandW, AmoorW, AmominW, AmomaxW,
        AmominuW, AmomaxuW, Addi, Add, Lw, Sw, Bne, Blt,
    ];
    let reg = 0u8..16;
    // x8 to x11 point into data and text, so most accesses hit.
    let base = prop_oneof![3 => 8u8..12, 1 => 0u8..16];
    let instruction = (
        prop::sample::select(ops.to_vec()),
        reg.clone(),
        base,
        reg,
        -16i32..16,
    )
        .prop_map(|(op, rd, base, rs2, n)| match op {
            Jal | Beq | Bne | Blt | Bge | Bltu | Bgeu => i(op, rd, rs2, base, n * 4),
            Lui | Auipc => i(op, rd, 0, 0, n << 12),
            Slli | Srli | Srai => i(op, rd, rs2, 0, n & 31),
            // Registers that hold addresses are seldom overwritten.
            _ => i(
                op,
                if (8..12).contains(&rd) { rd - 8 } else { rd },
                base,
                rs2,
                n * 4,
            ),
        });
    prop_oneof![20 => instruction, 1 => any::<u32>()]
}

fn board(words: &[u32], values: &[u32], writable_text: bool) -> Board {
    let mut board = Board::new(words);
    for (n, value) in values.iter().enumerate().skip(1).take(31) {
        board.r.x[n] = *value;
    }
    for (n, value) in [
        (8, DATA),
        (9, DATA + 0x1000),
        (10, DATA + 0x800),
        (11, TEXT + 64),
    ] {
        board.r.x[n] = value;
    }
    if writable_text {
        let all = Permissions {
            write: true,
            ..Permissions::RX
        };
        board.m.protect(board.s, TEXT >> 12, all);
    }
    board
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn both_roads_agree(
        words in prop::collection::vec(word(), 1..64),
        values in prop::collection::vec(any::<u32>(), 32),
        writable_text: bool,
        piece in 1u64..30,
    ) {
        let start = board(&words, &values, writable_text);
        let mut fast = start.clone();
        let mut slow = start.clone();
        let mut pieces = start;
        let result = run(&mut fast.r, &mut fast.m, fast.s, 500, &mut ());
        prop_assert_eq!(run(&mut slow.r, &mut slow.m, slow.s, 500, &mut Slowly), result);
        prop_assert_eq!(slow.r, fast.r);
        prop_assert!(slow.m == fast.m);
        prop_assert_eq!(fast.r.x[0], 0);
        // In pieces, of which the last may be shorter.
        let mut left = result.0;
        while left > 0 {
            let (n, stop) = run(&mut pieces.r, &mut pieces.m, pieces.s, piece.min(left), &mut ());
            prop_assert_eq!((n, stop), (piece.min(left), Stop::Budget));
            left -= n;
        }
        prop_assert_eq!(pieces.r, fast.r);
        prop_assert!(pieces.m == fast.m);
    }

    #[test]
    fn no_word_panics(words in prop::collection::vec(any::<u32>(), 1..20), values in prop::collection::vec(any::<u32>(), 32)) {
        let mut board = board(&words, &values, true);
        let (count, stop) = board.go();
        if let Stop::Fault(Fault::IllegalInstruction { word }) = stop {
            prop_assert_eq!(decode(word), None);
        }
        prop_assert!(count <= 1_000_000);
    }
}
