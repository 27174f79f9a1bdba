//! Dynamic partial-order reduction: one execution of each Mazurkiewicz trace, without knowing states.
//!
//! Two interleavings that differ only in the order of steps that commute (`footprint.rs`) are one *trace*:
//! they end in the same state. The search makes one of each. It is Optimal-DPOR (Abdulla, Aronis, Jonsson,
//! Sagonas: "Source sets: a foundation for optimal dynamic partial order reduction", Journal of the ACM
//! 64(4), 2017): wakeup trees (`wakeup.rs`) say which steps are tried in a state, sleep sets (Godefroid 1996)
//! cut off what has been seen, so that no trace comes to its end twice.
//!
//! Rules:
//!   D1  a state is first left by one thread. When a later step of another thread is in a race with a step
//!       (they do not commute, and nothing in between orders them), the other order is tried in the state
//!       before that step too: all that does not come after it, and then the later step. Known when the
//!       execution has come to its end;
//!   D2  an operation that waits is in a race with every step before it that touches its object: an unlock
//!       stands between two locks, and it is the locks that can be swapped. Operations that cannot be done
//!       are in races too, or what would have been done instead were never tried;
//!   D3  where all who can move sleep (`sleep.rs`), all has been seen;
//!   D4  of an operation with several outcomes each is tried;
//!   D5  a thread that comes back to where it was, having written nothing and read nothing that has changed
//!       since, waits for a change of what it read (`window.rs`). If nobody else can move, the program
//!       goes round in circles for ever;
//!   D6  a step that ends other threads (the end of a process, `kill`, `exec`) is in a race with what each of
//!       them could have done instead, which nobody sees after it: they are tried before it too.
//!
//! With D2, D5 and D6 an execution may still be cut off half-way by D3: what is to be tried may turn out to be
//! impossible when its turn comes, or it is known only who is to be tried and not what is to come then.

use alloc::collections::BTreeSet;
use alloc::rc::Rc;
use alloc::vec::Vec;

use sim_abi::{Choice, MemoryAccess, Tid};
use sim_kernel::{Enabled, State, Wait, World};

use crate::clue::{Clue, Spot, is_race};
use crate::footprint::Footprint;
use crate::search::mover;
use crate::sleep::Sleep;
use crate::strategy::{Arrival, Arrived, Strategy};
use crate::wakeup::{self, Tree};
use crate::window::Window;

mod reversal;

/// How many steps of each thread come before something, by slot.
type Clock = Rc<Vec<u32>>;

/// A thread, as of a state.
#[derive(Clone, Debug)]
struct Known {
    tid: Tid,
    /// What its next step comes after, but for what it will itself touch.
    clock: Clock,
    window: Window,
    /// The first so many steps have been compared with the operation that it waits in (D2).
    compared: usize,
}

/// A step on the present way.
#[derive(Clone, Debug)]
struct Step {
    tid: Tid,
    slot: usize,
    /// The n-th of its thread, from 1.
    number: u32,
    clock: Clock,
    footprint: Rc<Footprint>,
    choice: Choice,
    /// It ended a wait.
    waited: bool,
    accesses: Vec<(MemoryAccess, Spot)>,
}

impl Step {
    fn before(&self, clock: &Clock) -> bool {
        clock.get(self.slot).is_some_and(|n| *n >= self.number)
    }
}

impl wakeup::Event for Step {
    fn tid(&self) -> Tid {
        self.tid
    }

    fn choice(&self) -> Choice {
        self.choice
    }

    fn footprint(&self) -> &Rc<Footprint> {
        &self.footprint
    }

    fn is_before(&self, other: &Step) -> bool {
        self.before(&other.clock)
    }
}

/// A state on the present way.
#[derive(Clone, Debug, Default)]
struct Node {
    /// Who can move.
    enabled: Vec<Tid>,
    /// Of these: who waits for a change of what it reads (D5).
    waiting: BTreeSet<Tid>,
    /// Threads by slot: in the order in which they appeared.
    threads: Vec<Known>,
    sleep: Sleep,
    /// What is to be tried here.
    tree: Tree,
}

impl Node {
    /// Nothing is known, but the room stays.
    fn clear(&mut self) {
        let Node {
            enabled,
            waiting,
            threads,
            sleep,
            tree,
        } = self;
        enabled.clear();
        waiting.clear();
        threads.clear();
        *sleep = Sleep::default();
        tree.clear();
    }

    fn slot(&self, tid: Tid) -> Option<usize> {
        self.threads.iter().position(|known| known.tid == tid)
    }

    /// The next choice to make here.
    fn next(&mut self, enabled: &[Enabled]) -> Option<usize> {
        let (can, waiting) = (&self.enabled, &self.waiting);
        let tree = &self.tree;
        self.sleep.next(enabled, |sleep| {
            let fresh = |tid: &Tid| {
                let moves = can.contains(tid) && !waiting.contains(tid);
                moves && !sleep.is_done(*tid) && !sleep.sleeps(*tid)
            };
            tree.threads().find(fresh)
        })
    }
}

/// One execution of each trace.
#[derive(Clone, Debug, Default)]
pub struct Dpor {
    nodes: Vec<Node>,
    /// Nodes that are left, for their room.
    spare: Vec<Node>,
    steps: Vec<Step>,
    /// Where in `steps` those of each thread are, by slot.
    of_slot: Vec<Vec<usize>>,
    /// Steps that are in a race, the earlier first: the other order is not yet seen to.
    in_race: Vec<(usize, usize)>,
    /// The present way has been followed until nobody could move.
    is_whole: bool,
    /// What is to be tried behind the step that is being made.
    guide: Tree,
    /// Data races that have been told.
    races: Vec<Clue>,
    found: Vec<(Clue, Vec<Choice>)>,
    /// Somewhere threads went round in circles.
    may_circle: bool,
}

/// An operation that is in a race with a step: one that has been done, or one that cannot be.
struct Later<'a> {
    slot: usize,
    tid: Tid,
    footprint: &'a Footprint,
    /// What it comes after by the order of its own thread.
    base: &'a Clock,
    waits: bool,
    accesses: &'a [(MemoryAccess, Spot)],
    /// Only steps from here on are compared with it.
    from: usize,
}

impl Strategy for Dpor {
    const GOES_BACK: bool = true;
    const WANTS_CHOICES: bool = true;
    const RECORDS: bool = true;
    type Rest = ();
    type Shared = ();

    fn name(&self) -> &'static str {
        "dpor"
    }

    fn begin(&mut self) {
        *self = Dpor::default();
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        let depth = at.path.len();
        self.leave_nodes(depth);
        self.forget_steps(depth.saturating_sub(1));
        let mut node = self.spare.pop().unwrap_or_default();
        node.clear();
        node.tree = core::mem::take(&mut self.guide);
        self.is_whole = at.enabled.is_empty() && !at.world.is_limited();
        node.enabled.extend(at.enabled.iter().map(|e| e.thread));
        node.enabled.dedup();
        if depth > 0 {
            self.follow(at, &mut node);
            self.cut_off(at);
        }
        know_threads(at, &mut node);
        self.pending(at.world, &mut node);
        let windows = node.threads.iter().filter(|k| k.window.is_closed());
        node.waiting.extend(windows.map(|known| known.tid));
        let last = at.path.last().and_then(|choice| mover(*choice));
        let awake = |tid: &&Tid| !node.sleep.sleeps(**tid);
        let free = |tid: &&Tid| awake(tid) && !node.waiting.contains(*tid);
        let first = node.enabled.iter().filter(free);
        let picked = first.clone().find(|tid| Some(**tid) == last);
        let picked = picked.or(first.clone().min());
        let is_guided = node
            .tree
            .threads()
            .any(|tid| first.clone().any(|t| *t == tid));
        match picked.copied() {
            Some(_) if is_guided => {}
            Some(first) => node.tree.add(first),
            None if node.enabled.is_empty() => {}
            None if node.enabled.iter().all(|tid| awake(&tid)) => {
                self.may_circle = true;
                return Arrived::Circles;
            }
            None => return Arrived::Known,
        }
        self.nodes.push(node);
        Arrived::New
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        if depth < self.steps.len() {
            // Back from an execution that has come to its end.
            self.reverse_races();
        }
        self.leave_nodes(depth + 1);
        let node = self.nodes.get_mut(depth)?;
        let next = node.next(enabled)?;
        self.guide = node.tree.follow(enabled[next].choice);
        Some(next)
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn may_circle(&self) -> bool {
        self.may_circle
    }

    fn found(&mut self) -> Vec<(Clue, Vec<Choice>)> {
        core::mem::take(&mut self.found)
    }

    fn memory_bytes(&self) -> u64 {
        ((self.nodes.capacity() * size_of::<Node>()) + self.steps.capacity() * size_of::<Step>())
            as u64
    }
}

impl Dpor {
    /// The step to this state: what it comes after, its races, who sleeps on.
    fn follow(&mut self, at: &mut Arrival, node: &mut Node) {
        let parent = self.nodes.last().expect("a step has a state before it");
        let choice = *at.path.last().expect("a step has been made");
        let tid = mover(choice).expect("threads make steps");
        let slot = parent.slot(tid).expect("who moves has been known");
        let base = parent.threads[slot].clock.clone();
        let footprint = Rc::new(at.step.footprint.clone());
        let passes_on = !at.step.passed_on.is_empty();
        let later = Later {
            slot,
            tid,
            footprint: if passes_on { &at.step.own } else { &footprint },
            base: &base,
            waits: at.step.waited,
            accesses: &at.step.accesses,
            from: 0,
        };
        // What others do that it moves on comes after all that they come after.
        let passed_on = passes_on.then(|| {
            let moved = at
                .step
                .moved
                .iter()
                .chain(at.step.joined.iter().map(|(_, child)| child));
            let moved = moved.filter_map(|tid| parent.slot(*tid));
            let clocks = moved.map(|slot| &parent.threads[slot].clock);
            clocks.fold(base.clone(), |all, one| join(&all, one))
        });
        let (mut clock, mut in_race) = self.races(&later);
        if let Some(base) = &passed_on {
            let (others, races) = self.races(&Later {
                footprint: &at.step.passed_on,
                base,
                waits: false,
                accesses: &[],
                ..later
            });
            clock = join(&clock, &others);
            in_race.extend(races);
        }
        let number = clock.get(slot).copied().unwrap_or(0) + 1;
        Rc::make_mut(&mut clock)[slot] = number;
        let parent = self.nodes.last_mut().expect("it has just been there");
        parent.sleep.touched(&footprint);
        node.sleep = parent.sleep.after(tid, &at.step.moved, &footprint);
        let moved = |tid: Tid| at.step.moved.contains(&tid);
        node.threads.clone_from(&parent.threads);
        for known in &mut node.threads {
            if known.tid == tid || moved(known.tid) {
                known.clock = join(&known.clock, &clock);
                known.compared = 0;
            }
            if known.tid == tid {
                let place = at.world.thread_fingerprint(tid);
                known.window.step(&footprint, at.step.wrote, place);
            } else if moved(known.tid) || known.window.is_changed_by(&footprint) {
                known.window = Window::default();
            }
        }
        // Who joins comes after all that the other one did, however long ago that ended.
        for (joiner, joined) in &at.step.joined {
            let joined = node.threads.iter().find(|known| known.tid == *joined);
            let Some(ended) = joined.map(|known| known.clock.clone()) else {
                continue;
            };
            let joiner = node.threads.iter_mut().find(|known| known.tid == *joiner);
            if let Some(joiner) = joiner {
                joiner.clock = join(&joiner.clock, &ended);
            }
        }
        if self.of_slot.len() <= slot {
            self.of_slot.resize(slot + 1, Vec::new());
        }
        self.of_slot[slot].push(self.steps.len());
        let number_of_step = self.steps.len();
        self.in_race
            .extend(in_race.into_iter().map(|n| (n, number_of_step)));
        self.steps.push(Step {
            tid,
            slot,
            number,
            clock,
            footprint,
            choice,
            waited: at.step.waited,
            accesses: at.step.accesses.clone(),
        });
    }

    /// Who could move before the last step and has been ended by it is tried before it too (D6).
    fn cut_off(&mut self, at: &Arrival) {
        let mover = at.path.last().and_then(|choice| mover(*choice));
        let parent = self.nodes.last_mut().expect("it has just been there");
        let lives = |tid: Tid| {
            let thread = at.world.thread(tid);
            thread.is_some_and(|thread| thread.state != State::Ended)
        };
        let cut = parent.enabled.iter().copied();
        let cut = cut.filter(|tid| Some(*tid) != mover && !lives(*tid));
        cut.for_each(|tid| parent.tree.add(tid));
    }

    /// Operations that cannot be done in this state are in races too (D2).
    fn pending(&mut self, world: &World, node: &mut Node) {
        for (slot, known) in node.threads.iter_mut().enumerate() {
            let Some(footprint) = blocked(world, known.tid) else {
                continue;
            };
            let later = Later {
                slot,
                tid: known.tid,
                footprint: &footprint,
                base: &known.clock,
                waits: true,
                accesses: &[],
                from: known.compared,
            };
            for n in self.races(&later).1 {
                self.try_before(n, &later);
            }
            known.compared = self.steps.len();
        }
    }

    /// What an operation comes after, and the steps that it is in a race with.
    fn races(&mut self, later: &Later) -> (Clock, Vec<usize>) {
        let mut clock = later.base.clone();
        grow(&mut clock, later.slot + 1);
        let mut in_race = Vec::new();
        for n in self.unordered(later) {
            let step = &self.steps[n];
            let is_ordered = step.before(&clock);
            clock = join(&clock, &self.steps[n].clock);
            if !is_ordered {
                self.tell_races(n, later);
            }
            if !is_ordered || later.waits {
                in_race.push(n);
            }
        }
        (clock, in_race)
    }

    /// Steps of others that the order of its own thread does not put before an operation, and that do not
    /// commute with it: the last one first. What comes before it is a beginning of each thread's steps.
    fn unordered(&self, later: &Later) -> Vec<usize> {
        let mut found = Vec::new();
        for (slot, steps) in self.of_slot.iter().enumerate() {
            if slot == later.slot {
                continue;
            }
            let unordered = steps.iter().rev().copied();
            let unordered = { unordered }.take_while(|n| *n >= later.from);
            let unordered = unordered.take_while(|n| !self.steps[*n].before(later.base));
            found.extend(unordered.filter(|n| {
                let footprint = &self.steps[*n].footprint;
                footprint.conflicts(later.footprint)
            }));
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        found
    }

    /// The search has gone back: only so many nodes are left.
    fn leave_nodes(&mut self, left: usize) {
        let left = left.min(self.nodes.len());
        self.spare.extend(self.nodes.drain(left..));
    }

    fn forget_steps(&mut self, from: usize) {
        for step in self.steps.drain(from.min(self.steps.len())..) {
            self.of_slot[step.slot].pop();
        }
    }

    /// A step and a later operation that nothing orders: do they race?
    fn tell_races(&mut self, n: usize, later: &Later) {
        let mut races = Vec::new();
        for (one, here) in &self.steps[n].accesses {
            let others = later.accesses.iter().filter(|(two, _)| is_race(one, two));
            races.extend(others.map(|(_, there)| Clue::race(*here, *there)));
        }
        for race in races {
            if !self.races.contains(&race) {
                let path = self.steps[..n].iter().chain(between(&self.steps, n));
                let path = path.map(|step| step.choice).collect();
                self.races.push(race.clone());
                self.found.push((race, path));
            }
        }
    }
}

/// Steps that follow one without coming after it.
fn between(steps: &[Step], n: usize) -> impl Iterator<Item = &Step> {
    let first = &steps[n];
    { steps[n + 1..].iter() }.filter(|step| !first.before(&step.clock))
}

/// Threads that are new, and where each has come to.
fn know_threads(at: &mut Arrival, node: &mut Node) {
    let last = at.path.last().and_then(|choice| mover(*choice));
    let known = node.threads.len();
    for thread in at.world.threads() {
        if !node.threads[..known].iter().any(|k| k.tid == thread.tid) {
            // It was created by the step, and comes after it.
            let clock = last.and_then(|tid| node.slot(tid));
            let clock = clock.map(|slot| node.threads[slot].clock.clone());
            node.threads.push(Known {
                tid: thread.tid,
                clock: clock.unwrap_or_default(),
                window: Window::default(),
                compared: 0,
            });
        }
    }
    for known in &mut node.threads {
        if known.window.is_empty() {
            // Of one that has gone the place is 0.
            known.window = Window::starting(at.world.thread_fingerprint(known.tid));
        }
    }
}

/// that wait.
fn blocked(world: &World, tid: Tid) -> Option<Footprint> {
    let thread = world.thread(tid)?;
    let State::Blocked(blocked) = thread.state else {
        return None;
    };
    match blocked.wait {
        Wait::Condition { .. } | Wait::Join(..) | Wait::Sleep | Wait::Signal | Wait::Device => {
            return None;
        }
        _ if world.can_go_on(tid) => return None,
        _ => {}
    }
    let mut footprint = Footprint::default();
    footprint.add_operation(&world.next_operation(tid)?, thread.pid);
    Some(footprint)
}

fn grow(clock: &mut Clock, slots: usize) {
    if clock.len() < slots {
        Rc::make_mut(clock).resize(slots, 0);
    }
}

/// After both.
fn join(one: &Clock, two: &Clock) -> Clock {
    let covers =
        |a: &Clock, b: &Clock| b.len() <= a.len() && b.iter().zip(a.iter()).all(|(b, a)| b <= a);
    if covers(one, two) {
        return one.clone();
    }
    if covers(two, one) {
        return two.clone();
    }
    let mut both = one.clone();
    grow(&mut both, two.len());
    let joined = Rc::make_mut(&mut both);
    for (a, b) in joined.iter_mut().zip(two.iter()) {
        *a = (*a).max(*b);
    }
    both
}
