//! Sees to it that the other order of what is in a race is tried: D1 and D2 of `dpor.rs`.

use alloc::vec::Vec;

use sim_abi::Tid;

use super::{Dpor, Later, Step, between};
use crate::footprint::Footprint;
use crate::wakeup;

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
        let is_whole = self.is_whole;
        let mut tried = node.sleep.tried();
        let covers = |(tid, footprint): (Tid, &Footprint)| {
            wakeup::begins(tid, Some(footprint), &sequence, is_whole).is_some()
        };
        if tried.any(covers) {
            return;
        }
        let first = initials(&sequence).find(|n| can(sequence[*n].tid));
        match first {
            Some(first) => {
                sequence[..=first].rotate_right(1);
                node.tree.insert(sequence, mover, is_whole);
            }
            // It is not known who could begin: everybody is tried.
            None => {
                let tree = &mut node.tree;
                node.enabled.iter().for_each(|tid| tree.add(*tid));
            }
        }
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
        let mut beginners: Vec<Tid> = Vec::new();
        if !moved && !between.iter().any(|s| s.before(later.base)) && !touched {
            beginners.push(later.tid);
        }
        let others = initials(&between).map(|n| between[n].tid);
        beginners.extend(others.filter(|tid| can(*tid)));
        let tried = node.sleep.tried().map(|(tid, _)| tid);
        if { tried }
            .chain(node.tree.threads())
            .any(|tid| beginners.contains(&tid))
        {
            return;
        }
        let chosen = match beginners.first() {
            Some(tid) => Vec::from([*tid]),
            // It is not known who could begin: everybody is tried.
            None => node.enabled.clone(),
        };
        let tree = &mut self.nodes[n].tree;
        chosen.into_iter().for_each(|tid| tree.add(tid));
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
