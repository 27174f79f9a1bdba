//! What a search notices: enough to know it again, and to find the words for it when its way is walked
//! once more (`replay.rs`). Functions of a state and of its next operations, and a listener to events.
//!
//! Rules:
//!   N1  a race: two threads' next operations touch the same bytes, one writes, not both are atomic. They
//!       are both possible now, so nothing orders them; a race in some interleaving is one on a state;
//!   N2  a deadlock: a set of threads that can never go on, whatever the others do (`detect::deadlock`);
//!   N3  a crash, a failed assertion, a misuse, an exit with a lock held: told by the step that does it;
//!   N4  a memory error, a leak: the heap's history is kept for each state on the way (`History`).

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::event::{Misuse, Mode};
use sim_abi::facts::Enders;
use sim_abi::layout::{THREAD_HEAP_SIZE, THREAD_HEAPS, THREAD_STACKS};
use sim_abi::mixer::Mixer;
use sim_abi::syscall::Call;
use sim_abi::{Event, EventKind, FindingKind, Location, MemoryAccess, Object, Tid, Verdict};
use sim_detect::deadlock::{Deadlock, Kind, dead, groups, is_ended_by};
use sim_detect::heap::{Heap, HeapError, HeapErrorKind};
use sim_detect::held::Held;
use sim_detect::side::Side;
use sim_kernel::{Config, Enabled, Observer, Operation, World};

use crate::conditions::Line;
use crate::footprint::{Thing, overlap};
use crate::orders::{self, Gone};
use crate::step_record::StepRecord;

/// Where something is done. An instruction of the C library counts with the program's call that leads
/// to it: two lines that call one function are two places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Which of the scenario's programs.
    program: usize,
    /// The call into the library, if the instruction is the library's.
    call: Option<u32>,
    /// The instruction.
    pc: u32,
}

impl Spot {
    /// Where a thread is, or was a moment ago.
    pub fn of(world: &World, thread: Tid, pc: u32) -> Spot {
        let (program, call) = world.call_into_library(thread, pc);
        Spot { program, call, pc }
    }

    /// Of an access that is about to be made.
    pub fn of_access(world: &World, access: &MemoryAccess) -> Spot {
        Spot::of(world, access.thread, access.pc)
    }

    /// File and line in the program's own text.
    pub fn line(&self, config: &Config) -> Option<Line> {
        let program = config.programs.get(self.program)?;
        let (file, line) = program.image.line_at(self.call.unwrap_or(self.pc))?;
        Some((file.to_string(), line))
    }
}

/// Something noticed. Two that are equal are reported once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clue {
    /// Of two accesses, the lower first.
    Race(Spot, Spot),
    /// Of threads that wait in these places.
    Deadlock(Option<Kind>, Vec<Spot>),
    /// Done by the last step, in this place.
    Told(FindingKind, Spot),
    /// A wrong use of the heap, in this place.
    Memory(HeapErrorKind, Spot),
    /// In the last step the end of this thread, in this place, left these locks behind.
    LeftLocked(Tid, Spot, Vec<Object>),
    /// These threads can move for ever without getting anywhere: by so many steps back to the same state.
    Livelock(BTreeSet<Tid>, usize),
    /// A limit of the scenario was reached.
    Limit(&'static str),
}

impl Clue {
    /// Of two accesses that race.
    pub fn race(one: Spot, two: Spot) -> Clue {
        Clue::Race(one.min(two), one.max(two))
    }

    /// Of threads that can never go on.
    pub fn deadlock(world: &World, group: &Deadlock) -> Clue {
        let waiters = group.core.iter();
        let places = waiters.map(|waiter| Spot::of(world, waiter.thread, waiter.pc));
        let mut places: Vec<Spot> = places.collect();
        places.sort_unstable();
        Clue::Deadlock(Some(group.kind), places)
    }

    /// Whose mistake it is, if one step can have several of the kind.
    pub fn thread(&self) -> Option<Tid> {
        match self {
            Clue::LeftLocked(thread, ..) => Some(*thread),
            _ => None,
        }
    }

    /// What it is.
    pub fn kind(&self) -> FindingKind {
        match self {
            Clue::Race(..) => FindingKind::Error(Verdict::DataRace),
            Clue::Deadlock(..) => FindingKind::Error(Verdict::Deadlock),
            Clue::Told(kind, _) => *kind,
            Clue::Memory(..) => FindingKind::Error(Verdict::MemoryError),
            Clue::LeftLocked(..) => FindingKind::ExitHoldingLock,
            Clue::Livelock(..) => FindingKind::Error(Verdict::Livelock),
            Clue::Limit(_) => FindingKind::Error(Verdict::LimitReached),
        }
    }
}

/// The races of a state (N1).
pub fn races(
    world: &World,
    enabled: &[Enabled],
    mut tell: impl FnMut(&MemoryAccess, &MemoryAccess),
) {
    let mut accesses = Vec::new();
    enabled
        .iter()
        .for_each(|one| world.accesses_of(one, &mut accesses));
    for (n, one) in accesses.iter().enumerate() {
        for two in &accesses[n + 1..] {
            if one.thread != two.thread && is_race(one, two) {
                tell(one, two);
            }
        }
    }
}

/// Is it a race if these two are possible at once? What the C library does with its own is none.
pub fn is_race(one: &MemoryAccess, two: &MemoryAccess) -> bool {
    !(one.internal || two.internal)
        && (one.write || two.write)
        && !(one.atomic && two.atomic)
        && overlap(one.location, one.size, two.location, two.size)
}

/// The deadlocks of a state (N2).
pub fn deadlocks(world: &World, enabled: &[Enabled], mut tell: impl FnMut(Clue)) {
    if !enabled.is_empty() && all_live(world, enabled) {
        return;
    }
    let facts = world.facts();
    let dead = dead(&facts);
    let groups = groups(&facts, &dead);
    if enabled.is_empty() && groups.is_empty() {
        tell(Clue::Deadlock(None, Vec::new()));
    }
    for group in &groups {
        tell(Clue::deadlock(world, group));
    }
}

/// Is it plain that everybody can go on some day: because those can who could end their wait?
fn all_live(world: &World, enabled: &[Enabled]) -> bool {
    let can_move = |tid: Tid| enabled.iter().any(|e| e.thread == tid);
    let mut live: Vec<Tid> = Vec::new();
    let mut stopped: Vec<(Tid, Enders)> = Vec::new();
    let lives = |enders: &Enders, live: &[Tid]| {
        is_ended_by(enders, |ender| can_move(ender) || live.contains(&ender))
    };
    for thread in world.threads().filter(|t| !can_move(t.tid)) {
        if let Some(enders) = world.enders_of(thread.tid) {
            match lives(&enders, &live) {
                true => live.push(thread.tid),
                false => stopped.push((thread.tid, enders)),
            }
        }
    }
    let mut left = usize::MAX;
    while !stopped.is_empty() && stopped.len() < left {
        left = stopped.len();
        stopped.retain(|(tid, enders)| {
            let is_live = lives(enders, &live);
            if is_live {
                live.push(*tid);
            }
            !is_live
        });
    }
    stopped.is_empty()
}

/// The stack that goes with a thread that ends, or that has ended.
fn stack_that_goes(world: &World, chosen: &Enabled) -> Option<(Location, u32)> {
    match chosen.operation {
        Operation::Call {
            call: Call::ThreadExit,
            ..
        } => world.stack_of(chosen.thread),
        Operation::Call {
            call: Call::ThreadJoin,
            arguments,
            ..
        } => world.stack_of(Tid(arguments[0])),
        _ => None,
    }
}

/// What happened on the way that no state tells any more (N3, N4). Shared with the states before it as
/// long as nothing changes.
#[derive(Debug)]
pub struct History {
    heap: Arc<Heap>,
    held: Arc<Held>,
    /// What `held` has not been told of yet: if the step leads to a known state it need not be.
    untold: Option<Event>,
    has_heap: bool,
    gone: Arc<Gone>,
    /// What of it future mistakes depend on, and no state tells: of the heap, as of a version of it, and of
    /// readers.
    unwritten: u128,
    version: u64,
    readers: u128,
}

impl Clone for History {
    fn clone(&self) -> Self {
        History {
            heap: self.heap.clone(),
            held: self.held.clone(),
            gone: self.gone.clone(),
            ..*self
        }
    }

    /// What is the same already is not counted down and up again.
    fn clone_from(&mut self, from: &Self) {
        let History {
            heap,
            held,
            untold,
            has_heap,
            gone,
            unwritten,
            version,
            readers,
        } = self;
        share(heap, &from.heap);
        share(held, &from.held);
        share(gone, &from.gone);
        (*has_heap, *unwritten) = (from.has_heap, from.unwritten);
        *untold = from.untold;
        (*version, *readers) = (from.version, from.readers);
    }
}

fn share<T>(here: &mut Arc<T>, from: &Arc<T>) {
    if !Arc::ptr_eq(here, from) {
        *here = from.clone();
    }
}

impl Default for History {
    fn default() -> Self {
        History {
            heap: Arc::new(Heap::by_thread()),
            held: Arc::default(),
            untold: None,
            has_heap: false,
            gone: Arc::default(),
            unwritten: 0,
            version: 0,
            readers: 0,
        }
    }
}

impl History {
    /// A part of what a state is known by.
    pub fn digest(&self) -> u128 {
        self.unwritten ^ self.readers
    }

    fn update(&mut self) {
        if self.version != self.heap.version() {
            self.version = self.heap.version();
            self.unwritten = self.heap.digest();
        }
    }

    /// Brings the list of held locks up to date.
    pub(crate) fn catch_up(&mut self) {
        if let Some(event) = self.untold.take() {
            Arc::make_mut(&mut self.held).event(&event);
        }
    }

    /// An event about locks: of those before it the list knows.
    fn tell_held(&mut self, event: &Event) {
        self.catch_up();
        self.untold = Some(*event);
    }

    fn update_readers(&mut self) {
        self.catch_up();
        let mut mixer = Mixer::new(1);
        self.held.mix_readers(&mut mixer);
        self.readers = mixer.finish();
    }
}

/// Of what is unmapped at once, or protected, so many bytes count as touched.
const UNMAPPED_MAX: u32 = 1 << 20;

/// Listens to the steps of a search.
#[derive(Debug, Default)]
pub struct Watch {
    /// Of the present state.
    pub history: History,
    /// Noticed in the last step.
    pub clues: Vec<Clue>,
    /// Outcomes told in the last step.
    pub outcomes: Vec<String>,
    /// What the kernel read or wrote for a thread in the last step, while others lived.
    pub copies: Vec<MemoryAccess>,
    /// `sim_sometimes` looked at in the last step: at which call, its name, whether it was true.
    pub conditions: Vec<(Line, String, bool)>,
    /// The last step made progress: an end, output, `sim_progress`, a timeout.
    pub progress: bool,
    /// What the last step did, if somebody wants to know.
    pub step: StepRecord,
    /// The access in the C library that the step begins with: of the accesses of a step the only one of
    /// which it is known who called.
    known: Option<(MemoryAccess, Spot)>,
    /// Lock orders.
    pub orders: orders::Listener,
    /// Memory errors of the last step.
    errors: Vec<HeapError>,
}

impl Observer for Watch {
    const ACCESSES: bool = true;
    const PLACES: bool = false;

    fn wants_accesses(&self) -> bool {
        self.step.is_wanted || self.history.has_heap
    }

    fn event(&mut self, world: &World, event: &Event) {
        let told = match event.kind {
            EventKind::AssertFails => Some(Verdict::AssertionFailed),
            EventKind::Faults { .. }
            | EventKind::KilledBySignal {
                signal: 3 | 4 | 5 | 6 | 7 | 8 | 11,
            } => Some(Verdict::Crashed),
            // Of these the heap's history speaks.
            EventKind::Misuses {
                misuse: Misuse::FreeInvalid(_) | Misuse::FreeTwice(_),
            } => None,
            EventKind::Misuses { .. } => Some(Verdict::Misuse),
            _ => None,
        };
        if self.step.is_wanted {
            self.step.event(world, event);
            self.heap_of(world, event);
        }
        if let Some(verdict) = told {
            let spot = Spot::of(world, event.thread, event.pc);
            let clue = Clue::Told(FindingKind::Error(verdict), spot);
            self.clues.push(clue);
        }
        self.history(world, event);
        match event.kind {
            EventKind::HeapFreed { block, size } => self.touched(world, event, block, size),
            EventKind::SystemCall {
                call: Some(Call::Munmap | Call::Mprotect),
                arguments: [from, size, ..],
                ..
            } => self.touched(world, event, from, size.min(UNMAPPED_MAX)),
            _ => {}
        }
        match event.kind {
            EventKind::Sometimes { holds } => {
                let name = world.condition().into();
                let line = world.source_place(event.thread, event.pc);
                self.conditions
                    .push((line.unwrap_or_default(), name, holds));
            }
            EventKind::Outcome => self.outcomes.extend(world.outcomes().last().cloned()),
            EventKind::Exits
            | EventKind::Writes { .. }
            | EventKind::Progress
            | EventKind::TimesOut { .. } => self.progress = true,
            _ => {}
        }
    }

    fn access(&mut self, access: &MemoryAccess) {
        if self.step.is_wanted {
            self.step.access(access);
        }
        if self.history.has_heap
            && let Some(error) = Arc::make_mut(&mut self.history.heap).access(access)
        {
            self.errors.push(error);
        }
    }

    fn copy(&mut self, world: &World, access: &MemoryAccess) {
        if !world.is_alone() && !access.internal {
            self.copies.push(*access);
            if self.step.is_wanted {
                self.step.part_of(access.thread).add_access(access);
                let spot = Spot::of_access(world, access);
                self.step.accesses.push((*access, spot));
            }
        }
        if self.history.has_heap {
            self.place_errors(world);
            self.known = Some((*access, Spot::of_access(world, access)));
        }
        self.access(access);
    }
}

impl Watch {
    /// A step comes.
    pub fn begin(&mut self, world: &World, chosen: &Enabled) {
        self.progress = false;
        if self.history.has_heap
            && let Operation::Access(access) = chosen.operation
        {
            self.known = Some((access, Spot::of_access(world, &access)));
        }
    }

    /// The step is over.
    pub fn end(&mut self, world: &World) {
        self.place_errors(world);
        self.known = None;
        self.history.update();
    }

    /// Says where the memory errors were made that have been noticed so far.
    fn place_errors(&mut self, world: &World) {
        for error in core::mem::take(&mut self.errors) {
            let spot = self.place_of_error(world, &error.access);
            let kind = error.kind.without_distance();
            self.clues.push(Clue::Memory(kind, spot));
        }
    }

    /// Deep in the middle of a step it is not known who called the library.
    fn place_of_error(&self, world: &World, access: &Side) -> Spot {
        if let Some((known, spot)) = &self.known
            && (known.thread, known.pc, known.address) == (access.thread, access.pc, access.address)
            && world.now() == access.tick
        {
            return *spot;
        }
        let spot = Spot::of(world, access.thread, access.pc);
        Spot {
            call: spot.call.map(|_| 0),
            ..spot
        }
    }

    /// The step that comes is to be recorded.
    pub fn begin_record(&mut self, world: &World, chosen: &Enabled) {
        let thread = world.thread(chosen.thread);
        let step = &mut self.step;
        step.is_wanted = true;
        step.mover = chosen.thread;
        step.accesses.clear();
        if let Operation::Access(access) = chosen.operation {
            let spot = self.known.map(|(_, spot)| spot);
            let spot = spot.unwrap_or_else(|| Spot::of_access(world, &access));
            step.accesses.push((access, spot));
        }
        step.waited = thread.is_some_and(|t| t.blocked().is_some());
        step.footprint.clear();
        step.passed_on.clear();
        step.moved.clear();
        step.interrupted.clear();
        step.joined.clear();
        step.wrote = false;
        if let Some(thread) = thread {
            step.footprint.add_operation(&chosen.operation, thread.pid);
        }
        let footprint = &mut step.footprint;
        world.order_of(chosen, |word| footprint.add(Thing::Memory(word, 4), true));
        if let Some((stack, size)) = stack_that_goes(world, chosen) {
            step.footprint.add(Thing::Memory(stack, size), true);
        }
    }

    /// Whose heap does the step change?
    fn heap_of(&mut self, world: &World, event: &Event) {
        if let EventKind::Misuses {
            misuse: Misuse::FreeInvalid(_) | Misuse::FreeTwice(_),
        } = event.kind
        {
            // It depends on who was first to free, or to allocate there.
            self.step.part_of(event.thread).add(Thing::Everything, true);
        }
        let slot_of = |tid| world.thread(tid).map(|thread| thread.stack_slot);
        let slot = match event.kind {
            EventKind::HeapAllocated { .. } => slot_of(event.thread),
            EventKind::HeapFreed { block, .. }
                if (THREAD_HEAPS..THREAD_STACKS).contains(&block) =>
            {
                Some(Some((block - THREAD_HEAPS) / THREAD_HEAP_SIZE))
            }
            EventKind::HeapFreed { block, .. } => {
                let known = self.history.heap.block_at(event.process, block);
                known.and_then(|block| slot_of(block.allocated.thread))
            }
            _ => return,
        };
        // Whose heap it was is not known any more when that thread has gone.
        let heap = slot.map_or(Thing::Everything, |slot| Thing::Heap(event.process, slot));
        self.step.part_of(event.thread).add(heap, true);
    }

    /// A free is like a write to the whole block, and so is what takes pages away: who else touches them does
    /// so in steps.
    fn touched(&mut self, world: &World, event: &Event, address: u32, size: u32) {
        if !world.is_alone() {
            self.copies.push(MemoryAccess {
                tick: event.tick,
                core: None,
                thread: event.thread,
                process: event.process,
                pc: event.pc,
                address,
                location: world.location_of(event.thread, address),
                size,
                write: true,
                read: false,
                atomic: false,
                value: 0,
                internal: false,
            });
        }
    }

    fn history(&mut self, world: &World, event: &Event) {
        self.heap(world, event);
        match event.kind {
            EventKind::HeapFreed { block, size } => {
                self.history.catch_up();
                if let Some(space) = self.history.held.space_of(event.process) {
                    let gone = Arc::make_mut(&mut self.history.gone);
                    gone.insert((space, block), block.saturating_add(size));
                }
            }
            EventKind::Locks { mode, .. } | EventKind::Unlocks { mode, .. } => {
                self.history.catch_up();
                let (held, gone) = (&self.history.held, &self.history.gone);
                self.orders.event(event, held, gone);
                self.history.tell_held(event);
                if mode == Mode::Shared {
                    self.history.update_readers();
                }
            }
            EventKind::ConditionWaits { .. }
            | EventKind::Executes
            | EventKind::AssertFails
            | EventKind::Faults { .. }
            | EventKind::KilledBySignal { .. } => self.history.tell_held(event),
            EventKind::Exits | EventKind::ProcessExits { .. } => self.ends(world, event),
            _ => {}
        }
    }

    fn heap(&mut self, world: &World, event: &Event) {
        let about_heap = matches!(
            event.kind,
            EventKind::HeapAllocated { .. } | EventKind::Misuses { .. }
        );
        self.history.has_heap |= about_heap;
        if !self.history.has_heap {
            return;
        }
        let heap = Arc::make_mut(&mut self.history.heap);
        if let Some(error) = heap.event(event) {
            self.errors.push(error);
        }
        let heap = Arc::make_mut(&mut self.history.heap);
        match event.kind {
            EventKind::ProcessExits { status } => {
                let leaks = !heap.leaks(event.process).is_empty();
                heap.forget(event.process);
                if leaks && crate::findings::ended_well(status) {
                    let program = Spot::of(world, event.thread, 0);
                    self.clues.push(Clue::Told(FindingKind::Leak, program));
                }
            }
            EventKind::ProcessCreated {
                parent: Some(parent),
            } => heap.fork(parent, event.process),
            _ => {}
        }
    }

    /// Does it leave locks behind?
    fn ends(&mut self, world: &World, event: &Event) {
        self.history.catch_up();
        let left = self.history.held.forgotten(event);
        if self.step.is_wanted {
            // Who gives one of them back for it comes before or after.
            let part = self.step.part_of(event.thread);
            let objects = left.iter().map(|hold| hold.object);
            objects.for_each(|object| part.add(Thing::Object(object), false));
        }
        if !left.is_empty() {
            let spot = Spot::of(world, event.thread, event.pc);
            let locks = left.iter().map(|hold| hold.object).collect();
            let clue = Clue::LeftLocked(event.thread, spot, locks);
            self.clues.push(clue);
        }
        self.history.tell_held(event);
        if self.history.readers != 0 {
            self.history.update_readers();
        }
    }
}
