//! Parallel moves: many registers get new values, each its old value's source, in a safe order.
//!
//! First what goes to the frame (it frees registers), then register to register, a cycle broken
//! through one scratch register, at last what comes from the frame.

use alloc::vec::Vec;
use sim_abi::Reg;

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a register.
    Register(Reg),
    /// In the frame, at this offset from `sp`.
    Frame(u32),
}

/// The moves in an order in which no source is overwritten before it is read.
pub(super) fn parallel(moves: Vec<(Place, Place)>, scratch: Reg) -> Vec<(Place, Place)> {
    let in_frame = |p: Place| matches!(p, Place::Frame(_));
    let mut ordered: Vec<(Place, Place)> = Vec::with_capacity(moves.len());
    ordered.extend(moves.iter().filter(|m| in_frame(m.1)));
    let mut waiting: Vec<(Place, Place)> = moves
        .iter()
        .filter(|m| !in_frame(m.0) && !in_frame(m.1) && m.0 != m.1)
        .copied()
        .collect();
    while !waiting.is_empty() {
        let ready = waiting
            .iter()
            .position(|&(_, to)| waiting.iter().all(|&(from, _)| from != to));
        if let Some(n) = ready {
            ordered.push(waiting.remove(n));
            continue;
        }
        // Only cycles are left: one value steps aside.
        let (from, _) = waiting[0];
        ordered.push((from, Place::Register(scratch)));
        for step in waiting.iter_mut().filter(|step| step.0 == from) {
            step.0 = Place::Register(scratch);
        }
    }
    ordered.extend(moves.iter().filter(|m| in_frame(m.0) && !in_frame(m.1)));
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(moves: &[(u8, u8)]) -> [u8; 32] {
        let mut registers: [u8; 32] = core::array::from_fn(|n| n as u8);
        let place = |r| Place::Register(Reg(r));
        let moves = moves.iter().map(|&(a, b)| (place(a), place(b))).collect();
        for (from, to) in parallel(moves, Reg::T5) {
            if let (Place::Register(from), Place::Register(to)) = (from, to) {
                registers[usize::from(to.0)] = registers[usize::from(from.0)];
            }
        }
        registers
    }

    #[test]
    fn a_chain_and_two_cycles() {
        let got = run(&[
            (10, 11),
            (11, 12),
            (12, 10),
            (13, 14),
            (14, 13),
            (5, 15),
            (15, 16),
        ]);
        assert_eq!(got[10..17], [12, 10, 11, 14, 13, 5, 15]);
    }

    #[test]
    fn one_value_to_many() {
        let got = run(&[(10, 11), (10, 12), (11, 10)]);
        assert_eq!(got[10..13], [11, 10, 10]);
    }
}
