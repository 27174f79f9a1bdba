//! Pages: misaligned accesses, permissions, sharing, copy on write, text that changes.

use crate::board::{Board, DATA, TEXT, bytes, check, i};
use sim_abi::{Op, Permissions};
use sim_machine::*;

const EDGE: u32 = DATA + 0x0ffe;

fn miss(address: u32, access: AccessKind, reason: MissReason) -> Miss {
    Miss {
        address,
        access,
        reason,
    }
}

#[test]
fn misaligned_accesses_work_across_pages() {
    let program = [
        i(Op::Sw, 0, 10, 11, 0),
        i(Op::Lw, 12, 10, 0, 0),
        i(Op::Lhu, 13, 10, 0, 1),
        i(Op::Sh, 0, 10, 11, 1),
        i(Op::Lw, 14, 10, 0, 0),
    ];
    let before = [(10, EDGE), (11, 0xaabb_ccdd)];
    check(
        &program,
        &before,
        &[(12, 0xaabb_ccdd), (13, 0xbbcc), (14, 0xaacc_dddd)],
    );
}

/// The second page is read-only: nothing of the store happens, and it can be tried again.
#[test]
fn a_store_across_pages_is_all_or_nothing() {
    let mut board = Board::new(&[i(Op::Sw, 0, 10, 11, 0), i(Op::Ebreak, 0, 0, 0, 0)])
        .set(&[(10, EDGE), (11, M1)]);
    let second = (DATA >> 12) + 1;
    board.m.protect(board.s, second, Permissions::R);
    let expected = miss(DATA + 0x1000, AccessKind::Store, MissReason::NotPermitted);
    assert_eq!(board.go(), (0, Stop::Miss(expected)));
    assert_eq!((board.word(EDGE), board.r.pc), (0, TEXT));
    board.m.protect(board.s, second, Permissions::RW);
    assert_eq!(board.go(), (1, Stop::Ebreak));
    assert_eq!(board.word(EDGE), M1);
}

const M1: u32 = u32::MAX;

#[test]
fn permissions_are_honoured() {
    let page = DATA >> 12;
    let stop = |op, permissions| {
        let mut board =
            Board::new(&[i(op, 5, 10, 11, 0), i(Op::Ebreak, 0, 0, 0, 0)]).set(&[(10, DATA)]);
        board.m.protect(board.s, page, permissions);
        board.go().1
    };
    let refused = |access| Stop::Miss(miss(DATA, access, MissReason::NotPermitted));
    let write_only = Permissions {
        read: false,
        ..Permissions::RW
    };
    assert_eq!(stop(Op::Lw, Permissions::R), Stop::Ebreak);
    assert_eq!(stop(Op::Lw, write_only), refused(AccessKind::Load));
    assert_eq!(stop(Op::Sw, write_only), Stop::Ebreak);
    assert_eq!(stop(Op::Sw, Permissions::R), refused(AccessKind::Store));
    assert_eq!(
        stop(Op::AmoaddW, Permissions::R),
        refused(AccessKind::Store)
    );
    assert_eq!(stop(Op::AmoaddW, write_only), refused(AccessKind::Load));
    assert_eq!(
        stop(Op::Jalr, Permissions::RW),
        refused(AccessKind::Execute)
    );
    assert_eq!(
        stop(Op::Lb, Permissions::default()),
        refused(AccessKind::Load)
    );
}

/// A cached translation does not outlive its page.
#[test]
fn changing_a_page_is_seen_at_once() {
    let mut board = Board::new(&[
        i(Op::Sw, 0, 10, 11, 0),
        i(Op::Lw, 12, 10, 0, 0),
        i(Op::Jal, 0, 0, 0, -8),
    ])
    .set(&[(10, DATA), (11, 7)]);
    let steps = |board: &mut Board, n| run(&mut board.r, &mut board.m, board.s, n, &mut ());
    assert_eq!(steps(&mut board, 6), (6, Stop::Budget));
    board.m.protect(board.s, DATA >> 12, Permissions::R);
    assert!(matches!(steps(&mut board, 3).1, Stop::Miss(_)));
    board.m.unmap(board.s, DATA >> 12);
    let expected = miss(DATA, AccessKind::Store, MissReason::NotMapped);
    assert_eq!(steps(&mut board, 3).1, Stop::Miss(expected));
    let frame = board.m.new_frame();
    board.m.map(
        board.s,
        DATA >> 12,
        frame,
        Permissions::RW,
        Sharing::Private,
    );
    assert_eq!(steps(&mut board, 6), (6, Stop::Budget));
    assert_eq!(board.m.read_frame(frame)[0], 7);
}

#[test]
fn running_off_the_text_misses() {
    let mut board = Board::new(&[0x13; 1024]);
    let expected = miss(TEXT + 0x1000, AccessKind::Execute, MissReason::NotMapped);
    assert_eq!(board.go(), (1024, Stop::Miss(expected)));
    assert_eq!(board.r.pc, TEXT + 0x1000);
}

/// Text goes on over pages and over the windows of 4 MiB in which it is decoded.
#[test]
fn text_crosses_windows() {
    let mut board = Board::new(&[]);
    let frame = board.m.new_frame();
    board.m.write_frame(frame, 0, &bytes(&[0x0010_0513; 1024])); // li a0, 1
    board
        .m
        .map(board.s, 0x3ff, frame, Permissions::RX, Sharing::Private);
    let frame = board.m.new_frame();
    board
        .m
        .write_frame(frame, 0, &bytes(&[i(Op::Ebreak, 0, 0, 0, 0)]));
    board
        .m
        .map(board.s, 0x400, frame, Permissions::RX, Sharing::Private);
    board.r.pc = 0x3f_f000;
    assert_eq!(board.go(), (1024, Stop::Ebreak));
}

#[test]
fn fork_copies_on_write() {
    let mut board = Board::new(&[]);
    let (m, parent) = (&mut board.m, board.s);
    let shared = m.new_frame();
    m.map(parent, 0x40, shared, Permissions::RW, Sharing::Shared);
    m.store_u32(parent, DATA, 1).expect("private");
    let before = m.frames_in_use();
    let child = m.fork_space(parent);
    assert_eq!(m.frames_in_use(), before);

    m.store_u32(child, 0x40_000, 5).expect("shared");
    assert_eq!(m.load_u32(parent, 0x40_000), Ok(5));

    let refused = miss(DATA, AccessKind::Store, MissReason::CopyOnWrite);
    assert_eq!(m.store_u32(child, DATA, 2), Err(refused));
    assert_eq!(m.store_u32(parent, DATA, 2), Err(refused));
    assert!(
        m.copy_page(child, DATA >> 12),
        "copied: the parent has it too"
    );
    m.store_u32(child, DATA, 2).expect("now private");
    assert_eq!(m.load_u32(parent, DATA), Ok(1));
    assert!(
        !m.copy_page(parent, DATA >> 12),
        "the last user need not copy"
    );
    m.store_u32(parent, DATA, 3).expect("now private");
    assert_eq!(m.load_u32(child, DATA), Ok(2));

    m.destroy_space(child);
    assert_eq!(m.frames_in_use(), before);
    assert_eq!(m.create_space(), child, "the lowest free number");
    m.destroy_space(parent);
    assert_eq!(m.frames_in_use(), 0);
}

/// The cached right to write ends with the fork.
#[test]
fn a_fork_stops_fast_stores() {
    let mut board =
        Board::new(&[i(Op::Sw, 0, 10, 11, 0), i(Op::Jal, 0, 0, 0, -4)]).set(&[(10, DATA), (11, 9)]);
    run(&mut board.r, &mut board.m, board.s, 10, &mut ());
    let child = board.m.fork_space(board.s);
    let expected = miss(DATA, AccessKind::Store, MissReason::CopyOnWrite);
    assert_eq!(board.go().1, Stop::Miss(expected));
    assert_eq!(board.m.load_u32(child, DATA), Ok(9));
}

#[test]
fn the_kernels_accesses_are_all_or_nothing() {
    let mut board = Board::new(&[]);
    let end = DATA + 0x4000;
    let expected = miss(end, AccessKind::Store, MissReason::NotMapped);
    assert_eq!(
        board.m.write(board.s, end - 6000, &[1; 6001]),
        Err(expected)
    );
    assert_eq!(board.word(end - 4), 0);
    assert_eq!(board.m.write(board.s, end - 6000, &[1; 6000]), Ok(()));
    let mut read = [0; 6000];
    assert_eq!(board.m.read(board.s, end - 6000, &mut read), Ok(()));
    assert_eq!(read, [1; 6000]);
    let mut read = [7; 5];
    assert!(board.m.read(board.s, end - 4, &mut read).is_err());
    assert_eq!(read, [7; 5]);
    assert!(board.m.write(board.s, u32::MAX, &[1, 2]).is_err());
    assert!(board.m.read(SpaceId(99), 0, &mut read).is_err());
}

/// The program overwrites its own third instruction before it gets there, and again later.
#[test]
fn self_modifying_code_executes_the_new_bytes() {
    let li = |n| i(Op::Addi, 5, 5, 0, n);
    let program = [
        i(Op::Sw, 0, 10, 11, 8),
        i(Op::Addi, 6, 6, 0, 1),
        li(1), // becomes li(100)
        i(Op::Bne, 0, 6, 7, -8),
        i(Op::Ebreak, 0, 0, 0, 0),
    ];
    let mut board = Board::new(&program).set(&[(10, TEXT), (11, li(100)), (7, 3)]);
    let all = Permissions {
        write: true,
        ..Permissions::RX
    };
    board.m.protect(board.s, TEXT >> 12, all);
    let (m, s) = (&mut board.m, board.s);
    run(&mut board.r, m, s, 3, &mut ());
    assert_eq!(board.r.x[5], 100);
    m.store_u32(s, TEXT + 8, li(1000)).expect("writable");
    assert_eq!(board.go().1, Stop::Ebreak);
    assert_eq!(board.r.x[5], 2100);
}

/// One frame, executable in one space and writable in another; the other one's stores are fast ones
/// until the frame is executed.
#[test]
fn code_changes_through_another_space() {
    let mut board = Board::new(&[i(Op::Addi, 5, 5, 0, 1), i(Op::Jal, 0, 0, 0, -4)]);
    let text = board.m.page(board.s, TEXT >> 12).expect("mapped").frame;
    let writer = board.m.create_space();
    board.m.retain(text);
    board
        .m
        .map(writer, 0x50, text, Permissions::RW, Sharing::Shared);
    let code = board.m.new_frame();
    board.m.write_frame(
        code,
        0,
        &bytes(&[i(Op::Sw, 0, 10, 11, 0), i(Op::Jal, 0, 0, 0, -4)]),
    );
    board
        .m
        .map(writer, 0x60, code, Permissions::RX, Sharing::Private);
    let mut other = Registers {
        pc: 0x60_000,
        ..Registers::default()
    };
    other.x[10] = 0x50_000;
    for n in 1..5 {
        other.x[11] = i(Op::Addi, 5, 0, 0, n);
        run(&mut other, &mut board.m, writer, 4, &mut ());
        run(&mut board.r, &mut board.m, board.s, 4, &mut ());
        assert_eq!(board.r.x[5], n as u32);
    }
}

#[test]
fn a_new_frame_is_zero() {
    let mut m = Memory::new();
    let frame = m.new_frame();
    m.write_frame(frame, 4090, &[1; 100]);
    assert_eq!(m.read_frame(frame)[4095], 1);
    m.release(frame);
    assert_eq!(m.new_frame(), frame);
    assert_eq!(m.read_frame(frame), &[0; 4096]);
}
