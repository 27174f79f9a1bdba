//! Several workers on one search. Threads are the outside's to give: [`Workers`]. Work goes from one to the
//! other through a [`Pool`]: whoever has nothing left to do is given what is untried in a state near the
//! start of somebody else's way, walks there by its choices, and goes on.
//!
//! Rules:
//!   W1  every worker has a world of its own; they share what is remembered of states, and this pool;
//!   W2  a search that comes to its end with nothing to tell has the same result whoever made which
//!       step: what it counts belongs to states, and to steps of states, each counted once;
//!   W3  all else depends on the order: which way to a finding is met first, where a bound cuts. So the first
//!       finding, and the first bound, ends the work of many; one worker then searches alone.
//!
//! Strategies that can be shared out say so (`Strategy::colleague`).

use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use sim_abi::Choice;
use sim_kernel::Enabled;
use spin::Mutex;

/// Who can work at the same time.
pub trait Workers: Sync {
    /// How many, the caller included: at least 1.
    fn count(&self) -> usize;

    /// Calls `mine` here and `others` once for each of 1 to `count() - 1`, at the same time; returns when
    /// all have.
    fn run(&self, mine: &mut dyn FnMut(), others: &(dyn Fn(usize) + Sync));

    /// Called by a worker that waits for work: lets others have the processor for a moment.
    fn rest(&self);
}

/// One worker.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Workers for Alone {
    fn count(&self) -> usize {
        1
    }

    fn run(&self, mine: &mut dyn FnMut(), _: &(dyn Fn(usize) + Sync)) {
        mine();
    }

    fn rest(&self) {}
}

/// What is left to do in a state.
#[derive(Debug)]
pub struct Task<R> {
    /// The choices that lead there.
    pub path: Vec<Choice>,
    /// What can be done there.
    pub enabled: Vec<Enabled>,
    /// Preemptions on the way there.
    pub preemptions: u64,
    /// What of it is not tried, and what the strategy knows of the state.
    pub rest: R,
}

/// Work that waits for somebody.
#[derive(Debug)]
pub struct Pool<R> {
    tasks: Mutex<Vec<Task<R>>>,
    /// Those who have entered, and the first.
    workers: AtomicUsize,
    /// Those of them who wait for work.
    idle: AtomicUsize,
    /// Tasks nobody has taken yet.
    waiting: AtomicUsize,
    stopped: AtomicBool,
    /// It was stopped because one worker is to search alone (W3).
    failed: AtomicBool,
    states: AtomicU64,
    transitions: AtomicU64,
}

impl<R> Default for Pool<R> {
    fn default() -> Self {
        Pool {
            tasks: Mutex::new(Vec::new()),
            workers: AtomicUsize::new(1),
            idle: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            states: AtomicU64::new(0),
            transitions: AtomicU64::new(0),
        }
    }
}

impl<R> Pool<R> {
    /// One more worker. Who has not entered has no work to give; the first, who has it all, need not.
    pub fn enter(&self) {
        self.workers.fetch_add(1, Ordering::SeqCst);
    }

    /// Is somebody without work, for whom none waits?
    pub fn is_hungry(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > self.waiting.load(Ordering::Relaxed)
    }

    /// Work for whoever comes first.
    pub fn give(&self, task: Task<R>) {
        let mut tasks = self.tasks.lock();
        tasks.push(task);
        self.waiting.store(tasks.len(), Ordering::Relaxed);
    }

    /// The next task. `None`: no work is left, and nobody has any who could give some; or the pool has been
    /// stopped. `rest` is called while there is none.
    pub fn take(&self, mut rest: impl FnMut()) -> Option<Task<R>> {
        self.idle.fetch_add(1, Ordering::SeqCst);
        loop {
            if self.is_stopped() {
                return None;
            }
            let mut tasks = self.tasks.lock();
            if let Some(task) = tasks.pop() {
                self.waiting.store(tasks.len(), Ordering::Relaxed);
                self.idle.fetch_sub(1, Ordering::SeqCst);
                return Some(task);
            }
            // Who is not idle may still give; who is idle gives nothing.
            if self.idle.load(Ordering::SeqCst) == self.workers.load(Ordering::SeqCst) {
                return None;
            }
            drop(tasks);
            rest();
        }
    }

    /// Nobody goes on.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Nobody goes on, and the result does not count (W3).
    pub fn fail(&self) {
        self.failed.store(true, Ordering::SeqCst);
        self.stop();
    }

    /// Has somebody stopped it?
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Does the result not count?
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }

    /// A worker has come so much further: states and transitions of all together, so far.
    pub fn add(&self, states: u64, transitions: u64) -> (u64, u64) {
        let all_states = self.states.fetch_add(states, Ordering::Relaxed) + states;
        let all = self.transitions.fetch_add(transitions, Ordering::Relaxed);
        (all_states, all + transitions)
    }
}
