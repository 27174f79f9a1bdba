//! Budgets, the stops that are no faults, and watchers.

use crate::board::{Board, DATA, TEXT, i};
use sim_abi::{Instruction, Op, Permissions};
use sim_machine::*;

#[test]
fn the_budget_is_exact() {
    // Two of four instructions jump.
    let program = [
        i(Op::Addi, 5, 5, 0, 1),
        i(Op::Jal, 0, 0, 0, 8),
        0,
        i(Op::Addi, 5, 5, 0, 1),
        i(Op::Beq, 0, 0, 0, -16),
    ];
    let mut reference = Board::new(&program);
    for budget in 0..40 {
        let mut board = Board::new(&program);
        assert_eq!(
            run(&mut board.r, &mut board.m, board.s, budget, &mut ()),
            (budget, Stop::Budget)
        );
        assert_eq!(board.r, reference.r);
        step(&mut reference.r, &mut reference.m, reference.s, &mut ()).expect("executes");
    }
}

/// More than the fast path counts in one turn.
#[test]
fn a_huge_budget_is_no_budget() {
    let mut board = Board::new(&[i(Op::Addi, 5, 0, 0, 1), i(Op::Ebreak, 0, 0, 0, 0)]);
    let result = run(&mut board.r, &mut board.m, board.s, u64::MAX, &mut ());
    assert_eq!(result, (1, Stop::Ebreak));
}

#[test]
fn ecall_and_ebreak_stop_before_themselves() {
    for (op, stop) in [(Op::Ecall, Stop::Ecall), (Op::Ebreak, Stop::Ebreak)] {
        let mut board = Board::new(&[i(Op::Addi, 5, 0, 0, 1), i(op, 0, 0, 0, 0)]);
        assert_eq!(board.go(), (1, stop));
        assert_eq!(board.r.pc, TEXT + 4);
        assert_eq!(board.go(), (0, stop));
    }
}

#[test]
fn a_misaligned_pc_faults() {
    let mut board = Board::new(&[i(Op::Ecall, 0, 0, 0, 0)]);
    board.r.pc = TEXT + 2;
    let fault = Fault::MisalignedFetch { target: TEXT + 2 };
    assert_eq!(board.go(), (0, Stop::Fault(fault)));
}

#[test]
fn a_space_that_does_not_exist_has_no_pages() {
    let mut board = Board::new(&[]);
    board.s = SpaceId(7);
    assert!(matches!(board.go(), (0, Stop::Miss(_))));
}

/// Writes down everything; says no to accesses of one address.
#[derive(Default)]
struct Log<const INSTRUCTIONS: bool> {
    no: Option<u32>,
    accesses: Vec<(u32, Kind, u32, u8, bool)>,
    instructions: Vec<(u32, Op)>,
}

impl<const INSTRUCTIONS: bool> Watch for Log<INSTRUCTIONS> {
    const ACCESSES: bool = true;
    const INSTRUCTIONS: bool = INSTRUCTIONS;
    fn before(&mut self, access: &Access) -> bool {
        self.no != Some(access.address)
    }
    fn access(&mut self, a: &Access) {
        self.accesses
            .push((a.address, a.kind, a.value, a.size, a.shared.is_some()));
    }
    fn instruction(&mut self, pc: u32, instruction: Instruction, before: &Registers) {
        assert_eq!(pc, before.pc);
        self.instructions.push((pc, instruction.op));
    }
}

const WATCHED: [(Op, i32); 7] = [
    (Op::Sw, 0),
    (Op::Lb, 0),
    (Op::Sh, 4),
    (Op::AmoaddW, 0),
    (Op::LrW, 0),
    (Op::ScW, 0),
    (Op::ScW, 0),
];

fn watched<const INSTRUCTIONS: bool>() {
    let mut program: Vec<u32> = WATCHED
        .iter()
        .map(|(op, imm)| i(*op, 12, 10, 11, *imm))
        .collect();
    program.push(i(Op::Jal, 0, 0, 0, -4 * program.len() as i32));
    let mut board = Board::new(&program).set(&[(10, DATA), (11, 0x1_00ff)]);
    let page = board.m.page(board.s, DATA >> 12).expect("mapped");
    board.m.retain(page.frame);
    board.m.map(
        board.s,
        DATA >> 12,
        page.frame,
        Permissions::RW,
        Sharing::Shared,
    );
    let mut log = Log::<INSTRUCTIONS>::default();
    // Twice: the second time the pages are cached.
    assert_eq!(
        run(&mut board.r, &mut board.m, board.s, 16, &mut log),
        (16, Stop::Budget)
    );
    let once = [
        (DATA, Kind::Store, 0x1_00ff, 4, true),
        (DATA, Kind::Load, 0xff, 1, true),
        (DATA + 4, Kind::Store, 0xff, 2, true),
        (DATA, Kind::AtomicRmw, 0x2_01fe, 4, true),
        (DATA, Kind::LoadReserved, 0x2_01fe, 4, true),
        (
            DATA,
            Kind::StoreConditional { success: true },
            0x1_00ff,
            4,
            true,
        ),
        (
            DATA,
            Kind::StoreConditional { success: false },
            0x1_00ff,
            4,
            true,
        ),
    ];
    assert_eq!(log.accesses, [once, once].concat());
    let expected = if INSTRUCTIONS { 16 } else { 0 };
    assert_eq!(log.instructions.len(), expected);
}

#[test]
fn watchers_see_every_access() {
    watched::<false>();
    watched::<true>();
}

/// The access at which the watcher says no has not happened, is not counted, and is asked about again.
fn held<const INSTRUCTIONS: bool>() {
    let program = [
        i(Op::Sw, 0, 10, 11, 0),
        i(Op::Sw, 0, 10, 11, 4),
        i(Op::Jal, 0, 0, 0, -8),
    ];
    let mut board = Board::new(&program).set(&[(10, DATA), (11, 5)]);
    let mut log = Log::<INSTRUCTIONS> {
        no: Some(DATA + 4),
        ..Log::default()
    };
    let go = |board: &mut Board, log: &mut _| run(&mut board.r, &mut board.m, board.s, 100, log);
    assert_eq!(go(&mut board, &mut log), (1, Stop::Held));
    assert_eq!((board.r.pc, board.word(DATA + 4)), (TEXT + 4, 0));
    assert_eq!(go(&mut board, &mut log), (0, Stop::Held));
    log.no = Some(DATA);
    assert_eq!(go(&mut board, &mut log), (2, Stop::Held));
    assert_eq!(board.word(DATA + 4), 5);
    assert_eq!(go(&mut board, &mut log), (0, Stop::Held));
    assert_eq!(log.instructions.len(), if INSTRUCTIONS { 3 } else { 0 });
}

#[test]
fn a_watcher_can_hold_an_access() {
    held::<false>();
    held::<true>();
}
