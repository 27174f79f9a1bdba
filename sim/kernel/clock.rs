//! The clock: time, cores, dispatching. The chooser of `sim run`.
//!
//! Cores advance in lockstep: in one tick each busy core executes one instruction, the lower core first.
//! While only one core is busy it runs many ticks at once; the result is the same. Within a tick:
//!
//!   R1  first what is due: devices, sleeps and timeouts that end, then processes that arrive, in the
//!       order of the scenario
//!   R2  then bursts that are over, and threads whose time slice is over while others wait: these go to
//!       the end of the queue behind R1's
//!   R3  then free cores take the next ready threads, the lowest core first
//!   R4  then every busy core executes
//!
//! A core that changes its thread pays the switch before the thread's first instruction; going on with
//! the thread it ran last is no switch. What a system call costs is paid after it. Paying is `overhead`
//! of the core; the thread is then as good as ready. Idle time is skipped, not stepped.
//!
//! Not here: R4 itself, for one core (`hart`) and for several (`lockstep`); deadlines (`timers`).

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use sim_abi::event::Switch;
use sim_abi::{CoreId, EventKind, Tick};

use crate::config::Config;
use crate::cores::{Core, CoreSet};
use crate::effort::EFFORT_OF_A_SWITCH;
use crate::observer::Observer;
use crate::sched::{Affinities, Policy, policy};
use crate::thread::{State, ThreadBody, ThreadKey};
use crate::timers::Timers;
use crate::world::{Halt, World};

/// Time and cores.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The tick in progress, or the next one.
    pub now: Tick,
    /// The border of ticks at which what happens now takes effect: `now` before a tick's execution,
    /// `now + 1` during it.
    pub moment: Tick,
    /// Which core executes at the moment, for events.
    pub executing: Option<CoreId>,
    /// The cores, by number.
    pub cores: Vec<Core>,
    /// Cores that run a thread.
    pub(crate) busy: CoreSet,
    /// Those of them that execute at present; kept for its room only.
    runs: Vec<(u16, ThreadKey)>,
    /// Deadlines.
    pub(crate) timers: Timers,
    /// Processes of the scenario that have not arrived: when, index.
    arrivals: BTreeSet<(Tick, usize)>,
    /// Who gets a core next.
    pub policy: Box<dyn Policy>,
    /// Threads that may not run everywhere.
    pub affinities: Affinities,
    /// Instructions executed by all.
    pub instructions: u64,
    /// What the kernel did for programs, measured in instructions: bytes copied, pages unmapped.
    pub effort: u64,
    /// Bytes of files, file names and outcomes that programs have made, also of those that have gone.
    pub stored: u64,
    /// Switches to another thread of the same process, and of another.
    pub switches: (u64, u64),
}

impl Clock {
    /// At tick 0, with nothing on any core.
    pub fn new(config: &Config) -> Clock {
        let arrivals = config
            .processes
            .iter()
            .enumerate()
            .map(|(n, p)| (p.arrive, n))
            .collect();
        Clock {
            now: Tick(0),
            moment: Tick(0),
            executing: None,
            cores: vec![Core::default(); usize::from(config.cores.max(1))],
            busy: CoreSet::default(),
            runs: Vec::new(),
            timers: Timers::default(),
            arrivals,
            policy: policy(config.policy),
            affinities: Affinities::new(),
            instructions: 0,
            effort: 0,
            stored: 0,
            switches: (0, 0),
        }
    }
}

impl World {
    /// Time moves on, up to `until` at most, or to just after the next thing the kernel did. `Some`: the
    /// world stands still; it will not move any more.
    pub fn tick<O: Observer>(&mut self, observer: &mut O, until: Tick) -> Option<Halt> {
        self.clock.moment = self.clock.now;
        self.clock.executing = None;
        self.check_in_debug();
        if let Some(limit) = self.limit_reached() {
            return Some(Halt::Limit(limit));
        }
        self.due();
        self.arrive();
        self.flush(observer);
        self.slices_over();
        self.flush(observer);
        if self.finished() {
            return Some(Halt::Done);
        }
        self.dispatch(observer);
        self.flush(observer);
        if self.clock.busy.is_empty() {
            return self.skip_idle(until);
        }
        self.execute(observer, until);
        None
    }

    /// All processes that are no daemons have ended, and none is to come.
    fn finished(&self) -> bool {
        self.clock.arrivals.is_empty()
            && !self
                .processes
                .values()
                .any(|p| !p.daemon && p.status.is_none())
    }

    /// R1: arrivals.
    fn arrive(&mut self) {
        while let Some((at, index)) = self.clock.arrivals.first().copied() {
            if at > self.clock.now {
                break;
            }
            self.clock.arrivals.pop_first();
            self.spawn(index);
        }
    }

    /// R2: bursts and time slices that are over at this tick.
    fn slices_over(&mut self) {
        let mut next = 0;
        while let Some(number) = self.clock.busy.next(next) {
            next = number + 1;
            let core = &self.clock.cores[usize::from(number)];
            let Some(t) = core.thread else { continue };
            if core.free_at > self.clock.now {
                continue;
            }
            self.clock.executing = Some(CoreId(number));
            let over = core.slice_end.is_some_and(|end| end <= self.clock.now);
            let yields = core.yields;
            if self.burst_over(t) {
                continue;
            }
            if yields || over {
                self.clock.cores[usize::from(number)].yields = false;
                let clock = &self.clock;
                if clock.policy.waits_for(CoreId(number), &clock.affinities) {
                    if !yields {
                        self.threads[t].account.preemptions += 1;
                        self.tell(t, EventKind::Preempted);
                    }
                    self.leave_core(t);
                    self.make_ready(t);
                } else {
                    // Nobody else wants the core: another slice, no switch.
                    self.clock.cores[usize::from(number)].slice_end = None;
                }
            }
        }
        self.clock.executing = None;
    }

    /// R3: free cores take ready threads.
    fn dispatch<O: Observer>(&mut self, observer: &mut O) {
        if self.clock.policy.is_empty() {
            return;
        }
        for number in 0..self.clock.cores.len() as u16 {
            let core = &self.clock.cores[usize::from(number)];
            if core.thread.is_some() || core.free_at > self.clock.now {
                continue;
            }
            let next = self
                .clock
                .policy
                .next(CoreId(number), &self.clock.affinities);
            if let Some(t) = next {
                self.run_on(t, CoreId(number), observer);
            }
            if self.clock.policy.is_empty() {
                break;
            }
        }
        self.clock.executing = None;
    }

    fn run_on<O: Observer>(&mut self, t: ThreadKey, id: CoreId, observer: &mut O) {
        let now = self.clock.now;
        let (tid, pid) = (self.threads[t].tid, self.threads[t].pid);
        let core = &mut self.clock.cores[usize::from(id.0)];
        let previous = core.last.filter(|(last, _)| *last != tid);
        let switch = match previous {
            None => Switch::Free,
            Some((_, last)) if last == pid => Switch::Thread,
            Some(_) => Switch::Process,
        };
        let price = match switch {
            Switch::Free => 0,
            Switch::Thread => self.config.cost.thread_switch,
            Switch::Process => self.config.cost.process_switch,
        };
        core.thread = Some(t);
        core.last = Some((tid, pid));
        core.slice_end = None;
        core.yields = false;
        core.free_at = later(now, price);
        core.record.overhead = core.record.overhead.saturating_add(price);
        self.clock.busy.insert(id.0);
        match switch {
            Switch::Free => {}
            Switch::Thread => self.clock.switches.0 += 1,
            Switch::Process => self.clock.switches.1 += 1,
        }
        if price > 0 {
            observer.span(id, now, later(now, price), tid, true);
        }
        self.clock.effort += EFFORT_OF_A_SWITCH;
        self.threads[t].state = State::Running(id);
        self.clock.executing = Some(id);
        let previous = previous.map(|(last, _)| last);
        self.tell(t, EventKind::Dispatched { switch, previous });
        if !self.threads[t].started {
            self.threads[t].started = true;
            self.threads[t].account.first_run = Some(later(now, price));
            self.tell(t, EventKind::Starts);
        }
    }

    /// Nothing runs: to the next deadline, arrival or core that is done paying.
    fn skip_idle(&mut self, until: Tick) -> Option<Halt> {
        let timer = self.clock.timers.first().map(|(at, _)| at);
        let arrival = self.clock.arrivals.first().map(|(at, _)| *at);
        // A core still paying can take a ready thread when it is done.
        let waiting = !self.clock.policy.is_empty();
        let paying = self
            .clock
            .cores
            .iter()
            .map(|c| c.free_at)
            .filter(|at| *at > self.clock.now);
        let paying = paying.min().filter(|_| waiting);
        match [timer, arrival, paying].into_iter().flatten().min() {
            Some(next) => {
                self.clock.now = next.min(until).min(Tick(self.config.limits.ticks));
                None
            }
            None => Some(Halt::Stuck),
        }
    }

    /// R4, for as many ticks as nothing else can happen in.
    fn execute<O: Observer>(&mut self, observer: &mut O, until: Tick) {
        let now = self.clock.now;
        let mut horizon = until
            .min(Tick(self.config.limits.ticks))
            .max(Tick(now.0 + 1));
        let mut limit = |at: Tick| {
            if at > now {
                horizon = horizon.min(at);
            }
        };
        if let Some((at, _)) = self.clock.timers.first() {
            limit(at);
        }
        if let Some((at, _)) = self.clock.arrivals.first() {
            limit(*at);
        }
        let mut runs = core::mem::take(&mut self.clock.runs);
        runs.clear();
        if !self.clock.policy.is_empty() {
            let free = self.clock.cores.iter().filter(|c| c.thread.is_none());
            free.for_each(|core| limit(core.free_at));
        }
        // While nobody waits the ends of time slices change nothing: see `renew_slices`.
        let bounded = !self.clock.policy.is_empty() || self.config.jitter > 0;
        let mut next = 0;
        while let Some(number) = self.clock.busy.next(next) {
            next = number + 1;
            let core = &mut self.clock.cores[usize::from(number)];
            let t = core.thread.expect("a busy core runs a thread");
            if core.free_at > now {
                limit(core.free_at);
                continue;
            }
            runs.push((number, t));
            let end = match core.slice_end {
                Some(end) => end,
                None => {
                    let quantum = self.quantum();
                    let end = later(now, quantum);
                    self.clock.cores[usize::from(number)].slice_end = Some(end);
                    end
                }
            };
            if bounded {
                limit(end);
            }
            if let ThreadBody::Bursts { left, .. } = self.threads[t].body {
                limit(later(now, left.max(1)));
            }
        }
        let left = self
            .config
            .limits
            .instructions
            .saturating_sub(self.clock.work());
        let ticks = horizon.0 - now.0;
        // Synthetic processes execute no instructions.
        let ticks = match runs.iter().all(|(_, t)| self.is_synthetic(*t)) {
            true => ticks,
            false => ticks.min(left.max(1)),
        };
        match runs.as_slice() {
            [] => self.clock.now = horizon,
            [(number, t)] => self.run_alone(observer, *number, *t, ticks),
            all if all.iter().all(|(_, t)| self.is_synthetic(*t)) => {
                // Nobody can touch what is another's: all at once.
                for (number, t) in all {
                    self.compute(*t, ticks);
                    self.spent(observer, *number, now, ticks);
                }
                self.clock.now = later(now, ticks);
            }
            _ => self.run_lockstep(observer, &runs, ticks),
        }
        if !bounded {
            self.renew_slices(&runs);
        }
        self.clock.runs = runs;
    }

    /// Time slices that were over while nobody waited were followed by others of the same thread.
    fn renew_slices(&mut self, runs: &[(u16, ThreadKey)]) {
        let (now, quantum) = (self.clock.now.0, self.config.quantum.max(1));
        for (number, _) in runs {
            if let Some(end) = &mut self.clock.cores[usize::from(*number)].slice_end
                && end.0 < now
            {
                let more = (now - end.0).div_ceil(quantum);
                *end = later(*end, quantum.saturating_mul(more));
            }
        }
    }

    fn quantum(&mut self) -> u64 {
        let jitter = self
            .config
            .jitter
            .min(self.config.quantum.saturating_sub(1));
        match jitter {
            0 => self.config.quantum,
            _ => {
                let spread = jitter.saturating_mul(2).saturating_add(1);
                (self.config.quantum - jitter).saturating_add(self.random_below(spread))
            }
        }
    }

    /// The thread can run: it stands in the policy's queue.
    pub(crate) fn make_ready(&mut self, t: ThreadKey) {
        let moment = self.clock.moment;
        let thread = &mut self.threads[t];
        if let State::Blocked(blocked) = thread.state {
            thread.account.blocked += moment.0.saturating_sub(blocked.since.0);
        }
        thread.state = State::Ready;
        self.unsettled.note(t);
        let affinity = &self.processes[thread.process].affinity;
        if !affinity.is_empty() {
            self.clock.affinities.insert(t, affinity.clone());
        }
        if self.mode == crate::world::Mode::Clock {
            self.clock.policy.ready(t);
        }
    }

    /// The thread leaves its core, if it has one.
    pub(crate) fn leave_core(&mut self, t: ThreadKey) {
        if let State::Running(id) = self.threads[t].state {
            self.threads[t].account.switches += 1;
            let core = &mut self.clock.cores[usize::from(id.0)];
            core.thread = None;
            core.slice_end = None;
            core.yields = false;
            self.clock.busy.remove(id.0);
        }
    }

    /// The thread has ended: no core and no policy knows it any more.
    pub(crate) fn retire(&mut self, t: ThreadKey) {
        match self.threads[t].state {
            State::Running(_) => self.leave_core(t),
            State::Ready => self.clock.policy.remove(t),
            State::Blocked(_) | State::Ended => {}
        }
        self.clock.affinities.remove(&t);
    }

    pub(crate) fn affinities(&self) -> Affinities {
        self.clock.affinities.clone()
    }

    /// Switches to another thread of the same process, and of another process.
    pub fn switches(&self) -> (u64, u64) {
        self.clock.switches
    }

    /// Instructions executed by all.
    pub fn instructions(&self) -> u64 {
        self.clock.instructions
    }
}

/// So many ticks later; the end of time is the latest.
pub(crate) fn later(from: Tick, ticks: u64) -> Tick {
    Tick(from.0.saturating_add(ticks))
}
