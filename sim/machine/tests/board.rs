//! A small computer: text at 0x10000, four pages of data at 0x20000.

use sim_abi::encoding::encode;
use sim_abi::{Instruction, Op, Permissions, Reg};
use sim_machine::*;

pub const TEXT: u32 = 0x1_0000;
pub const DATA: u32 = 0x2_0000;

/// Looks at every instruction, so that none takes the fast path.
pub struct Slowly;

impl Watch for Slowly {
    const ACCESSES: bool = false;
    const INSTRUCTIONS: bool = true;
}

/// `op rd=x<n>, rs1=x<n>, rs2=x<n>, imm`
pub fn i(op: Op, rd: u8, rs1: u8, rs2: u8, imm: i32) -> u32 {
    encode(Instruction {
        op,
        rd: Reg(rd),
        rs1: Reg(rs1),
        rs2: Reg(rs2),
        imm,
    })
}

#[derive(Clone)]
pub struct Board {
    pub m: Memory,
    pub s: SpaceId,
    pub r: Registers,
}

pub fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|w| w.to_le_bytes()).collect()
}

impl Board {
    pub fn new(program: &[u32]) -> Board {
        let mut m = Memory::new();
        let s = m.create_space();
        for (n, page) in program.chunks(1024).enumerate() {
            let text = m.new_frame();
            m.write_frame(text, 0, &bytes(page));
            m.map(
                s,
                (TEXT >> 12) + n as u32,
                text,
                Permissions::RX,
                Sharing::Private,
            );
        }
        for page in 0..4 {
            let frame = m.new_frame();
            m.map(
                s,
                (DATA >> 12) + page,
                frame,
                Permissions::RW,
                Sharing::Private,
            );
        }
        let r = Registers {
            pc: TEXT,
            hart: 1,
            ..Registers::default()
        };
        Board { m, s, r }
    }

    pub fn set(mut self, registers: &[(usize, u32)]) -> Board {
        for (n, value) in registers {
            self.r.x[*n] = *value;
        }
        self
    }

    /// Runs until something stops it, a million instructions at most.
    pub fn go(&mut self) -> (u64, Stop) {
        run(&mut self.r, &mut self.m, self.s, 1_000_000, &mut ())
    }

    pub fn word(&self, address: u32) -> u32 {
        self.m
            .load_u32(self.s, address)
            .expect("a word is mapped there")
    }
}

/// Runs the program up to an `ebreak` after it, on both roads, whole and one instruction at a time;
/// the registers given must have these values then, and all others be as before.
pub fn check(program: &[u32], before: &[(usize, u32)], after: &[(usize, u32)]) {
    let mut words = program.to_vec();
    words.push(i(Op::Ebreak, 0, 0, 0, 0));
    let start = Board::new(&words).set(before);
    let mut expected = start.r.x;
    for (n, value) in after {
        expected[*n] = *value;
    }
    let mut whole = start.clone();
    let (count, stop) = whole.go();
    assert_eq!(stop, Stop::Ebreak, "{program:x?}");
    assert_eq!(whole.r.x, expected, "fast: {program:x?} from {before:x?}");

    let mut slow = start.clone();
    let result = run(&mut slow.r, &mut slow.m, slow.s, 1_000_000, &mut Slowly);
    assert_eq!(result, (count, stop));
    assert_eq!(slow.r, whole.r, "slow: {program:x?} from {before:x?}");
    assert!(slow.m == whole.m);

    let mut single = start;
    let mut steps = 0;
    while run(&mut single.r, &mut single.m, single.s, 1, &mut ()) == (1, Stop::Budget) {
        steps += 1;
    }
    assert_eq!(
        (steps, single.r),
        (count, whole.r),
        "one at a time: {program:x?}"
    );
}
