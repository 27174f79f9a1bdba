//! AMO, and LR/SC with everything that breaks a reservation.

use crate::board::{Board, DATA, TEXT, check, i};
use sim_abi::{Op, Permissions};
use sim_machine::*;

const M1: u32 = u32::MAX;

/// (operation, memory, register, memory afterwards); rd gets the old memory.
#[test]
fn read_modify_write() {
    #[rustfmt::skip]
    let table = [
        (Op::AmoswapW, 1, 2, 2), (Op::AmoaddW, M1, 2, 1), (Op::AmoxorW, 0xff, 0x0f, 0xf0),
        (Op::AmoandW, 0xff, 0x0f, 0x0f), (Op::AmoorW, 0xf0, 0x0f, 0xff),
        (Op::AmominW, 1, M1, M1), (Op::AmominW, M1, 1, M1), (Op::AmomaxW, 1, M1, 1), (Op::AmomaxW, M1, 1, 1),
        (Op::AmominuW, 1, M1, 1), (Op::AmominuW, M1, 1, 1), (Op::AmomaxuW, 1, M1, M1), (Op::AmomaxuW, M1, 1, M1),
    ];
    for (op, old, b, new) in table {
        // Twice: the second time the page is known to the fast path.
        for aq_rl in 0..4 {
            let program = [
                i(Op::Sw, 0, 10, 11, 0),
                i(op, 13, 10, 12, aq_rl),
                i(Op::Sw, 0, 10, 11, 0),
                i(op, 14, 10, 12, aq_rl),
                i(Op::Lw, 15, 10, 0, 0),
                i(op, 0, 10, 12, aq_rl),
            ];
            check(
                &program,
                &[(10, DATA), (11, old), (12, b)],
                &[(13, old), (14, old), (15, new)],
            );
        }
        // The destination may be a source.
        let program = [
            i(Op::Sw, 0, 10, 11, 0),
            i(op, 12, 10, 12, 0),
            i(Op::Lw, 15, 10, 0, 0),
        ];
        check(
            &program,
            &[(10, DATA), (11, old), (12, b)],
            &[(12, old), (15, new)],
        );
        let program = [i(Op::Sw, 0, 10, 11, 0), i(op, 10, 10, 12, 0)];
        check(&program, &[(10, DATA), (11, old), (12, b)], &[(10, old)]);
    }
}

#[test]
fn misaligned_atomics_fault() {
    for op in [Op::LrW, Op::ScW, Op::AmoaddW, Op::AmomaxuW] {
        for offset in 1..4 {
            let address = DATA + offset;
            let mut board = Board::new(&[i(op, 12, 10, 0, 0)]).set(&[(10, address)]);
            let fault = Fault::MisalignedAtomic { address };
            assert_eq!(board.go(), (0, Stop::Fault(fault)));
            assert_eq!(board.r.pc, TEXT);
        }
    }
}

/// `lr.w x12, (x10)`
fn lr() -> u32 {
    i(Op::LrW, 12, 10, 0, 0)
}

/// `sc.w x13, x11, (x10)`
fn sc() -> u32 {
    i(Op::ScW, 13, 10, 11, 0)
}

/// Between LR and SC of the word at DATA + 8: `between`. x14 is its address, x15 another word.
fn reserved(between: &[u32], succeeds: bool) {
    let mut program = vec![i(Op::Sw, 0, 10, 16, 0), lr()];
    program.extend(between);
    program.extend([sc(), i(Op::Lw, 17, 14, 0, 0)]);
    let before = [
        (10, DATA + 8),
        (11, 42),
        (14, DATA + 8),
        (15, DATA + 12),
        (16, 7),
    ];
    let board = Board::new(&program).set(&before);
    let mut run_it = board.clone();
    run(
        &mut run_it.r,
        &mut run_it.m,
        run_it.s,
        program.len() as u64,
        &mut (),
    );
    assert_eq!(run_it.r.x[13], u32::from(!succeeds), "{between:x?}");
    assert_eq!(run_it.r.x[12], 7);
    assert_eq!(run_it.r.x[17] == 42, succeeds);
}

#[test]
fn sc_succeeds_after_lr() {
    reserved(&[], true);
    reserved(&[i(Op::Lw, 5, 14, 0, 0)], true);
    reserved(&[i(Op::Sw, 0, 15, 0, 0)], true); // another word
    reserved(&[i(Op::Sb, 0, 15, 0, 3)], true);
    reserved(&[i(Op::AmoaddW, 5, 15, 11, 0)], true);
}

#[test]
fn any_store_to_the_word_breaks_the_reservation() {
    reserved(&[i(Op::Sw, 0, 14, 16, 0)], false); // the same value, even
    reserved(&[i(Op::Sb, 0, 14, 0, 3)], false);
    reserved(&[i(Op::Sh, 0, 14, 0, -1)], false); // misaligned, from the word before
    reserved(&[i(Op::Sw, 0, 15, 0, -1)], false);
    reserved(&[i(Op::AmoorW, 5, 14, 0, 0)], false);
    reserved(&[i(Op::ScW, 5, 14, 0, 0)], false); // the reservation is used up
    reserved(&[i(Op::ScW, 5, 15, 0, 0)], false); // even by an SC that fails
    reserved(&[i(Op::LrW, 5, 15, 0, 0)], false); // moved
}

#[test]
fn sc_without_lr_fails() {
    check(
        &[sc(), i(Op::Lw, 12, 10, 0, 0)],
        &[(10, DATA), (11, 5), (12, 1)],
        &[(13, 1), (12, 0)],
    );
    // It does not touch memory, so it does not miss.
    check(&[sc()], &[(10, 0), (11, 5)], &[(13, 1)]);
}

/// Another hart's store, a fast one, and its SC.
#[test]
fn other_harts_break_it_too() {
    for other in [i(Op::Sw, 0, 10, 0, 0), i(Op::AmoaddW, 0, 10, 0, 0)] {
        let mut board = Board::new(&[lr(), sc(), other]).set(&[(10, DATA), (11, 42)]);
        let mut second = Registers {
            pc: TEXT + 8,
            hart: 2,
            ..board.r
        };
        // The second hart's page is cached for writing before the reservation is made.
        run(&mut second, &mut board.m, board.s, 1, &mut ());
        run(&mut board.r, &mut board.m, board.s, 1, &mut ());
        second.pc = TEXT + 8;
        run(&mut second, &mut board.m, board.s, 1, &mut ());
        run(&mut board.r, &mut board.m, board.s, 1, &mut ());
        assert_eq!((board.r.x[13], board.word(DATA)), (1, 0));
    }
}

/// Both reserve; the first SC wins and breaks the other's reservation.
#[test]
fn one_of_two_wins() {
    let mut board = Board::new(&[lr(), sc()]).set(&[(10, DATA), (11, 42)]);
    let mut second = Registers { hart: 2, ..board.r };
    let step = |r: &mut Registers, board: &mut Board| run(r, &mut board.m, board.s, 1, &mut ());
    let mut first = board.r;
    step(&mut first, &mut board);
    step(&mut second, &mut board);
    step(&mut second, &mut board);
    step(&mut first, &mut board);
    assert_eq!((first.x[13], second.x[13]), (1, 0));
}

/// A store through another address space that shares the frame, and the kernel's own.
#[test]
fn stores_from_elsewhere_break_it() {
    let start = || {
        let mut board = Board::new(&[lr(), sc()]).set(&[(10, 0x40_000), (11, 42)]);
        let frame = board.m.new_frame();
        board
            .m
            .map(board.s, 0x40, frame, Permissions::RW, Sharing::Shared);
        let other = board.m.create_space();
        board.m.retain(frame);
        board
            .m
            .map(other, 0x77, frame, Permissions::RW, Sharing::Shared);
        run(&mut board.r, &mut board.m, board.s, 1, &mut ());
        (board, other, frame)
    };
    let finish = |mut board: Board| {
        run(&mut board.r, &mut board.m, board.s, 1, &mut ());
        board.r.x[13]
    };
    assert_eq!(finish(start().0), 0);
    let (mut board, other, _) = start();
    board.m.store_u32(other, 0x77_000, 0).expect("writable");
    assert_eq!(finish(board), 1);
    let (mut board, other, _) = start();
    board.m.store_u32(other, 0x77_004, 0).expect("writable");
    assert_eq!(finish(board), 0);
    let (mut board, _, frame) = start();
    board.m.write_frame(frame, 3, &[0]);
    assert_eq!(finish(board), 1);
    let (mut board, _, _) = start();
    board.m.forget_hart(1);
    assert_eq!(finish(board), 1);
    // Another frame in the same place.
    let (mut board, _, _) = start();
    let frame = board.m.new_frame();
    board
        .m
        .map(board.s, 0x40, frame, Permissions::RW, Sharing::Shared);
    assert_eq!(finish(board), 1);
}

/// Copying the page is not a store: the SC that made it necessary succeeds when tried again.
#[test]
fn a_reservation_survives_copy_on_write() {
    let mut board =
        Board::new(&[lr(), sc(), i(Op::Ebreak, 0, 0, 0, 0)]).set(&[(10, DATA), (11, 42)]);
    let child = board.m.fork_space(board.s);
    assert!(matches!(
        board.go(),
        (
            1,
            Stop::Miss(Miss {
                reason: MissReason::CopyOnWrite,
                ..
            })
        )
    ));
    assert!(board.m.copy_page(board.s, DATA >> 12));
    assert_eq!(board.go(), (1, Stop::Ebreak));
    assert_eq!((board.r.x[13], board.word(DATA)), (0, 42));
    assert_eq!(board.m.load_u32(child, DATA), Ok(0));
}
