//! Relocation: addresses into instructions.

use super::Linker;
use super::compile::Compiled;
use crate::back::assemble::{Fixup, instruction, split};
use crate::back::code::SymbolRef;
use crate::back::start::TLS_BLOCK;
use sim_abi::encoding::encode;
use sim_abi::{Op, Reg};

impl Linker<'_> {
    /// Fills in the addresses that a function names.
    pub(super) fn relocate(&mut self, function: &mut Compiled, tls_block: u32) {
        let unit = function.definition.map_or(0, |d| d.unit);
        for relocation in &function.object.relocations {
            let target = relocation.target;
            let base = if target.symbol == SymbolRef::Runtime(TLS_BLOCK) {
                tls_block
            } else {
                let definition = match function.definition {
                    Some(_) => self.symbols.resolve(unit, target.symbol),
                    None => self.symbols.named(self.symbols.name(0, target.symbol)),
                };
                definition
                    .and_then(|d| self.addresses.get(&d).copied())
                    .unwrap_or(0)
            };
            let address = base.wrapping_add(target.addend as u32);
            let pc = function.address + relocation.offset;
            let index = (relocation.offset / 4) as usize;
            apply(
                relocation.fixup,
                address,
                pc,
                &mut function.object.words[index..],
            );
        }
    }
}

/// Puts an address into the instruction at `words[0]`.
fn apply(fixup: Fixup, address: u32, pc: u32, words: &mut [u32]) {
    let (upper, lower) = split(address);
    match fixup {
        Fixup::High | Fixup::ThreadHigh => words[0] |= upper as u32,
        Fixup::Low | Fixup::ThreadLow => words[0] |= low_bits(words[0], lower as u32),
        Fixup::Call => {
            let distance = address.wrapping_sub(pc) as i32;
            let jal = instruction(Op::Jal, Reg::RA, Reg::ZERO, Reg::ZERO, distance);
            words[0] = encode(jal);
        }
        Fixup::FarCall => {
            let (upper, lower) = split(address.wrapping_sub(pc));
            words[0] |= upper as u32;
            words[1] |= (lower as u32 & 0xfff) << 20;
        }
    }
}

/// The immediate field of a store or of an I-format instruction.
fn low_bits(word: u32, lower: u32) -> u32 {
    const STORE: u32 = 0x23;
    if word & 0x7f == STORE {
        (lower & 0x1f) << 7 | (lower >> 5 & 0x7f) << 25
    } else {
        (lower & 0xfff) << 20
    }
}
