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
//! Not here: R4 for several busy cores (`lockstep`).

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

use sim_abi::event::{ExitStatus, Fault, Switch};
use sim_abi::record::{CoreRecord, ProcessRecord, ThreadRecord};
use sim_abi::{CoreId, EventKind, Tick, Tid};
use sim_machine::Stop;

use crate::config::Config;
use crate::observer::Observer;
use crate::sched::{Affinities, Policy, policy};
use crate::signals::Death;
use crate::thread::{State, ThreadBody, ThreadKey};
use crate::wait::Wait;
use crate::watch::KernelWatch;
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
    pub(crate) busy: BTreeSet<u16>,
    /// Those of them that execute at present; kept for its room only.
    runs: Vec<(u16, ThreadKey)>,
    /// Deadlines: when, in which order they were set, whose.
    pub(crate) timers: BTreeMap<(Tick, u64), ThreadKey>,
    /// The deadline of each thread that has one.
    pub(crate) deadlines: BTreeMap<ThreadKey, (Tick, u64)>,
    timers_set: u64,
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

/// A core.
#[derive(Clone, Debug, Default)]
pub struct Core {
    /// What it runs.
    pub thread: Option<ThreadKey>,
    /// Works for the kernel until then.
    free_at: Tick,
    /// The thread's time slice is over then.
    slice_end: Option<Tick>,
    /// What it ran last, and of which process.
    last: Option<(Tid, sim_abi::Pid)>,
    /// Its thread gives it away at the end of this tick.
    pub yields: bool,
    record: CoreRecord,
}

/// What a system call counts for the limit of instructions besides its own: about what it costs to
/// simulate.
const EFFORT_OF_A_CALL: u64 = 100;
/// The same for giving a core to a thread: without it, synthetic processes could switch for ever.
const EFFORT_OF_A_SWITCH: u64 = 10;
/// The same for the end of a wait.
const EFFORT_OF_A_WAKEUP: u64 = 50;
/// The same for starting a handler, with all that its return does.
const EFFORT_OF_A_SIGNAL: u64 = 200;
/// The same for a new process or a new program, besides its pages.
const EFFORT_OF_A_PROCESS: u64 = 20_000;

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
            busy: BTreeSet::new(),
            runs: Vec::new(),
            timers: BTreeMap::new(),
            deadlines: BTreeMap::new(),
            timers_set: 0,
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

impl Clock {
    /// What the limit of instructions is about: a program must not keep the kernel busy for ever either.
    fn work(&self) -> u64 {
        self.instructions.saturating_add(self.effort)
    }
}

impl World {
    /// The core will have to pay for this.
    pub(crate) fn charge(&mut self, ticks: u64) {
        self.charge = self.charge.saturating_add(ticks);
    }

    /// A program gives the kernel so many bytes to keep; nobody's memory is endless.
    pub(crate) fn store(&mut self, bytes: usize) {
        const STORED_MAX: u64 = 1 << 30;
        self.clock.stored = self.clock.stored.saturating_add(bytes as u64);
        if self.clock.stored > STORED_MAX {
            self.limit = Some("bytes of files");
        }
    }

    /// The kernel works on so many bytes for a program.
    pub(crate) fn effort(&mut self, bytes: u32) {
        const BYTES_PER_INSTRUCTION: u64 = 16;
        self.clock.effort += u64::from(bytes) / BYTES_PER_INSTRUCTION;
    }

    /// The kernel ends a wait.
    pub(crate) fn effort_of_wakeup(&mut self) {
        self.clock.effort += EFFORT_OF_A_WAKEUP;
    }

    /// The kernel has a program handle a signal.
    pub(crate) fn effort_of_signal(&mut self) {
        self.clock.effort += EFFORT_OF_A_SIGNAL;
    }

    /// The kernel makes a process, or gives one another program.
    pub(crate) fn effort_of_process(&mut self) {
        self.clock.effort += EFFORT_OF_A_PROCESS;
    }

    /// The kernel looks through so many entries of a table for a program.
    pub(crate) fn effort_of_search(&mut self, entries: usize) {
        self.clock.effort += entries as u64;
    }

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

    fn limit_reached(&self) -> Option<&'static str> {
        let limits = &self.config.limits;
        match self.limit {
            Some(limit) => Some(limit),
            None if self.clock.work() >= limits.instructions => Some("instructions"),
            None if self.clock.now.0 >= limits.ticks => Some("ticks"),
            None => None,
        }
    }

    /// All processes that are no daemons have ended, and none is to come.
    fn finished(&self) -> bool {
        self.clock.arrivals.is_empty()
            && !self
                .processes
                .values()
                .any(|p| !p.daemon && p.status.is_none())
    }

    /// R1: deadlines.
    fn due(&mut self) {
        while let Some(((at, _), t)) = self.clock.timers.first_key_value().map(|(k, t)| (*k, *t)) {
            if at > self.clock.now {
                break;
            }
            self.time_out(t);
        }
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
        while let Some(number) = self.clock.busy.range(next..).next().copied() {
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
            let others = self
                .clock
                .policy
                .waits_for(CoreId(number), &self.clock.affinities);
            if yields || over {
                self.clock.cores[usize::from(number)].yields = false;
                if others {
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

    /// A synthetic process has computed its burst: the device is next, or the end.
    fn burst_over(&mut self, t: ThreadKey) -> bool {
        let ThreadBody::Bursts { index, left: 0 } = self.threads[t].body else {
            return false;
        };
        let bursts = self.processes[self.threads[t].process].bursts.clone();
        match bursts.get(index + 1) {
            None => {
                let ended = self.process_exit(t, ExitStatus::Exited(0));
                debug_assert!(ended.is_ok(), "a synthetic process cannot fault");
            }
            Some(device) => {
                let left = bursts.get(index + 2).copied().unwrap_or(0);
                self.threads[t].body = ThreadBody::Bursts {
                    index: index + 2,
                    left,
                };
                self.block(t, Wait::Device, Some(later(self.clock.now, *device)));
            }
        }
        true
    }

    /// The device of a synthetic process is done: it computes again, or that was its last burst.
    pub(crate) fn device_done(&mut self, t: ThreadKey) {
        match self.threads[t].body {
            ThreadBody::Bursts { left: 0, .. } => {
                let ended = self.process_exit(t, ExitStatus::Exited(0));
                debug_assert!(ended.is_ok(), "a synthetic process cannot fault");
            }
            ThreadBody::Bursts { .. } | ThreadBody::Program => self.make_ready(t),
        }
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
        let timer = self.clock.timers.first_key_value().map(|((at, _), _)| *at);
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
        if let Some(((at, _), _)) = self.clock.timers.first_key_value() {
            limit(*at);
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
        while let Some(number) = self.clock.busy.range(next..).next().copied() {
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

    fn is_synthetic(&self, t: ThreadKey) -> bool {
        matches!(self.threads[t].body, ThreadBody::Bursts { .. })
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

    /// One core is busy: it runs until something happens, or for `ticks`.
    fn run_alone<O: Observer>(&mut self, observer: &mut O, number: u16, t: ThreadKey, ticks: u64) {
        let from = self.clock.now;
        if matches!(self.threads[t].body, ThreadBody::Bursts { .. }) {
            self.compute(t, ticks);
            self.spent(observer, number, from, ticks);
            self.clock.now = Tick(from.0 + ticks);
            return;
        }
        let mut done = 0;
        while done < ticks {
            let budget = if O::INSTRUCTIONS || O::SETTLES {
                1
            } else {
                ticks - done
            };
            self.clock.now = Tick(from.0 + done);
            let (executed, stop) = self.run_hart(observer, number, t, budget);
            done += executed;
            if let Some(stop) = stop {
                self.clock.now = Tick(from.0 + done);
                // The instruction that asked the kernel takes a tick itself; a page fault does not: its
                // instruction comes again.
                let took = self.serve(observer, number, t, stop);
                done += took;
                self.clock.now = Tick(from.0 + done);
                self.spent(observer, number, from, done);
                self.pay(observer, number, self.clock.now);
                return;
            }
        }
        self.spent(observer, number, from, done);
        self.clock.now = Tick(from.0 + done);
    }

    /// Runs a thread's instructions on a core; how many, and what stopped it.
    pub(crate) fn run_hart<O: Observer>(
        &mut self,
        observer: &mut O,
        number: u16,
        t: ThreadKey,
        budget: u64,
    ) -> (u64, Option<Interrupt>) {
        self.clock.executing = Some(CoreId(number));
        self.clock.moment = Tick(self.clock.now.0 + 1);
        if self.threads[t].pending_signals != 0
            && let Err(death) = self.deliver_signal(t)
        {
            return (0, Some(Interrupt::Death(death)));
        }
        let thread = &mut self.threads[t];
        let process = &self.processes[thread.process];
        let space = process.space.id;
        let mut watch = KernelWatch::new(observer, &self.clock, thread, process);
        let (executed, stop) = sim_machine::run(
            &mut thread.registers,
            &mut self.memory,
            space,
            budget,
            &mut watch,
        );
        thread.account.running += executed;
        thread.account.instructions += executed;
        self.clock.instructions += executed;
        if O::SETTLES || O::INSTRUCTIONS {
            observer.settled(self);
        }
        match stop {
            Stop::Budget => (executed, None),
            stop => (executed, Some(Interrupt::Stop(stop))),
        }
    }

    /// The kernel does what a thread stopped for; how many ticks the instruction took.
    pub(crate) fn serve<O: Observer>(
        &mut self,
        observer: &mut O,
        number: u16,
        t: ThreadKey,
        interrupt: Interrupt,
    ) -> u64 {
        self.clock.executing = Some(CoreId(number));
        self.clock.moment = Tick(self.clock.now.0 + 1);
        self.charge = 0;
        let stop = match interrupt {
            Interrupt::Stop(stop) => stop,
            Interrupt::Death(death) => {
                self.threads[t].account.running += 1;
                self.die(t, death);
                self.flush(observer);
                return 1;
            }
        };
        let took = match stop {
            Stop::Miss(miss) => match self.page_fault(t, miss) {
                Ok(()) => 0,
                Err(fault) => {
                    self.fault(t, fault);
                    1
                }
            },
            Stop::Ecall => {
                let thread = &mut self.threads[t];
                thread.account.running += 1;
                thread.account.instructions += 1;
                self.clock.instructions += 1;
                self.clock.effort += EFFORT_OF_A_CALL;
                self.system_call(t, None);
                1
            }
            Stop::Ebreak => self.dies(t, Fault::Breakpoint),
            Stop::Fault(fault) => self.dies(t, machine_fault(fault)),
            Stop::Budget | Stop::Held => unreachable!("not a stop of a run without holds"),
        };
        self.flush(observer);
        took
    }

    fn dies(&mut self, t: ThreadKey, fault: Fault) -> u64 {
        self.threads[t].account.running += 1;
        self.fault(t, fault);
        1
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

    /// A synthetic process computes.
    pub(crate) fn compute(&mut self, t: ThreadKey, ticks: u64) {
        let thread = &mut self.threads[t];
        if let ThreadBody::Bursts { left, .. } = &mut thread.body {
            *left = left.saturating_sub(ticks);
        }
        thread.account.running += ticks;
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

    /// The thread can run: it stands in the policy's queue.
    pub(crate) fn make_ready(&mut self, t: ThreadKey) {
        let moment = self.clock.moment;
        let thread = &mut self.threads[t];
        if let State::Blocked(blocked) = thread.state {
            thread.account.blocked += moment.0.saturating_sub(blocked.since.0);
        }
        thread.state = State::Ready;
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
            self.clock.busy.remove(&id.0);
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

    pub(crate) fn set_timer(&mut self, t: ThreadKey, until: Option<Tick>) {
        self.clear_timer(t);
        if let Some(at) = until {
            self.clock.timers_set += 1;
            let key = (at, self.clock.timers_set);
            self.clock.timers.insert(key, t);
            self.clock.deadlines.insert(t, key);
        }
    }

    pub(crate) fn clear_timer(&mut self, t: ThreadKey) {
        if let Some(key) = self.clock.deadlines.remove(&t) {
            self.clock.timers.remove(&key);
        }
    }

    /// Accounts of all threads, ended ones too, by tid.
    pub fn thread_records(&self) -> Vec<ThreadRecord> {
        let alive = self.threads.iter().filter(|(_, t)| t.state != State::Ended);
        let mut records = self.thread_records.clone();
        records.extend(alive.map(|(t, _)| self.thread_record(t)));
        records.sort_by_key(|r| r.tid);
        records
    }

    /// Accounts of all processes, ended ones too, by pid.
    pub fn process_records(&self) -> Vec<ProcessRecord> {
        let alive = self.processes.iter().filter(|(_, p)| p.status.is_none());
        let mut records = self.process_records.clone();
        records.extend(alive.map(|(p, _)| self.process_record(p)));
        records.sort_by_key(|r| r.pid);
        records
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

    /// Switches to another thread of the same process, and of another process.
    pub fn switches(&self) -> (u64, u64) {
        self.clock.switches
    }

    /// Instructions executed by all.
    pub fn instructions(&self) -> u64 {
        self.clock.instructions
    }
}

/// Why a thread's instructions stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Interrupt {
    /// The machine wants the kernel.
    Stop(Stop),
    /// A signal kills the process.
    Death(Death),
}

/// So many ticks later; the end of time is the latest.
pub(crate) fn later(from: Tick, ticks: u64) -> Tick {
    Tick(from.0.saturating_add(ticks))
}

pub(crate) fn machine_fault(fault: sim_machine::Fault) -> Fault {
    match fault {
        sim_machine::Fault::IllegalInstruction { word } => Fault::IllegalInstruction(word),
        sim_machine::Fault::MisalignedFetch { target } => Fault::MisalignedFetch(target),
        sim_machine::Fault::MisalignedAtomic { address } => Fault::MisalignedAtomic(address),
    }
}
