//! Rolling back is exact: memories are equal bit for bit, numbers of new things included.

use crate::board::{Board, DATA, TEXT, i};
use proptest::prelude::*;
use sim_abi::{Op, Permissions};
use sim_machine::*;

#[test]
fn changes_are_listed_and_undone() {
    let mut board = Board::new(&[i(Op::Sw, 0, 10, 11, 0), i(Op::Sb, 0, 10, 11, 5)])
        .set(&[(10, DATA), (11, 0x1ff)]);
    board.m.journal(true);
    let (before, mark) = (board.m.clone(), board.m.mark());
    run(&mut board.r, &mut board.m, board.s, 2, &mut ());
    let frame = board.m.page(board.s, DATA >> 12).expect("mapped").frame;
    let changes: Vec<Change> = board.m.changes_since(mark).collect();
    let change = |word| Change {
        frame,
        word,
        old: 0,
    };
    assert_eq!(changes, [change(0), change(1)]);
    assert_eq!(board.m.pages_changed_since(mark).count(), 0);
    assert!(!board.m.spaces_changed_since(mark));
    assert_eq!((board.word(DATA), board.word(DATA + 4)), (0x1ff, 0xff00));
    board.m.rollback(mark);
    assert!(board.m == before);
    assert_eq!(board.m.changes_since(mark).count(), 0);
}

/// Fast stores do not go unseen: neither those to pages cached before, nor after a rollback.
#[test]
fn fast_stores_are_in_the_journal() {
    let mut board = Board::new(&[
        i(Op::Sw, 0, 10, 11, 0),
        i(Op::Addi, 11, 11, 0, 1),
        i(Op::Jal, 0, 0, 0, -8),
    ])
    .set(&[(10, DATA), (11, 1)]);
    run(&mut board.r, &mut board.m, board.s, 30, &mut ());
    board.m.journal(true);
    let (before, mark) = (board.m.clone(), board.m.mark());
    for _ in 0..3 {
        run(&mut board.r, &mut board.m, board.s, 30, &mut ());
        assert_eq!(board.m.changes_since(mark).count(), 10);
        board.m.rollback(mark);
        assert!(board.m == before);
    }
    board.m.journal(false);
    run(&mut board.r, &mut board.m, board.s, 30, &mut ());
    assert_eq!(board.word(DATA), 50);
}

/// The kernel's stores are in it as well, to a page that a hart has just written.
#[test]
fn words_that_the_kernel_stores_are_in_the_journal() {
    let mut board = Board::new(&[i(Op::Sw, 0, 10, 11, 0)]).set(&[(10, DATA), (11, 1)]);
    board.m.journal(true);
    run(&mut board.r, &mut board.m, board.s, 1, &mut ());
    let (before, mark) = (board.m.clone(), board.m.mark());
    board
        .m
        .store_u32(board.s, DATA + 4, 7)
        .expect("it is mapped");
    assert_eq!(board.m.changes_since(mark).count(), 1);
    board.m.rollback(mark);
    assert!(board.m == before);
}

/// Decoded text goes back too.
#[test]
fn code_is_rolled_back() {
    let mut board = Board::new(&[i(Op::Addi, 5, 0, 0, 1), i(Op::Jal, 0, 0, 0, -4)]);
    let text = board.m.page(board.s, TEXT >> 12).expect("mapped").frame;
    board.m.journal(true);
    run(&mut board.r, &mut board.m, board.s, 2, &mut ());
    let mark = board.m.mark();
    board
        .m
        .write_frame(text, 0, &i(Op::Addi, 5, 0, 0, 2).to_le_bytes());
    run(&mut board.r, &mut board.m, board.s, 2, &mut ());
    assert_eq!(board.r.x[5], 2);
    board.m.rollback(mark);
    run(&mut board.r, &mut board.m, board.s, 2, &mut ());
    assert_eq!(board.r.x[5], 1);
}

/// One thing that a kernel does.
#[derive(Clone, Debug)]
enum Act {
    Map(u32, bool, bool),
    Unmap(u32),
    Protect(u32, bool),
    Fork(u32),
    Destroy(u32),
    Copy(u32, u32),
    Store(u32, u32, u32),
    Run(u32, u64),
    Forget,
}

fn act() -> impl Strategy<Value = Act> {
    let page = 0x10u32..0x24;
    prop_oneof![
        (page.clone(), any::<bool>(), any::<bool>()).prop_map(|(p, s, x)| Act::Map(p, s, x)),
        page.clone().prop_map(Act::Unmap),
        (page.clone(), any::<bool>()).prop_map(|(p, w)| Act::Protect(p, w)),
        (0u32..3).prop_map(Act::Fork),
        (1u32..4).prop_map(Act::Destroy),
        (0u32..3, page.clone()).prop_map(|(s, p)| Act::Copy(s, p)),
        (0u32..3, page, any::<u32>()).prop_map(|(s, p, v)| Act::Store(s, (p << 12) + v % 4093, v)),
        (0u32..3, 0u64..50).prop_map(|(s, n)| Act::Run(s, n)),
        Just(Act::Forget),
    ]
}

fn perform(board: &mut Board, act: &Act) {
    let (m, s) = (&mut board.m, board.s);
    match *act {
        Act::Map(page, shared, execute) => {
            let frame = m.new_frame();
            let sharing = if shared {
                Sharing::Shared
            } else {
                Sharing::Private
            };
            m.map(
                s,
                page,
                frame,
                Permissions {
                    execute,
                    ..Permissions::RW
                },
                sharing,
            );
        }
        Act::Unmap(page) => {
            m.unmap(s, page);
        }
        Act::Protect(page, write) => m.protect(
            s,
            page,
            Permissions {
                write,
                ..Permissions::RX
            },
        ),
        Act::Fork(space) => {
            m.fork_space(SpaceId(space));
        }
        Act::Destroy(space) => m.destroy_space(SpaceId(space)),
        Act::Copy(space, page) => {
            m.copy_page(SpaceId(space), page);
        }
        // A miss is as good a test as any.
        Act::Store(space, address, value) => {
            let _ = m.store_u32(SpaceId(space), address, value);
        }
        Act::Run(space, budget) => {
            let mut r = board.r;
            run(&mut r, m, SpaceId(space), budget, &mut ());
        }
        Act::Forget => m.forget_hart(1),
    }
}

proptest! {
    #[test]
    fn rolling_back_is_exact(acts in prop::collection::vec(act(), 1..60), first in 0usize..60) {
        let program = [
            i(Op::LrW, 12, 10, 0, 0),
            i(Op::Sw, 0, 10, 11, 8),
            i(Op::ScW, 13, 10, 11, 0),
            i(Op::Sb, 0, 14, 11, 33),
            i(Op::LrW, 12, 10, 0, 0),
            i(Op::Addi, 11, 11, 0, 1),
            i(Op::Jal, 0, 0, 0, -24),
        ];
        let mut board = Board::new(&program).set(&[(10, DATA), (14, TEXT + 0x1000)]);
        let (early, late) = acts.split_at(first.min(acts.len()));
        board.m.journal(true);
        let (start, zero) = (board.m.clone(), board.m.mark());
        for a in early {
            perform(&mut board, a);
        }
        let (middle, mark) = (board.m.clone(), board.m.mark());
        for a in late {
            perform(&mut board, a);
        }
        let end = board.m.clone();
        board.m.rollback(mark);
        prop_assert!(board.m == middle);
        for a in late {
            perform(&mut board, a);
        }
        prop_assert!(board.m == end);
        board.m.rollback(zero);
        prop_assert!(board.m == start);
    }
}
