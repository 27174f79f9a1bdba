//! Round-robin: one queue for all cores, first come, first served, a quantum each.
//!
//! Rules, each with a test:
//!   R1  who becomes ready goes to the end of the queue
//!   R2  a free core takes the first in the queue that may run there
//!   R3  whoever has used up its quantum goes to the end, if others wait (`clock.rs` asks)

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use sim_abi::CoreId;

use crate::sched::{Affinities, Policy, allowed};
use crate::thread::ThreadKey;

/// The queue.
#[derive(Clone, Debug, Default)]
pub struct RoundRobin {
    queue: VecDeque<ThreadKey>,
}

impl Policy for RoundRobin {
    fn ready(&mut self, thread: ThreadKey) {
        self.queue.push_back(thread);
    }

    fn next(&mut self, core: CoreId, affinities: &Affinities) -> Option<ThreadKey> {
        if affinities.is_empty() {
            return self.queue.pop_front();
        }
        let at = self
            .queue
            .iter()
            .position(|t| allowed(*t, core, affinities))?;
        self.queue.remove(at)
    }

    fn waits_for(&self, core: CoreId, affinities: &Affinities) -> bool {
        self.queue.iter().any(|t| allowed(*t, core, affinities))
    }

    fn remove(&mut self, thread: ThreadKey) {
        self.queue.retain(|t| *t != thread);
    }

    fn threads(&self) -> Box<dyn Iterator<Item = ThreadKey> + '_> {
        Box::new(self.queue.iter().copied())
    }

    fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    fn copy(&self) -> Box<dyn Policy> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotmap::SlotMap;

    fn threads() -> [ThreadKey; 3] {
        let mut map = SlotMap::<ThreadKey, ()>::with_key();
        core::array::from_fn(|_| map.insert(()))
    }

    /// R1, R2: a, b, c come in this order, and leave in this order.
    #[test]
    fn first_come_first_served() {
        let [a, b, c] = threads();
        let mut policy = RoundRobin::default();
        [a, b, c].into_iter().for_each(|t| policy.ready(t));
        let free = Affinities::new();
        let order = [(); 3].map(|()| policy.next(CoreId(0), &free));
        assert_eq!(order, [Some(a), Some(b), Some(c)]);
    }

    /// R2: a may only run on core 1, so core 0 takes b; core 1 then takes a.
    #[test]
    fn affinity_is_kept() {
        let [a, b, _] = threads();
        let mut policy = RoundRobin::default();
        [a, b].into_iter().for_each(|t| policy.ready(t));
        let tied = Affinities::from([(a, [1].as_slice().into())]);
        assert_eq!(policy.next(CoreId(0), &tied), Some(b));
        assert_eq!(policy.next(CoreId(0), &tied), None);
        assert_eq!(policy.next(CoreId(1), &tied), Some(a));
    }
}
