//! Liveness: from where to where each virtual register holds a value somebody still needs.
//!
//! Backward dataflow over basic blocks (Aho et al., *Compilers*, 9.2.5), on the registers that more
//! than one block mentions; the others live inside their block. The result is one range per register,
//! without holes. Instruction `n` reads at position `2n` and writes at `2n + 1`.

use super::code::{Code, Kind};
use alloc::vec;
use alloc::vec::Vec;

/// The range of positions in which a register is alive; empty if it is never mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// First position.
    pub start: u32,
    /// Last position, inclusive.
    pub end: u32,
}

impl Range {
    const EMPTY: Range = Range {
        start: u32::MAX,
        end: 0,
    };

    /// Is the register mentioned at all?
    pub fn is_empty(self) -> bool {
        self.start > self.end
    }

    fn include(&mut self, position: u32) {
        self.start = self.start.min(position);
        self.end = self.end.max(position);
    }
}

/// A basic block: instructions `start..end`.
struct Block {
    start: u32,
    end: u32,
    successors: [Option<u32>; 2],
}

/// A set of the registers that cross blocks.
type Bits = Vec<u64>;

fn blocks(code: &Code) -> Vec<Block> {
    let count = code.instructions.len() as u32;
    let mut blocks: Vec<Block> = Vec::new();
    let mut block_of_label: Vec<Option<u32>> = vec![None; code.labels as usize];
    let mut start = 0;
    let mut close = |start: &mut u32, end: u32| {
        if *start < end {
            blocks.push(Block {
                start: *start,
                end,
                successors: [None, None],
            });
        }
        *start = end;
        blocks.len() as u32
    };
    for (n, inst) in code.instructions.iter().enumerate() {
        let n = n as u32;
        match inst.kind {
            Kind::Label(label) => {
                let next = close(&mut start, n);
                block_of_label[label.0 as usize] = Some(next);
            }
            Kind::Branch(..) | Kind::Jump(_) | Kind::Return(_) => {
                close(&mut start, n + 1);
            }
            _ => {}
        }
    }
    close(&mut start, count);
    let total = blocks.len() as u32;
    for (n, block) in blocks.iter_mut().enumerate() {
        let following = Some(n as u32 + 1).filter(|&next| next < total);
        block.successors = match code.instructions[block.end as usize - 1].kind {
            Kind::Jump(label) => [block_of_label[label.0 as usize], None],
            Kind::Return(_) => [None, None],
            Kind::Branch(_, _, _, label) => [block_of_label[label.0 as usize], following],
            _ => [following, None],
        };
    }
    blocks
}

/// Numbers the registers that more than one block mentions.
fn crossing(code: &Code, blocks: &[Block]) -> (Vec<Option<u32>>, u32) {
    const NOBODY: u32 = u32::MAX;
    let mut seen_in = vec![NOBODY; code.virtuals as usize];
    let mut number: Vec<Option<u32>> = vec![None; code.virtuals as usize];
    let mut count = 0;
    for (b, block) in blocks.iter().enumerate() {
        let b = b as u32;
        for inst in &code.instructions[block.start as usize..block.end as usize] {
            // A register read before it is written in its only block may live around a loop.
            let mut mention = |n: usize, reads: bool| {
                let elsewhere = seen_in[n] != NOBODY && seen_in[n] != b;
                let first_read = seen_in[n] == NOBODY && reads;
                if (elsewhere || first_read) && number[n].is_none() {
                    number[n] = Some(count);
                    count += 1;
                }
                seen_in[n] = b;
            };
            inst.kind.uses(|v| {
                if let Some(n) = v.index() {
                    mention(n, true);
                }
            });
            inst.kind.defs(|v| {
                if let Some(n) = v.index() {
                    mention(n, false);
                }
            });
        }
    }
    (number, count)
}

/// What a block reads before writing it, and what it writes.
fn local_sets(code: &Code, block: &Block, number: &[Option<u32>], words: usize) -> (Bits, Bits) {
    let (mut reads, mut writes) = (vec![0; words], vec![0; words]);
    for inst in &code.instructions[block.start as usize..block.end as usize] {
        inst.kind.uses(|v| {
            if let Some(g) = v.index().and_then(|n| number[n]) {
                let (word, bit) = (g as usize / 64, 1 << (g % 64));
                if writes[word] & bit == 0 {
                    reads[word] |= bit;
                }
            }
        });
        inst.kind.defs(|v| {
            if let Some(g) = v.index().and_then(|n| number[n]) {
                writes[g as usize / 64] |= 1 << (g % 64);
            }
        });
    }
    (reads, writes)
}

/// What is alive at the start of each block.
fn live_in(code: &Code, blocks: &[Block], number: &[Option<u32>], words: usize) -> Vec<Bits> {
    let sets: Vec<(Bits, Bits)> = blocks
        .iter()
        .map(|block| local_sets(code, block, number, words))
        .collect();
    let mut live: Vec<Bits> = sets.iter().map(|(reads, _)| reads.clone()).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for (b, block) in blocks.iter().enumerate().rev() {
            for w in 0..words {
                let out = block
                    .successors
                    .iter()
                    .flatten()
                    .filter_map(|&s| live.get(s as usize))
                    .fold(0, |all, bits| all | bits[w]);
                let now = sets[b].0[w] | out & !sets[b].1[w];
                changed |= now != live[b][w];
                live[b][w] = now;
            }
        }
    }
    live
}

/// The range of each virtual register.
pub(super) fn ranges(code: &Code) -> Vec<Range> {
    let mut ranges = vec![Range::EMPTY; code.virtuals as usize];
    for (n, inst) in code.instructions.iter().enumerate() {
        let position = 2 * n as u32;
        inst.kind.uses(|v| {
            if let Some(n) = v.index() {
                ranges[n].include(position);
            }
        });
        inst.kind.defs(|v| {
            if let Some(n) = v.index() {
                ranges[n].include(position + 1);
            }
        });
    }
    let blocks = blocks(code);
    let (number, count) = crossing(code, &blocks);
    let mut registers = vec![0; count as usize];
    for (n, g) in number.iter().enumerate() {
        if let Some(g) = g {
            registers[*g as usize] = n;
        }
    }
    let words = (count as usize).div_ceil(64);
    let live = live_in(code, &blocks, &number, words);
    for (b, block) in blocks.iter().enumerate() {
        include_all(&mut ranges, &registers, &live[b], 2 * block.start);
        for &successor in block.successors.iter().flatten() {
            if let Some(bits) = live.get(successor as usize) {
                include_all(&mut ranges, &registers, bits, 2 * block.end);
            }
        }
    }
    ranges
}

fn include_all(ranges: &mut [Range], registers: &[usize], bits: &Bits, position: u32) {
    for (w, &word) in bits.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            let g = w * 64 + left.trailing_zeros() as usize;
            ranges[registers[g]].include(position);
            left &= left - 1;
        }
    }
}
