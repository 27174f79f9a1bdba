//! Deadlines: when sleeps, timeouts and devices end. Those of one tick end in the order in which they were
//! set.

use alloc::collections::BTreeMap;

use sim_abi::Tick;

use crate::thread::ThreadKey;
use crate::world::World;

/// The deadlines of all threads; a thread has one at most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    /// When, the how manieth that was set, whose.
    in_order: BTreeMap<(Tick, u64), ThreadKey>,
    /// Each one's key in `in_order`.
    of_thread: BTreeMap<ThreadKey, (Tick, u64)>,
    set: u64,
}

impl Timers {
    /// The thread's deadline is this from now on.
    fn set(&mut self, t: ThreadKey, at: Tick) {
        self.clear(t);
        self.set += 1;
        self.in_order.insert((at, self.set), t);
        self.of_thread.insert(t, (at, self.set));
    }

    /// The thread has none any more.
    fn clear(&mut self, t: ThreadKey) {
        if let Some(key) = self.of_thread.remove(&t) {
            self.in_order.remove(&key);
        }
    }

    /// The next deadline, and whose it is.
    pub(crate) fn first(&self) -> Option<(Tick, ThreadKey)> {
        let (&(at, _), &t) = self.in_order.first_key_value()?;
        Some((at, t))
    }

    /// The thread's deadline.
    pub(crate) fn of(&self, t: ThreadKey) -> Option<Tick> {
        self.of_thread.get(&t).map(|(at, _)| *at)
    }

    /// Threads that have a deadline.
    pub(crate) fn threads(&self) -> impl Iterator<Item = ThreadKey> + '_ {
        self.of_thread.keys().copied()
    }

    /// # Panics
    /// If the two tables do not agree.
    pub(crate) fn check(&self) {
        let threads = self.of_thread.len();
        assert_eq!(self.in_order.len(), threads, "each deadline has a timer");
        for (key, t) in &self.in_order {
            let own = self.of_thread.get(t);
            assert_eq!(own, Some(key), "a timer is of the thread that it names");
        }
    }
}

impl World {
    /// R1: deadlines.
    pub(crate) fn due(&mut self) {
        while let Some((at, t)) = self.clock.timers.first() {
            if at > self.clock.now {
                break;
            }
            self.time_out(t);
        }
    }

    pub(crate) fn set_timer(&mut self, t: ThreadKey, until: Option<Tick>) {
        match until {
            Some(at) => self.clock.timers.set(t, at),
            None => self.clock.timers.clear(t),
        }
    }

    pub(crate) fn clear_timer(&mut self, t: ThreadKey) {
        self.clock.timers.clear(t);
    }
}
