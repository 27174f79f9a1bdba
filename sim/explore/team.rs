//! A search by several workers: who begins, who gives what to whom, and what comes of it (`workers.rs`).

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_kernel::{Config, World};
use spin::Mutex;

use crate::clue::History;
use crate::orders;
use crate::search::{Bounds, Frame, Search, Tally};
use crate::sharing::Sharing;
use crate::strategy::Strategy;
use crate::workers::{Pool, Task, Workers};

/// Between two gifts of a worker are so many steps: who takes one walks there first.
const STEPS_PER_GIFT: u64 = 64;
/// A worker without work looks at the time after waiting so often.
const RESTS_PER_REPORT: u32 = 256;

/// What all workers on a search have in common.
struct Team<'a, S: Strategy> {
    config: &'a Arc<Config>,
    bounds: Bounds,
    shared: S::Shared,
    sharing: Sharing,
    pool: Pool<S::Rest>,
    workers: &'a dyn Workers,
    /// Of those who have come to the end: what they have seen, and learnt of memory.
    done: Mutex<Vec<(Tally, Sharing)>>,
}

impl<S: Strategy> Team<'_, S> {
    /// One worker from its beginning to its end. The first starts where the program does.
    fn work(&self, is_first: bool, report: &mut dyn FnMut(&Tally) -> bool) {
        let strategy = S::join(&self.shared).expect("what is shared can be joined");
        let mut search = Search::new(
            self.config,
            strategy,
            self.sharing.clone(),
            self.bounds,
            report,
        );
        search.pool = Some(&self.pool);
        search.work(is_first, self.workers, &self.pool);
        self.done.lock().push((search.tally, search.sharing));
    }
}

impl<S: Strategy> Search<'_, S> {
    /// Searches until nothing is left or a bound is reached, with as many workers as there are. The result
    /// is the same for any number (W2, W3).
    ///
    /// A search that ends before `head_start` transitions is made by one.
    pub fn run_with(&mut self, workers: &dyn Workers, head_start: u64) {
        if workers.count() > 1 && self.strategy.share().is_some() {
            self.patience = head_start;
            self.run();
            if !self.has_left_off() {
                return;
            }
            self.patience = u64::MAX;
            if self.tally.discoveries.is_empty() && self.run_together(workers) {
                return;
            }
        }
        self.run();
    }

    /// `false`: one worker is to do it (W3).
    fn run_together(&mut self, workers: &dyn Workers) -> bool {
        loop {
            self.strategy.begin();
            self.sharing.grown = false;
            let Some(shared) = self.strategy.share() else {
                return false;
            };
            let team = Team::<S> {
                config: self.config,
                bounds: self.bounds,
                shared,
                sharing: self.sharing.clone(),
                pool: Pool::default(),
                workers,
                done: Mutex::new(Vec::new()),
            };
            let mut mine = || team.work(true, &mut *self.report);
            workers.run(&mut mine, &|_| team.work(false, &mut |_| true));
            let Team { pool, done, .. } = team;
            self.tally = Tally::default();
            for (tally, sharing) in done.into_inner() {
                self.sharing.merge(&sharing);
                self.tally.merge(tally);
            }
            if pool.has_failed() {
                return false;
            }
            if self.tally.cut.is_some() {
                return true;
            }
            if !self.sharing.grown {
                return self.has_nothing_to_tell();
            }
        }
    }

    /// Nothing depends on ways that were met by chance.
    fn has_nothing_to_tell(&self) -> bool {
        let Tally {
            states,
            executions,
            discoveries,
            orders,
            ..
        } = &self.tally;
        *states <= self.bounds.states
            && *executions < self.bounds.executions
            && discoveries.is_empty()
            && orders::rings(orders, &BTreeSet::new()).is_empty()
    }

    /// Works for a pool until nothing is left there.
    fn work(&mut self, is_first: bool, workers: &dyn Workers, pool: &Pool<S::Rest>) {
        if !is_first {
            pool.enter();
        }
        let mut world = self.boot();
        match is_first {
            true => self.after_step(),
            false => self.forget_step(),
        }
        let start = world.save();
        let history = self.watch.history.clone();
        if is_first {
            self.arrive(&mut world);
            self.walk(&mut world);
        }
        let mut rests = 0_u32;
        loop {
            let task = pool.take(|| {
                workers.rest();
                rests += 1;
                if rests.is_multiple_of(RESTS_PER_REPORT) {
                    self.tell();
                }
            });
            let Some(task) = task else {
                return;
            };
            world.restore(&start);
            self.watch.history = history.clone();
            self.take_over(&mut world, task);
            self.walk(&mut world);
        }
    }

    /// Goes where the task is, by what others have seen already.
    fn take_over(&mut self, world: &mut World, task: Task<S::Rest>) {
        let Task {
            path,
            enabled,
            preemptions,
            rest,
        } = task;
        self.frames.clear();
        for choice in &path {
            // Nothing is left in the states on the way.
            self.frames.push(Frame {
                saved: None,
                history: History::default(),
                enabled: Vec::new(),
                preemptions: 0,
            });
            self.step_quietly(world, *choice);
        }
        self.strategy.take_over(path.len(), rest);
        self.path = path;
        self.frames.push(Frame {
            saved: Some(world.save()),
            history: self.watch.history.clone(),
            enabled,
            preemptions,
        });
    }

    /// Gives work away if somebody has none. `false`: all leave off.
    pub(crate) fn shares_out(&mut self) -> bool {
        let Some(pool) = self.pool else {
            return true;
        };
        if pool.is_stopped() {
            return false;
        }
        if pool.is_hungry() && self.steps >= self.next_gift {
            self.next_gift = self.steps + STEPS_PER_GIFT;
            self.give(pool);
        }
        true
    }

    /// Gives away what is left in the state nearest to the start.
    fn give(&mut self, pool: &Pool<S::Rest>) {
        let before_last = self.frames.len().saturating_sub(1);
        for (depth, frame) in self.frames[..before_last].iter().enumerate() {
            if frame.enabled.len() < 2 {
                continue;
            }
            if let Some(rest) = self.strategy.divide(depth, &frame.enabled) {
                return pool.give(Task {
                    path: self.path[..depth].to_vec(),
                    enabled: frame.enabled.clone(),
                    preemptions: frame.preemptions,
                    rest,
                });
            }
        }
    }
}
