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
//!   C6  of several waiters a signal wakes any, of several threads `kill` interrupts any: alternatives, by tid
//!   C7  a thread that computes on its own for long pauses: others go on, and may turn out to touch what it
//!       touches. If it does so once more it loops by itself, which ends the search there
//!   C8  a signal handler is to the code that it interrupts like another thread: memory that both touch is
//!       visible
//!
//! Not here: which choice is made, and what is concluded (`explore`).

use alloc::vec::Vec;
use core::ops::Range;

use sim_abi::layout::PAGE_SIZE;
use sim_abi::syscall::Call;
use sim_abi::{Choice, Location, MemoryAccess, Op, Tid};
use sim_machine::{Access, AccessKind, Kind, Miss, Stop, Watch};

use crate::observer::Observer;
use crate::thread::{State, ThreadKey};
use crate::watch::KernelWatch;
use crate::world::{Halt, Mode, World};

/// A thread that executes so many instructions without a visible operation loops by itself.
const LOCAL_INSTRUCTIONS_MAX: u64 = 20_000_000;
/// Nobody could look at more outcomes of one choice: it is a limit.
pub(crate) const OUTCOMES_MAX: u32 = 1 << 16;
/// This bit of a thread's id stands for its signal handlers (C8).
const HANDLER: u32 = 1 << 31;
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
    /// In a signal handler: the part of the stack that is the handler's own (C8).
    handler: Option<Range<u32>>,
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
        let visible = match &self.handler {
            Some(own) if !own.contains(&told.address) => {
                let thread = Tid(told.thread.0 | HANDLER);
                self.visibility.visible(&MemoryAccess { thread, ..told })
            }
            _ => self.visibility.visible(&told),
        };
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
            if !self.threads[t].started {
                self.threads[t].started = true;
                self.tell(t, sim_abi::EventKind::Starts);
                self.flush(observer);
            }
            if self.threads[t].pending_signals != 0 {
                if let Err(death) = self.deliver_signal(t) {
                    self.die(t, death);
                    return;
                }
                self.flush(observer);
            }
            let alone = self.is_alone();
            let thread = &mut self.threads[t];
            let process = &self.processes[thread.process];
            let space = process.space.id;
            let told = observer.wants_accesses();
            let handler = thread.interrupted_stack.map(|end| {
                let area = process.space.area_of(end.wrapping_sub(1) / PAGE_SIZE);
                area.map_or(end, |area| area.start * PAGE_SIZE)..end
            });
            let watch = KernelWatch::new(observer, &self.clock, thread, process);
            let mut hold = Hold {
                watch,
                visibility,
                alone,
                handler,
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

    pub(crate) fn halted_by_itself(&self) -> bool {
        !self
            .processes
            .values()
            .any(|p| !p.daemon && p.status.is_none())
    }
}
