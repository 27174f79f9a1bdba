//! The search loop: one for all strategies. It steps the world, goes back, notices what is wrong in each
//! state and step, counts, and keeps the bounds. Which way it goes a [`Strategy`] says.
//!
//! When a word of memory turns out to be shared, the search walks its present way to the end, to learn
//! more, and starts again: what ended with no word becoming shared has seen all (`sharing.rs`).
//!
//! Here is what one worker does. Several on one search: `team.rs`.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::mixer::Mixer;
use sim_abi::{Choice, Tid};
use sim_kernel::{Config, Enabled, Halt, Mode, Saved, Visibility, World};

use crate::clue::{self, Clue, History, Spot, Watch};
use crate::sharing::Sharing;
use crate::strategy::{Arrival, Arrived, Strategy};
use crate::workers::Pool;

pub use crate::tally::{Discovery, Tally};

/// A way that is walked only to learn what is shared ends after so many steps.
const LEARNING_STEPS_MAX: usize = 10_000;
/// After so many executions that reached a limit of the scenario the search ends: a program that goes on
/// for ever does so in many ways.
const LIMITED_MAX: u64 = 4;
/// So many frames that have been left are kept.
const SPARE_MAX: usize = 64;
/// The outside is asked whether to go on after so many steps, and after a step of so many instructions.
const STEPS_PER_REPORT: u64 = 1024;
const LONG_STEP: u64 = 1 << 20;

/// Where a search stops, finished or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// States.
    pub states: u64,
    /// Executions.
    pub executions: u64,
    /// Steps of one execution.
    pub steps: u64,
    /// A longer execution is the end of the search.
    pub ends_when_long: bool,
    /// Preemptions of one execution: another thread goes on although the last one could have.
    pub preemptions: Option<u64>,
}

/// Whose choice it is.
pub fn mover(choice: Choice) -> Option<Tid> {
    match choice {
        Choice::Step(tid) | Choice::Alt(tid, _) => Some(tid),
        Choice::Tick => None,
    }
}

/// Times another thread goes on than the one before.
pub fn switches(path: &[Choice]) -> u64 {
    let switch = |pair: &&[Choice]| mover(pair[0]) != mover(pair[1]);
    path.windows(2).filter(switch).count() as u64
}

/// A state on the present way.
pub(crate) struct Frame {
    /// To go back to it; `None`: it has one choice only, or the strategy does not go back.
    pub(crate) saved: Option<Saved>,
    pub(crate) history: History,
    pub(crate) enabled: Vec<Enabled>,
    pub(crate) preemptions: u64,
}

/// A search.
pub struct Search<'a, S: Strategy> {
    pub(crate) config: &'a Arc<Config>,
    /// Who makes the choices.
    pub strategy: S,
    /// What memory is visible.
    pub sharing: Sharing,
    pub(crate) bounds: Bounds,
    /// Told how far the search has come; `false`: it is to stop.
    pub(crate) report: &'a mut dyn FnMut(&Tally) -> bool,
    /// What it has seen.
    pub tally: Tally,
    pub(crate) watch: Watch,
    pub(crate) path: Vec<Choice>,
    pub(crate) frames: Vec<Frame>,
    /// Frames that have been left, to be filled again: most of what was saved there is what is to be saved.
    spare: Vec<Frame>,
    /// Stops when something has been found and the strategy would start again.
    pub stops_at_error: bool,
    /// Where work goes to and comes from, if several share the search (`team.rs`).
    pub(crate) pool: Option<&'a Pool<S::Rest>>,
    /// States and transitions that the pool has been told of.
    pub(crate) told: (u64, u64),
    /// It leaves off after so many transitions.
    pub(crate) patience: u64,
    /// Steps made, those that count once more than once.
    pub(crate) steps: u64,
    /// It gives nothing away before so many.
    pub(crate) next_gift: u64,
}

impl<'a, S: Strategy> Search<'a, S> {
    /// A search that has not begun.
    pub fn new(
        config: &'a Arc<Config>,
        strategy: S,
        sharing: Sharing,
        bounds: Bounds,
        report: &'a mut dyn FnMut(&Tally) -> bool,
    ) -> Self {
        Search {
            config,
            strategy,
            sharing,
            bounds,
            report,
            tally: Tally::default(),
            watch: Watch::default(),
            path: Vec::new(),
            frames: Vec::new(),
            spare: Vec::new(),
            stops_at_error: false,
            pool: None,
            told: (0, 0),
            patience: u64::MAX,
            steps: 0,
            next_gift: 0,
        }
    }

    /// Searches until nothing is left or a bound is reached.
    pub fn run(&mut self) {
        loop {
            self.sharing.grown = false;
            self.tally = Tally::default();
            self.strategy.begin();
            self.pass();
            if self.sharing.grown && self.is_stopped() {
                // Ways of which others might notice more than was known on them.
                self.tally.discoveries.clear();
            }
            if !self.sharing.grown || self.is_stopped() {
                return;
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.tally.cut.is_some() || self.has_left_off()
    }

    /// It has lost its patience.
    pub(crate) fn has_left_off(&self) -> bool {
        self.tally.transitions > self.patience
    }

    /// From the start, until nothing is left, a bound is reached or a word has become shared.
    fn pass(&mut self) {
        let mut world = self.boot();
        self.after_step();
        let start = world.save();
        let history = self.watch.history.clone();
        loop {
            self.arrive(&mut world);
            self.walk(&mut world);
            let errors = self.tally.discoveries.iter();
            let found = self.stops_at_error && { errors }.any(|d| d.clue.kind().is_error());
            if self.is_stopped() || self.sharing.grown || found || !self.strategy.again() {
                return;
            }
            world.restore(&start);
            self.watch.history = history.clone();
            self.path.clear();
        }
    }

    /// A world before its first step.
    pub(crate) fn boot(&mut self) -> World {
        self.watch = Watch::default();
        self.path.clear();
        self.frames.clear();
        let mut world = World::boot(self.config, Mode::Choices);
        world.settle(&mut self.sharing, &mut self.watch);
        self.watch.end(&world);
        world
    }

    /// From the present state on, until the strategy has nothing more.
    pub(crate) fn walk(&mut self, world: &mut World) {
        loop {
            if self.sharing.grown {
                self.learn(world);
                self.frames.clear();
                self.pool.inspect(|pool| pool.stop());
                return;
            }
            if !self.shares_out() {
                return;
            }
            let Some(frame) = self.frames.last() else {
                return;
            };
            let depth = self.frames.len() - 1;
            let Some(n) = self.strategy.choose(depth, &frame.enabled) else {
                self.leave_frame();
                continue;
            };
            let chosen = frame.enabled[n];
            if self.path.len() > depth {
                self.go_back(world);
            }
            self.step(world, &chosen);
            self.arrive(world);
            if self.is_stopped() {
                return;
            }
        }
    }

    fn leave_frame(&mut self) {
        let left = self.frames.pop();
        self.spare
            .extend(left.filter(|_| self.spare.len() < SPARE_MAX));
    }

    /// The present state becomes the last frame.
    fn enter_frame(&mut self, world: &mut World, enabled: Vec<Enabled>, preemptions: u64) {
        self.watch.history.catch_up();
        let returns = S::GOES_BACK && enabled.len() > 1;
        let Some(mut frame) = self.spare.pop() else {
            return self.frames.push(Frame {
                saved: returns.then(|| world.save()),
                history: self.watch.history.clone(),
                enabled,
                preemptions,
            });
        };
        match &mut frame.saved {
            Some(saved) if returns => world.save_to(saved),
            saved => *saved = returns.then(|| world.save()),
        }
        frame.history.clone_from(&self.watch.history);
        frame.enabled = enabled;
        frame.preemptions = preemptions;
        self.frames.push(frame);
    }

    /// To the state of the last frame.
    fn go_back(&mut self, world: &mut World) {
        self.path.truncate(self.frames.len() - 1);
        let frame = self.frames.last().expect("it goes back to a state");
        let saved = frame.saved.as_ref();
        world.restore(saved.expect("states with several choices are saved"));
        self.watch.history.clone_from(&frame.history);
    }

    fn step(&mut self, world: &mut World, chosen: &Enabled) {
        let choice = chosen.choice;
        let counts = self.strategy.counts(self.path.len(), chosen.thread);
        self.watch.begin(world, chosen);
        if S::RECORDS {
            self.watch.begin_record(world, chosen);
        }
        let before = world.instructions();
        world
            .step(choice, &mut self.sharing, &mut self.watch)
            .expect("enabled choices can be made");
        let is_long = world.instructions() - before > LONG_STEP;
        self.tally.progresses |= self.watch.progress;
        if S::RECORDS {
            self.watch.step.end(world);
        }
        self.watch.end(world);
        self.path.push(choice);
        self.tally.transitions += u64::from(counts);
        self.after_step();
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS_PER_REPORT) || is_long {
            self.tell();
        }
    }

    /// Says how far it has come, and asks whether to go on.
    pub(crate) fn tell(&mut self) {
        self.tally.memory_bytes = self.memory_bytes();
        let goes_on = match self.pool {
            None => (self.report)(&self.tally),
            Some(pool) => {
                let (states, transitions) = self.told;
                self.told = (self.tally.states, self.tally.transitions);
                let states = self.tally.states - states;
                let transitions = self.tally.transitions - transitions;
                let (states, transitions) = pool.add(states, transitions);
                (self.report)(&Tally {
                    states,
                    transitions,
                    depth: self.tally.depth,
                    memory_bytes: self.tally.memory_bytes,
                    ..Tally::default()
                })
            }
        };
        if !goes_on {
            self.tally.cut = Some(String::from("the time is over"));
            self.pool.inspect(|pool| pool.stop());
        }
    }

    /// What the step has told.
    pub(crate) fn after_step(&mut self) {
        for copy in core::mem::take(&mut self.watch.copies) {
            self.sharing.visible(&copy);
        }
        for clue in core::mem::take(&mut self.watch.clues) {
            self.discover(clue);
        }
        for order in self.watch.orders.new.drain(..) {
            let way = self.tally.orders.entry(order);
            way.or_insert_with(|| self.path.clone());
        }
        for (line, name, holds) in core::mem::take(&mut self.watch.conditions) {
            let condition = self.tally.conditions.entry(line).or_default();
            condition.name = name;
            condition.has_held |= holds;
        }
    }

    /// Outcomes told by the last step; where states are known, they belong to the state.
    fn count_outcomes(&mut self, arrived: Arrived) {
        let counts = !S::KNOWS_STATES || arrived == Arrived::New;
        for outcome in self.watch.outcomes.drain(..).filter(|_| counts) {
            *self.tally.outcomes.entry(outcome).or_insert(0) += 1;
        }
    }

    /// Looks around in a state that the search has come to.
    pub(crate) fn arrive(&mut self, world: &mut World) {
        self.tally.depth = self.tally.depth.max(self.path.len() as u64);
        // What can be done in a state that is known need not be found out.
        let asks_first = !S::WANTS_CHOICES && self.bounds.preemptions.is_none();
        let asked = asks_first.then(|| {
            let salt = self.watch.history.digest();
            self.ask(world, &[], salt)
        });
        if asked == Some(Arrived::Known) {
            return;
        }
        let spare = self.spare.last_mut();
        let mut enabled = spare.map_or_else(Vec::new, |frame| core::mem::take(&mut frame.enabled));
        world.enabled(&mut enabled);
        let halt = self.halt(world, &enabled);
        if halt.is_some() {
            enabled.clear();
        }
        let preemptions = self.bound_preemptions(&mut enabled);
        let arrived = asked.unwrap_or_else(|| {
            let salt = halt.map_or_else(|| self.salt(preemptions), |_| 0);
            let salt = salt ^ self.watch.history.digest();
            self.ask(world, &enabled, salt)
        });
        if arrived == Arrived::Known {
            return;
        }
        if arrived == Arrived::New {
            self.count_state();
            self.notice(world, &enabled, halt);
        }
        if halt.is_some() || arrived == Arrived::Circles {
            // Where states are known, an end is one of them.
            if !S::KNOWS_STATES || arrived == Arrived::New {
                self.end_of_execution();
            }
            return;
        }
        if self.path.len() as u64 >= self.bounds.steps {
            return self.end_of_long_execution();
        }
        self.enter_frame(world, enabled, preemptions);
    }

    /// Asks the strategy what it says of the present state.
    fn ask(&mut self, world: &mut World, enabled: &[Enabled], salt: u128) -> Arrived {
        let mut arrival = Arrival {
            world,
            enabled,
            path: &self.path,
            progress: self.watch.progress,
            step: &self.watch.step,
            salt,
        };
        let arrived = self.strategy.arrive(&mut arrival);
        self.note_found();
        self.count_outcomes(arrived);
        arrived
    }

    /// What else a state is known by: with a bound on preemptions, whose turn it was and how many there were.
    fn salt(&self, preemptions: u64) -> u128 {
        if self.bounds.preemptions.is_none() {
            return 0;
        }
        let last = self.path.last().and_then(|c| mover(*c));
        let mut mixer = Mixer::new(u64::from(last.map_or(0, |tid| tid.0)));
        mixer.add(preemptions);
        mixer.finish()
    }

    fn halt(&self, world: &World, enabled: &[Enabled]) -> Option<Halt> {
        // It is asked in full only where nothing can be done.
        match (enabled.is_empty(), world.is_limited()) {
            (false, false) => None,
            _ => world.halted(),
        }
    }

    /// An execution is longer than it may be.
    fn end_of_long_execution(&mut self) {
        let steps = self.bounds.steps;
        self.end_of_execution();
        let why = || format!("an execution had more than {steps} steps");
        if self.bounds.ends_when_long {
            self.cut(why());
        }
        self.tally.gap.get_or_insert_with(why);
        self.pool.inspect(|pool| pool.fail());
    }

    fn end_of_execution(&mut self) {
        self.tally.executions += 1;
        if self.tally.executions >= self.bounds.executions {
            let executions = self.bounds.executions;
            self.cut(format!("the bound of {executions} executions is reached"));
        }
    }

    fn count_state(&mut self) {
        self.tally.states += 1;
        if self.tally.states > self.bounds.states {
            let states = self.bounds.states;
            self.cut(format!("the bound of {states} states is reached"));
        }
    }

    fn cut(&mut self, why: String) {
        self.tally.memory_bytes = self.memory_bytes();
        self.tally.cut = Some(why);
        self.pool.inspect(|pool| pool.fail());
    }

    /// Takes away the choices that a bound on preemptions forbids, and counts.
    fn bound_preemptions(&mut self, enabled: &mut Vec<Enabled>) -> u64 {
        let Some(most) = self.bounds.preemptions else {
            return 0;
        };
        let before = self.frames.last().map_or(0, |frame| {
            let depth = self.path.len() - 1;
            let previous = depth.checked_sub(1).and_then(|d| mover(self.path[d]));
            let could = |tid| frame.enabled.iter().any(|e| e.thread == tid && !e.timeout);
            let preempted = previous != mover(self.path[depth]) && previous.is_some_and(could);
            frame.preemptions + u64::from(preempted)
        });
        let last = self.path.last().and_then(|c| mover(*c));
        let own = |e: &Enabled| Some(e.thread) == last;
        if before >= most && enabled.iter().any(|e| own(e) && !e.timeout) {
            let all = enabled.len();
            enabled.retain(own);
            if enabled.len() < all {
                let why = || format!("only {most} preemptions were allowed");
                self.tally.gap.get_or_insert_with(why);
            }
        }
        before
    }

    /// What is wrong in this state?
    fn notice(&mut self, world: &World, enabled: &[Enabled], halt: Option<Halt>) {
        match halt {
            Some(Halt::Done) => self.tally.ends = true,
            Some(Halt::Limit(what)) => {
                self.discover(Clue::Limit(what));
                let why = || format!("a limit was reached: {what}");
                self.tally.gap.get_or_insert_with(why);
                self.tally.limited += 1;
                if self.tally.limited >= LIMITED_MAX {
                    self.cut(why());
                }
            }
            Some(Halt::Stuck) | None => self.notice_clues(world, enabled),
        }
    }

    /// Races and deadlocks.
    fn notice_clues(&mut self, world: &World, enabled: &[Enabled]) {
        let mut clues = Vec::new();
        clue::races(world, enabled, |one, two| {
            let spots = [one, two].map(|access| Spot::of_access(world, access));
            clues.push(Clue::race(spots[0], spots[1]));
        });
        clue::deadlocks(world, enabled, |clue| clues.push(clue));
        for clue in clues {
            self.discover(clue);
        }
    }

    /// What the strategy has noticed.
    fn note_found(&mut self) {
        for (clue, path) in self.strategy.found() {
            self.discover_at(clue, &path);
        }
    }

    fn discover(&mut self, clue: Clue) {
        let path = core::mem::take(&mut self.path);
        self.discover_at(clue, &path);
        self.path = path;
    }

    fn discover_at(&mut self, clue: Clue, path: &[Choice]) {
        self.pool.inspect(|pool| pool.fail());
        let known = self.tally.discoveries.iter_mut().find(|d| d.clue == clue);
        match known {
            None => self.tally.discoveries.push(Discovery {
                clue,
                path: path.to_vec(),
                switches: switches(path),
            }),
            Some(known) => {
                let shorter = path.len() < known.path.len();
                let straighter = path.len() == known.path.len() && switches(path) < known.switches;
                if shorter || straighter {
                    known.path = path.to_vec();
                    known.switches = switches(path);
                }
            }
        }
    }

    /// Walks on to the end without looking left or right.
    fn learn(&mut self, world: &mut World) {
        let mut enabled = Vec::new();
        for n in 0..LEARNING_STEPS_MAX {
            world.enabled(&mut enabled);
            if enabled.is_empty() || world.is_limited() {
                return;
            }
            // Now this one, now that one.
            self.step_quietly(world, enabled[n % enabled.len()].choice);
        }
    }

    /// Makes a step without noticing anything but what memory it touches.
    pub(crate) fn step_quietly(&mut self, world: &mut World, choice: Choice) {
        world
            .step(choice, &mut self.sharing, &mut self.watch)
            .expect("an enabled choice can be made, now and again");
        self.watch.end(world);
        self.forget_step();
    }

    /// What the step has told is known, but for what memory it has touched.
    pub(crate) fn forget_step(&mut self) {
        self.watch.clues.clear();
        self.watch.outcomes.clear();
        self.watch.conditions.clear();
        self.watch.orders.new.clear();
        for copy in core::mem::take(&mut self.watch.copies) {
            self.sharing.visible(&copy);
        }
    }

    fn memory_bytes(&self) -> u64 {
        let frames = self.frames.capacity() * size_of::<Frame>();
        self.strategy.memory_bytes() + frames as u64
    }
}
