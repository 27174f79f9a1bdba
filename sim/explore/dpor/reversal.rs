//! Sees to it that the other order of what is in a race is tried: D1 and D2 of `dpor.rs`.

use alloc::rc::Rc;
use alloc::vec::Vec;

use sim_abi::{Choice, Tid};

use super::{Dpor, Later, Node, Step, between, join};
use crate::footprint::Footprint;
use crate::wakeup;

impl Node {
    /// This is to be tried here, instead of a step of `mover`, unless it has been.
    fn try_sequence(&mut self, mut sequence: Vec<&Step>, mover: Tid, is_whole: bool) {
        let covers = |(tid, footprint): (Tid, &Footprint)| {
            wakeup::begins(tid, Some(footprint), &sequence, is_whole).is_some()
        };
        if self.sleep.tried().any(covers) {
            return;
        }
        let can = |n: &usize| self.enabled.contains(&sequence[*n].tid);
        let first = initials(&sequence).find(can);
        match first {
            Some(first) => {
                sequence[..=first].rotate_right(1);
                self.tree.insert(sequence, mover, is_whole);
            }
            // It is not known who could begin: everybody is tried.
            None => self.enabled.iter().for_each(|tid| self.tree.add(*tid)),
        }
    }
}

impl Dpor {
    /// Sees to it that the other order of steps that are in a race is tried (D1).
    pub(super) fn reverse_races(&mut self) {
        for (n, later) in core::mem::take(&mut self.in_race) {
            self.reverse(n, later);
        }
    }

    fn reverse(&mut self, n: usize, later: usize) {
        let (node, mover) = (&mut self.nodes[n], self.steps[n].tid);
        let later = &self.steps[later];
        let mut sequence: Vec<&Step> = between(&self.steps, n).collect();
        let own = |step: &&Step| step.slot == later.slot;
        let touches = |step: &&Step| step.footprint.conflicts(&later.footprint);
        let is_prepared = sequence.iter().any(|step| own(step) || touches(step));
        let can = |tid: Tid| node.enabled.contains(&tid);
        if later.waited && !is_prepared && !can(later.tid) {
            return;
        }
        sequence.push(later);
        node.try_sequence(sequence, mover, self.is_whole);
    }

    /// Sees to it that an operation that cannot be done is tried before a step, if it could be done there
    /// (D2).
    pub(super) fn try_before(&mut self, n: usize, later: &Later) {
        let between: Vec<&Step> = between(&self.steps, n).collect();
        let node = &self.nodes[n];
        let can = |tid: Tid| node.enabled.contains(&tid);
        // Nothing else in between touches what it waits for: it could be done before this step if it could
        // be done there at all.
        let moved = between.iter().any(|step| step.slot == later.slot);
        let touched = between
            .iter()
            .any(|s| s.footprint.conflicts(later.footprint));
        if !moved && !touched && !can(later.tid) {
            return;
        }
        // It would come after what it touches, and what its own thread has done.
        let touching = between.iter();
        let touching = touching.filter(|step| step.footprint.conflicts(later.footprint));
        let clock = touching.fold(later.base.clone(), |all, step| join(&all, &step.clock));
        let it = Step {
            tid: later.tid,
            slot: later.slot,
            number: u32::MAX,
            clock,
            footprint: Rc::new(later.footprint.clone()),
            choice: Choice::Step(later.tid),
            waited: true,
            accesses: Vec::new(),
        };
        let mut sequence = between;
        sequence.push(&it);
        let (node, mover) = (&mut self.nodes[n], self.steps[n].tid);
        node.try_sequence(sequence, mover, false);
    }
}

/// Where the steps are with which a sequence could begin (T1 of `wakeup.rs`).
fn initials(sequence: &[&Step]) -> impl Iterator<Item = usize> {
    let begins = |n: &usize| {
        let tid = sequence[*n].tid;
        wakeup::begins(tid, None, sequence, false) == Some(Some(*n))
    };
    (0..sequence.len()).filter(begins)
}
