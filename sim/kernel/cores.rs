//! Cores: what each runs, what it pays for the kernel's work, and where its time went.

use alloc::vec::Vec;

use sim_abi::record::CoreRecord;
use sim_abi::{CoreId, Pid, Tick, Tid};

use crate::clock::later;
use crate::observer::Observer;
use crate::thread::ThreadKey;
use crate::world::World;

/// A core.
#[derive(Clone, Debug, Default)]
pub struct Core {
    /// What it runs.
    pub thread: Option<ThreadKey>,
    /// Works for the kernel until then.
    pub(crate) free_at: Tick,
    /// The thread's time slice is over then.
    pub(crate) slice_end: Option<Tick>,
    /// What it ran last, and of which process.
    pub(crate) last: Option<(Tid, Pid)>,
    /// Its thread gives it away at the end of this tick.
    pub yields: bool,
    pub(crate) record: CoreRecord,
}

/// A set of cores, one bit each: in every tick somebody asks who is in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct CoreSet {
    words: Vec<u64>,
}

impl CoreSet {
    const BITS: u16 = 64;

    pub(crate) fn insert(&mut self, core: u16) {
        let word = usize::from(core / Self::BITS);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (core % Self::BITS);
    }

    pub(crate) fn remove(&mut self, core: u16) {
        if let Some(word) = self.words.get_mut(usize::from(core / Self::BITS)) {
            *word &= !(1 << (core % Self::BITS));
        }
    }

    pub(crate) fn contains(&self, core: u16) -> bool {
        self.next(core) == Some(core)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The first of its cores from this one on.
    pub(crate) fn next(&self, from: u16) -> Option<u16> {
        let mut index = usize::from(from / Self::BITS);
        let mut mask = u64::MAX << (from % Self::BITS);
        while let Some(word) = self.words.get(index) {
            let left = word & mask;
            if left != 0 {
                return Some(index as u16 * Self::BITS + left.trailing_zeros() as u16);
            }
            mask = u64::MAX;
            index += 1;
        }
        None
    }

    /// Its cores, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        core::iter::successors(self.next(0), |core| self.next(core.checked_add(1)?))
    }
}

impl World {
    /// The core will have to pay for this.
    pub(crate) fn charge(&mut self, ticks: u64) {
        self.charge = self.charge.saturating_add(ticks);
    }

    /// The core pays from `from` on what the kernel's work has cost.
    pub(crate) fn pay<O: Observer>(&mut self, observer: &mut O, number: u16, from: Tick) {
        let charge = core::mem::take(&mut self.charge);
        let core = &mut self.clock.cores[usize::from(number)];
        if charge > 0 {
            core.free_at = later(from, charge);
            core.record.overhead = core.record.overhead.saturating_add(charge);
            if let Some((tid, _)) = core.last {
                observer.span(CoreId(number), from, later(from, charge), tid, true);
            }
        }
    }

    /// The core was busy with its thread, which may have ended and gone by now.
    pub(crate) fn spent<O: Observer>(
        &mut self,
        observer: &mut O,
        number: u16,
        from: Tick,
        ticks: u64,
    ) {
        let core = &mut self.clock.cores[usize::from(number)];
        let Some((tid, _)) = core.last.filter(|_| ticks > 0) else {
            return;
        };
        core.record.busy += ticks;
        observer.span(CoreId(number), from, Tick(from.0 + ticks), tid, false);
    }

    /// Accounts of the cores, by number.
    pub fn core_records(&self) -> Vec<CoreRecord> {
        let end = self.clock.now.0;
        let account = |core: &Core| {
            // What would still have to be paid after the end was not.
            let unpaid = core.free_at.0.saturating_sub(end);
            let overhead = core.record.overhead.saturating_sub(unpaid);
            let idle = end.saturating_sub(core.record.busy + overhead);
            CoreRecord {
                overhead,
                idle,
                ..core.record
            }
        };
        self.clock.cores.iter().map(account).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    /// As a sorted set has them, across the borders of words.
    #[test]
    fn a_set_of_cores() {
        let (mut bits, mut set) = (CoreSet::default(), BTreeSet::new());
        for core in [0, 63, 64, 65, 999, 3, 64, 128] {
            bits.insert(core);
            set.insert(core);
        }
        for core in [64, 65, 5, 500, 2000] {
            bits.remove(core);
            set.remove(&core);
        }
        for first in 0..1100 {
            assert_eq!(bits.next(first), set.range(first..).next().copied());
            assert_eq!(bits.contains(first), set.contains(&first));
        }
        assert!(bits.iter().eq(set.iter().copied()));
        assert!(!bits.is_empty());
        set.iter().for_each(|core| bits.remove(*core));
        assert!(bits.is_empty());
    }
}
