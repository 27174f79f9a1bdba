//! Scheduling policies: who gets a core next. Mechanism (cores, time slices, switches) is in `clock.rs`;
//! a policy is one file here and one line in [`policy`].

pub mod round_robin;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use sim_abi::CoreId;

use crate::config::PolicyKind;
use crate::thread::ThreadKey;

/// Which cores a thread may run on: threads that are not in it may run on all.
pub type Affinities = BTreeMap<ThreadKey, Arc<[u16]>>;

/// Decides who gets a core. Holds ready threads, each once, and nothing else.
pub trait Policy: core::fmt::Debug + Send + Sync {
    /// A thread is ready: new, woken or preempted.
    fn ready(&mut self, thread: ThreadKey);
    /// Takes out the thread that gets this core now.
    fn next(&mut self, core: CoreId, affinities: &Affinities) -> Option<ThreadKey>;
    /// Would `next` give one?
    fn waits_for(&self, core: CoreId, affinities: &Affinities) -> bool;
    /// A ready thread has ended.
    fn remove(&mut self, thread: ThreadKey);
    /// Whom it holds, in any order.
    fn threads(&self) -> Box<dyn Iterator<Item = ThreadKey> + '_>;
    /// Holds nobody?
    fn is_empty(&self) -> bool;
    /// A copy, for a copy of the world.
    fn copy(&self) -> Box<dyn Policy>;
}

impl Clone for Box<dyn Policy> {
    fn clone(&self) -> Self {
        self.copy()
    }
}

/// The policy of this kind.
pub fn policy(kind: PolicyKind) -> Box<dyn Policy> {
    match kind {
        PolicyKind::RoundRobin => Box::new(round_robin::RoundRobin::default()),
    }
}

/// May the thread run there?
pub fn allowed(thread: ThreadKey, core: CoreId, affinities: &Affinities) -> bool {
    affinities
        .get(&thread)
        .is_none_or(|cores| cores.contains(&core.0))
}
