//! Choices from outside: no clock, no cores, no queues. The chooser of `sim check` and of replays.
//!
//! A thread's next *visible* operation is the unit: an access to memory that another thread could touch,
//! or a system call that another could notice. Between steps every thread stands right before its next
//! visible operation (or waits, or has ended); [`World::step`] makes one thread do it and then run on,
//! by itself, to the next. What it does in between nobody else can notice: such *local* steps commute
//! with everything others do, so they are not choices.
//!
//! Rules:
//!   C1  what memory is visible is the strategy's knowledge: it answers through [`Visibility`]
//!   C2  while only one thread is left, nothing is visible but its choices
//!   C3  create, first step, exit and join of an ended thread are local, unless others have touched the
//!       stack that goes with it; return from main is not
//!   C4  a blocking call is one step, possible when its guard is true; waiting on a condition and at a
//!       barrier are two
//!   C5  sleeping and yielding end a step and order nothing; a timeout may come at any time
//!   C6  of several waiters a signal wakes any: alternatives, by tid
//!   C7  a thread that computes on its own for long pauses: others go on, and may turn out to touch what it
//!       touches. If it does so once more it loops by itself, which ends the search there
//!
//! Not here: which choice is made, and what is concluded (`explore`).

use alloc::vec::Vec;

use sim_abi::syscall::Call;
use sim_abi::{Choice, Location, MemoryAccess, Object, Op, Tid};
use sim_machine::{Access, AccessKind, Kind, Miss, Stop, Watch};

use crate::observer::Observer;
use crate::thread::{State, ThreadKey};
use crate::watch::KernelWatch;
use crate::world::{Halt, Mode, World};

/// A thread that executes so many instructions without a visible operation loops by itself.
const LOCAL_INSTRUCTIONS_MAX: u64 = 20_000_000;
/// Nobody could look at more outcomes of one choice: it is a limit.
pub(crate) const OUTCOMES_MAX: u32 = 1 << 16;
/// So many threads may pause at once (C7); one more is taken for an endless loop.
const PAUSING_MAX: usize = 8;

/// Knows which memory more than one thread touches.
pub trait Visibility {
    /// Could another thread notice this access? Asked while more than one thread lives.
    fn visible(&mut self, access: &MemoryAccess) -> bool;

    /// Has more than one thread touched any of the bytes from here on? Then others notice when they go.
    fn is_shared_within(&self, from: Location, bytes: u32) -> bool;
}

/// What a thread stands right before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parked {
    /// An access to visible memory.
    Access(MemoryAccess),
    /// A system call that others can notice.
    Call(Call),
    /// An instruction that kills the process.
    Fault,
    /// Any instruction: it has computed for long (C7).
    Pause,
}

/// The next operation of a thread: its footprint, known without executing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An access to memory. An LR that an SC follows counts as both.
    Access(MemoryAccess),
    /// A system call, or the end of a wait.
    Call {
        /// Which.
        call: Call,
        /// Its arguments.
        arguments: [u32; 6],
        /// What it is about, if that is one object.
        object: Option<Object>,
        /// Where.
        pc: u32,
    },
    /// The death of a process by a fault.
    Fault {
        /// Where.
        pc: u32,
    },
    /// It goes on computing on its own (C7).
    Pause {
        /// Where.
        pc: u32,
    },
}

/// A choice that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// Whose.
    pub thread: Tid,
    /// The choice.
    pub choice: Choice,
    /// What it does.
    pub operation: Operation,
    /// It ends a wait that has begun: by a timeout.
    pub timeout: bool,
}

/// Between steps: who may be able to run on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsettled {
    Nobody,
    /// This one and no other.
    One(ThreadKey),
    Some,
}

impl Unsettled {
    /// This one too.
    pub(crate) fn note(&mut self, t: ThreadKey) {
        *self = match *self {
            Unsettled::Nobody => Unsettled::One(t),
            Unsettled::One(known) if known == t => return,
            Unsettled::One(_) | Unsettled::Some => Unsettled::Some,
        };
    }
}

/// The choice that is not possible in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEnabled(pub Choice);

/// Looks on for an observer, and holds a hart before it does what others can notice.
struct Hold<'a, O: Observer, V: Visibility> {
    watch: KernelWatch<'a, O>,
    visibility: &'a mut V,
    /// Only one thread lives (C2).
    alone: bool,
    /// The observer wants to know of accesses.
    told: bool,
    /// The access that is the step itself may pass.
    pass: bool,
    /// The word reserved in this run: its SC belongs to the LR.
    reserved: Option<u32>,
    held: Option<MemoryAccess>,
}

impl<O: Observer, V: Visibility> Watch for Hold<'_, O, V> {
    const ACCESSES: bool = true;
    const INSTRUCTIONS: bool = O::INSTRUCTIONS;

    fn before(&mut self, access: &Access) -> bool {
        if self.alone {
            return true;
        }
        let told = self.watch.translate(access);
        if told.internal {
            return true;
        }
        // Asked in any case: it learns who touches what.
        let visible = self.visibility.visible(&told);
        let completes = matches!(access.kind, Kind::StoreConditional { .. })
            && self.reserved == Some(access.address);
        if visible && !completes && !self.pass {
            self.held = Some(told);
            return false;
        }
        self.pass &= !visible;
        true
    }

    fn access(&mut self, access: &Access) {
        self.reserved = match access.kind {
            Kind::LoadReserved => Some(access.address),
            Kind::StoreConditional { .. } => None,
            Kind::Load | Kind::Store | Kind::AtomicRmw => self.reserved,
        };
        if self.told {
            self.watch.access(access);
        }
    }

    fn instruction(
        &mut self,
        pc: u32,
        instruction: sim_abi::Instruction,
        before: &sim_machine::Registers,
    ) {
        self.watch.instruction(pc, instruction, before);
    }
}

impl World {
    /// All threads run to right before their next visible operation. To be called once after boot;
    /// [`World::step`] does it by itself.
    pub fn settle<O: Observer, V: Visibility>(&mut self, visibility: &mut V, observer: &mut O) {
        assert_eq!(
            self.mode,
            Mode::Choices,
            "choices are made in a world booted for them"
        );
        self.flush(observer);
        loop {
            let movable = |t: &ThreadKey| {
                let thread = &self.threads[*t];
                match thread.state {
                    State::Ready => thread.parked.is_none(),
                    // C3: the join of a thread that has ended.
                    State::Blocked(b) => self.joins_by_itself(*t, b.wait, visibility),
                    State::Running(_) | State::Ended => false,
                }
            };
            let next = || self.tids.values().copied().find(movable);
            let found = match self.unsettled {
                Unsettled::Nobody => None,
                Unsettled::One(t) => (self.threads.contains_key(t) && movable(&t)).then_some(t),
                Unsettled::Some => next(),
            };
            debug_assert_eq!(next(), found, "who can run on by itself is noticed");
            let Some(t) = found else {
                self.unsettled = Unsettled::Nobody;
                return;
            };
            if self.limit.is_some() {
                return;
            }
            match self.threads[t].state {
                State::Blocked(blocked) => self.finish_wait(t, blocked.wait),
                _ => self.advance(t, None, visibility, observer),
            }
            self.flush(observer);
        }
    }

    /// A thread runs on by itself. `from`: what it stood right before. If that is an access, its next
    /// visible access is the step, and happens.
    fn advance<O: Observer, V: Visibility>(
        &mut self,
        t: ThreadKey,
        from: Option<Parked>,
        visibility: &mut V,
        observer: &mut O,
    ) {
        let mut reserved = None;
        let mut pass = matches!(from, Some(Parked::Access(_)));
        let mut left = LOCAL_INSTRUCTIONS_MAX;
        while self
            .threads
            .get(t)
            .is_some_and(|thread| thread.state == State::Ready)
        {
            if self.threads[t].pending_signals != 0
                && let Err(death) = self.deliver_signal(t)
            {
                self.die(t, death);
                return;
            }
            if !self.threads[t].started {
                self.threads[t].started = true;
                self.tell(t, sim_abi::EventKind::Starts);
                self.flush(observer);
            }
            let alone = self.is_alone();
            let thread = &mut self.threads[t];
            let process = &self.processes[thread.process];
            let space = process.space.id;
            let told = observer.wants_accesses();
            let watch = KernelWatch::new(observer, &self.clock, thread, process);
            let mut hold = Hold {
                watch,
                visibility,
                alone,
                told,
                pass,
                reserved,
                held: None,
            };
            let budget = if O::SETTLES || O::INSTRUCTIONS {
                1
            } else {
                left
            };
            let (executed, stop) = sim_machine::run(
                &mut thread.registers,
                &mut self.memory,
                space,
                budget,
                &mut hold,
            );
            let held = hold.held;
            // The access that is the step is in nobody's way any more, but its page has gone meanwhile.
            let is_the_step = pass && executed == 0;
            (pass, reserved) = (hold.pass, hold.reserved);
            if O::SETTLES || O::INSTRUCTIONS {
                observer.settled(self);
            }
            left = left.saturating_sub(executed);
            self.clock.instructions += executed;
            match stop {
                Stop::Budget if left > 0 => {}
                Stop::Budget
                    if !alone && from != Some(Parked::Pause) && self.pausing() < PAUSING_MAX =>
                {
                    self.threads[t].parked = Some(Parked::Pause);
                    return;
                }
                Stop::Budget => {
                    self.limit = Some("instructions without a visible operation");
                    return;
                }
                Stop::Held => {
                    let mut access = held.expect("a held hart has said why");
                    access.write |= access.atomic && access.read && self.stores_next(t);
                    self.threads[t].parked = Some(Parked::Access(access));
                    return;
                }
                Stop::Miss(miss) => {
                    if let Err(fault) = self.page_fault(t, miss) {
                        if !alone {
                            // What is not there any more may have been another thread's.
                            visibility.visible(&self.attempt_at(t, miss));
                        }
                        if !alone && !is_the_step {
                            self.threads[t].parked = Some(Parked::Fault);
                            return;
                        }
                        self.fault(t, fault);
                    }
                }
                Stop::Ecall => {
                    if self.park_at_call(t, alone, visibility) {
                        return;
                    }
                    self.system_call(t, None);
                }
                Stop::Ebreak | Stop::Fault(_) if !alone => {
                    self.threads[t].parked = Some(Parked::Fault);
                    return;
                }
                Stop::Ebreak => self.fault(t, sim_abi::event::Fault::Breakpoint),
                Stop::Fault(fault) => self.fault(t, crate::hart::machine_fault(fault)),
            }
            self.charge = 0;
            self.flush(observer);
        }
    }

    /// How many threads pause (C7).
    fn pausing(&self) -> usize {
        let threads = self.threads.values();
        { threads }
            .filter(|thread| thread.parked == Some(Parked::Pause))
            .count()
    }

    /// The access that found no page.
    fn attempt_at(&self, t: ThreadKey, miss: Miss) -> MemoryAccess {
        let thread = &self.threads[t];
        let write = miss.access == AccessKind::Store;
        MemoryAccess {
            tick: self.clock.now,
            core: None,
            thread: thread.tid,
            process: thread.pid,
            pc: thread.registers.pc,
            address: miss.address,
            location: self.location(t, miss.address),
            size: 1,
            write,
            read: !write,
            atomic: false,
            value: 0,
            internal: false,
        }
    }

    /// Has a limit of the scenario been reached?
    pub fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// Only one thread lives, and nobody else looks on.
    pub fn is_alone(&self) -> bool {
        if self.has_invariants() {
            return false;
        }
        let alive = self
            .tids
            .values()
            .filter(|t| self.threads[**t].state != State::Ended);
        alive.take(2).count() == 1
    }

    /// Does an SC follow the LR at which the thread stands?
    fn stores_next(&self, t: ThreadKey) -> bool {
        const CONSTRAINED_MAX: u32 = 16; // RISC-V unprivileged specification, 8.3.
        let pc = self.threads[t].registers.pc;
        let space = self.space_of(t);
        (1..CONSTRAINED_MAX)
            .map_while(|n| {
                let mut word = [0; 4];
                self.memory
                    .read(space, pc.wrapping_add(4 * n), &mut word)
                    .ok()?;
                sim_abi::encoding::decode(u32::from_le_bytes(word))
            })
            .take_while(|i| !matches!(i.op, Op::LrW | Op::Ecall | Op::Jalr))
            .any(|i| i.op == Op::ScW)
    }

    /// What can be chosen, by tid and then by alternative.
    pub fn enabled(&self, choices: &mut Vec<Enabled>) {
        choices.clear();
        if self.halted_by_itself() {
            return;
        }
        choices.reserve(self.tids.len());
        self.enabled_of(choices, |t| !self.waits_for_library(t));
        if choices.is_empty() {
            self.enabled_of(choices, |_| true);
        }
    }

    fn enabled_of(&self, choices: &mut Vec<Enabled>, of: impl Fn(ThreadKey) -> bool) {
        for t in self.tids.values().copied().filter(|t| of(*t)) {
            let mut operation = None;
            self.each_choice(t, |choice, timeout| {
                let operation = match operation {
                    Some(known) => known,
                    None => *operation.insert(self.operation(t)?),
                };
                choices.push(Enabled {
                    thread: self.threads[t].tid,
                    choice,
                    operation,
                    timeout,
                });
                Some(())
            });
        }
    }

    /// What can be chosen for one thread, and whether that is a timeout; `tell` says `None` to stop.
    fn each_choice(&self, t: ThreadKey, mut tell: impl FnMut(Choice, bool) -> Option<()>) {
        let thread = &self.threads[t];
        let tid = thread.tid;
        let _ = match thread.state {
            State::Blocked(blocked) => {
                let goes_on = self.guard(t, blocked.wait);
                let step = goes_on.then_some((Choice::Step(tid), false));
                let timeout = blocked.until.map(|_| (Choice::Alt(tid, 1), true));
                let mut both = step.into_iter().chain(timeout);
                both.try_for_each(|(choice, timeout)| tell(choice, timeout))
            }
            // It has come to a stand nowhere: a limit has been reached.
            State::Ready if thread.parked.is_none() => None,
            State::Ready => match self.alternatives(t) {
                0 | 1 => tell(Choice::Step(tid), false),
                many => (0..many).try_for_each(|n| tell(Choice::Alt(tid, n), false)),
            },
            State::Running(_) | State::Ended => None,
        };
    }

    /// Is this one of the choices of [`World::each_choice`]; and is it a timeout? There may be many others.
    fn is_possible(&self, t: ThreadKey, alternative: Option<u32>) -> Option<bool> {
        let thread = &self.threads[t];
        match (thread.state, alternative) {
            (State::Blocked(blocked), None) => self.guard(t, blocked.wait).then_some(false),
            (State::Blocked(blocked), Some(1)) => blocked.until.map(|_| true),
            (State::Ready, _) if thread.parked.is_none() => None,
            (State::Ready, None) => (self.alternatives(t) < 2).then_some(false),
            (State::Ready, Some(n)) => {
                let many = self.alternatives(t);
                (many > 1 && n < many).then_some(false)
            }
            (State::Blocked(_) | State::Running(_) | State::Ended, _) => None,
        }
    }

    /// How many outcomes the operation has at which a thread stands.
    fn alternatives(&self, t: ThreadKey) -> u32 {
        match self.threads[t].parked {
            Some(Parked::Call(Call::Choose)) => self.threads[t].argument(0).min(OUTCOMES_MAX),
            // C6
            Some(Parked::Call(Call::CondSignal)) => {
                let object = Object::Condition(self.location(t, self.threads[t].argument(0)));
                self.waiters(object).len() as u32
            }
            _ => 1,
        }
    }

    /// Could the wait of a thread that waits end now by a step of its own?
    pub fn can_go_on(&self, tid: Tid) -> bool {
        let key = self.tids.get(&tid).copied();
        key.is_some_and(|t| {
            let blocked = self.threads[t].blocked();
            blocked.is_some_and(|blocked| self.guard(t, blocked.wait))
        })
    }

    /// The place of an address of a thread's memory, the same for all who can touch it.
    pub fn location_of(&self, tid: Tid, address: u32) -> Location {
        match self.tids.get(&tid) {
            Some(t) => self.location(*t, address),
            None => Location::Private { space: 0, address },
        }
    }

    /// The next operation of a thread that is not running by itself; also of one that waits.
    pub fn next_operation(&self, tid: Tid) -> Option<Operation> {
        self.operation(*self.tids.get(&tid)?)
    }

    fn operation(&self, t: ThreadKey) -> Option<Operation> {
        let thread = &self.threads[t];
        let arguments = core::array::from_fn(|n| thread.argument(n));
        match (thread.state, thread.parked) {
            (State::Blocked(blocked), _) => Some(Operation::Call {
                call: Call::from_number(thread.registers.x[17])?,
                arguments,
                object: Some(blocked.on),
                pc: blocked.pc,
            }),
            (State::Ready, Some(Parked::Access(access))) => Some(Operation::Access(access)),
            (State::Ready, Some(Parked::Call(call))) => Some(Operation::Call {
                call,
                arguments,
                object: self.object_of_call(t, call, arguments),
                pc: self.exact_place(t),
            }),
            (State::Ready, Some(Parked::Fault)) => Some(Operation::Fault {
                pc: self.exact_place(t),
            }),
            (State::Ready, Some(Parked::Pause)) => Some(Operation::Pause {
                pc: self.exact_place(t),
            }),
            _ => None,
        }
    }

    /// Makes a choice: that thread does its next visible operation and runs on to the one after it.
    ///
    /// # Errors
    /// The choice, if it is not one of [`World::enabled`]'s; nothing has changed then.
    pub fn step<O: Observer, V: Visibility>(
        &mut self,
        choice: Choice,
        visibility: &mut V,
        observer: &mut O,
    ) -> Result<(), NotEnabled> {
        let (tid, alternative) = match choice {
            Choice::Step(tid) => (tid, None),
            Choice::Alt(tid, n) => (tid, Some(n)),
            Choice::Tick => return Err(NotEnabled(choice)),
        };
        let t = *self.tids.get(&tid).ok_or(NotEnabled(choice))?;
        let is_timeout = self.is_possible(t, alternative).ok_or(NotEnabled(choice))?;
        self.places = O::PLACES;
        self.clock.now.0 += 1;
        self.clock.moment = self.clock.now;
        match (self.threads[t].state, self.threads[t].parked.take()) {
            (State::Blocked(_), _) if is_timeout => self.time_out(t),
            (State::Blocked(blocked), _) => self.finish_wait(t, blocked.wait),
            (_, from @ Some(Parked::Access(_) | Parked::Pause)) => {
                self.advance(t, from, visibility, observer);
            }
            (_, Some(Parked::Call(_))) => {
                self.unsettled.note(t);
                self.system_call(t, alternative);
            }
            (_, Some(Parked::Fault)) => {
                self.unsettled.note(t);
                self.fault_again(t);
            }
            (_, None) => unreachable!("an enabled thread waits or is parked"),
        }
        self.charge = 0;
        self.flush(observer);
        self.settle(visibility, observer);
        if self.has_invariants() {
            self.check_invariants_after(tid, visibility, observer);
            self.unsettled = Unsettled::Some;
            self.settle(visibility, observer);
        }
        Ok(())
    }

    /// Executes the instruction that kills.
    fn fault_again(&mut self, t: ThreadKey) {
        let space = self.space_of(t);
        let (_, stop) = sim_machine::run(
            &mut self.threads[t].registers,
            &mut self.memory,
            space,
            1,
            &mut (),
        );
        let fault = match stop {
            Stop::Miss(miss) => match self.page_fault(t, miss) {
                Ok(()) => return,
                Err(fault) => fault,
            },
            Stop::Ebreak => sim_abi::event::Fault::Breakpoint,
            Stop::Fault(fault) => crate::hart::machine_fault(fault),
            // Another thread has mended it in the meantime (mapped the page).
            Stop::Budget | Stop::Ecall | Stop::Held => return,
        };
        self.fault(t, fault);
    }

    /// Does the world stand still, and why?
    pub fn halted(&self) -> Option<Halt> {
        if let Some(limit) = self.limit {
            return Some(Halt::Limit(limit));
        }
        if self.halted_by_itself() {
            return Some(Halt::Done);
        }
        let mut choices = Vec::new();
        self.enabled(&mut choices);
        choices.is_empty().then_some(Halt::Stuck)
    }

    fn halted_by_itself(&self) -> bool {
        !self
            .processes
            .values()
            .any(|p| !p.daemon && p.status.is_none())
    }
}
