//! The assembler: items with labels → words with relocations.
//!
//! Branches reach ±4 KiB and jumps ±1 MiB; those that do not reach are made longer, again and again
//! until all do (they only grow, so this ends). A jump to what follows anyway disappears.

use super::code::{Label, SymbolRef, Target};
use crate::tree::Place;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use sim_abi::encoding::encode;
use sim_abi::{Instruction, Op, Reg};

/// How far a branch reaches in both directions.
const BRANCH_REACH: u32 = 4094;
/// How far a jump reaches in both directions, from the second instruction of a long branch too.
const JUMP_REACH: u32 = 0xf_fff0;

/// How a symbol's address gets into an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fixup {
    /// Upper 20 bits, rounded.
    High,
    /// Lower 12 bits.
    Low,
    /// Upper 20 bits of the offset from `tp`.
    ThreadHigh,
    /// Lower 12 bits of the offset from `tp`.
    ThreadLow,
    /// `jal`.
    Call,
    /// `auipc` and `jalr`.
    FarCall,
}

/// One item of an assembly program.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    /// A finished instruction.
    Done(Instruction),
    /// An instruction whose immediate the linker knows.
    Symbolic(Instruction, Fixup, Target),
    /// To a label, if the comparison holds.
    Branch(Op, Reg, Reg, Label),
    /// To a label.
    Jump(Label),
    /// A label.
    Label(Label),
    /// To a function and back.
    Call(SymbolRef),
}

/// A place in a function where the linker puts an address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relocation {
    /// Bytes from the function's start.
    pub offset: u32,
    /// How.
    pub fixup: Fixup,
    /// What.
    pub target: Target,
    /// Who asks.
    pub place: Place,
}

/// A row of the line table, by offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Bytes from the function's start.
    pub offset: u32,
    /// Source.
    pub place: Place,
    /// A statement begins here.
    pub statement: bool,
}

/// A function's text under construction.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    items: Vec<(Item, Place, bool)>,
    /// Item range of the body, between prologue and epilogue.
    pub body: Range<usize>,
}

/// A function's machine code.
#[derive(Debug, Default)]
pub(super) struct Object {
    /// Instructions.
    pub words: Vec<u32>,
    /// What is missing in them.
    pub relocations: Vec<Relocation>,
    /// Line table.
    pub rows: Vec<Row>,
    /// Offsets of the body.
    pub body: Range<u32>,
}

/// `n` split so that `upper + lower == n` and `lower` fits 12 signed bits.
pub(super) fn split(n: u32) -> (i32, i32) {
    let upper = n.wrapping_add(0x800) & 0xffff_f000;
    (upper as i32, n.wrapping_sub(upper) as i32)
}

fn opposite(op: Op) -> Op {
    match op {
        Op::Beq => Op::Bne,
        Op::Bne => Op::Beq,
        Op::Blt => Op::Bge,
        Op::Bge => Op::Blt,
        Op::Bltu => Op::Bgeu,
        _ => Op::Bltu,
    }
}

/// An instruction from its fields.
pub(super) fn instruction(op: Op, rd: Reg, rs1: Reg, rs2: Reg, imm: i32) -> Instruction {
    Instruction {
        op,
        rd,
        rs1,
        rs2,
        imm,
    }
}

impl Assembly {
    /// Appends an item.
    pub fn push(&mut self, item: Item, place: Place, statement: bool) {
        self.items.push((item, place, statement));
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Bytes of each item when everything is near.
    fn shortest(&self, far_calls: bool) -> Vec<u32> {
        let falls_to = |n: usize, target: Label| {
            self.items[n + 1..]
                .iter()
                .map_while(|(item, ..)| match item {
                    Item::Label(label) => Some(*label),
                    _ => None,
                })
                .any(|label| label == target)
        };
        self.items
            .iter()
            .enumerate()
            .map(|(n, (item, ..))| match item {
                Item::Label(_) => 0,
                Item::Jump(label) | Item::Branch(.., label) if falls_to(n, *label) => 0,
                Item::Call(_) if far_calls => 8,
                _ => 4,
            })
            .collect()
    }

    /// Offsets of all items (and the end), and of all labels.
    fn offsets(&self, sizes: &[u32], labels: usize) -> (Vec<u32>, Vec<u32>) {
        let mut offsets = Vec::with_capacity(sizes.len() + 1);
        let mut of_label = vec![0; labels];
        let mut offset = 0;
        for ((item, ..), size) in self.items.iter().zip(sizes) {
            offsets.push(offset);
            if let Item::Label(label) = item {
                of_label[label.0 as usize] = offset;
            }
            offset += size;
        }
        offsets.push(offset);
        (offsets, of_label)
    }

    /// Makes longer what does not reach; `false` when everything does.
    fn grow(&self, sizes: &mut [u32], offsets: &[u32], of_label: &[u32]) -> bool {
        let mut grown = false;
        for (n, (item, ..)) in self.items.iter().enumerate() {
            let (Item::Branch(.., label) | Item::Jump(label)) = item else {
                continue;
            };
            let distance = of_label[label.0 as usize].abs_diff(offsets[n]);
            let next = match (item, sizes[n]) {
                (Item::Branch(..), 4) if distance > BRANCH_REACH => 8,
                (Item::Branch(..), 8) if distance > JUMP_REACH => 12,
                (Item::Jump(_), 4) if distance > JUMP_REACH => 8,
                (_, size) => size,
            };
            grown |= next != sizes[n];
            sizes[n] = next;
        }
        grown
    }

    /// Assembles. `labels`: how many there are; `far_calls`: functions may be over 1 MiB away.
    pub fn assemble(&self, labels: u32, far_calls: bool) -> Object {
        let labels = labels as usize;
        let mut sizes = self.shortest(far_calls);
        let (mut offsets, mut of_label) = self.offsets(&sizes, labels);
        while self.grow(&mut sizes, &offsets, &of_label) {
            (offsets, of_label) = self.offsets(&sizes, labels);
        }
        let mut object = Object {
            body: offsets[self.body.start]..offsets[self.body.end],
            ..Object::default()
        };
        for (n, &(item, place, statement)) in self.items.iter().enumerate() {
            if sizes[n] == 0 {
                continue;
            }
            object.row(place, statement);
            match item {
                Item::Done(i) => object.word(i),
                Item::Symbolic(i, fixup, target) => object.symbolic(i, fixup, target, place),
                Item::Branch(op, a, b, label) => {
                    object.branch(op, a, b, of_label[label.0 as usize], sizes[n]);
                }
                Item::Jump(label) => object.jump(of_label[label.0 as usize], sizes[n] == 8),
                Item::Call(symbol) => object.call(symbol, far_calls, place),
                Item::Label(_) => {}
            }
        }
        object
    }
}

impl Object {
    fn offset(&self) -> u32 {
        self.words.len() as u32 * 4
    }

    fn word(&mut self, i: Instruction) {
        self.words.push(encode(i));
    }

    /// A row of the line table, if the source changes here.
    fn row(&mut self, place: Place, statement: bool) {
        let same = self.rows.last().is_some_and(|row| row.place == place);
        if !same || statement {
            let offset = self.offset();
            self.rows.push(Row {
                offset,
                place,
                statement,
            });
        }
    }

    fn symbolic(&mut self, i: Instruction, fixup: Fixup, target: Target, place: Place) {
        self.relocations.push(Relocation {
            offset: self.offset(),
            fixup,
            target,
            place,
        });
        self.word(i);
    }

    fn call(&mut self, symbol: SymbolRef, far: bool, place: Place) {
        let target = Target { symbol, addend: 0 };
        let zero = Reg::ZERO;
        if far {
            let auipc = instruction(Op::Auipc, Reg::RA, zero, zero, 0);
            self.symbolic(auipc, Fixup::FarCall, target, place);
            self.word(instruction(Op::Jalr, Reg::RA, Reg::RA, zero, 0));
        } else {
            let jal = instruction(Op::Jal, Reg::RA, zero, zero, 0);
            self.symbolic(jal, Fixup::Call, target, place);
        }
    }

    fn branch(&mut self, op: Op, a: Reg, b: Reg, to: u32, size: u32) {
        if size == 4 {
            let distance = to.wrapping_sub(self.offset()) as i32;
            return self.word(instruction(op, Reg::ZERO, a, b, distance));
        }
        self.word(instruction(opposite(op), Reg::ZERO, a, b, size as i32));
        self.jump(to, size == 12);
    }

    fn jump(&mut self, to: u32, far: bool) {
        let distance = to.wrapping_sub(self.offset());
        let zero = Reg::ZERO;
        if far {
            let (upper, lower) = split(distance);
            self.word(instruction(Op::Auipc, Reg::T6, zero, zero, upper));
            self.word(instruction(Op::Jalr, zero, Reg::T6, zero, lower));
        } else {
            self.word(instruction(Op::Jal, zero, zero, zero, distance as i32));
        }
    }
}
