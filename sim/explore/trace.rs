//! Writing down what happens, with the names that things have at that moment.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::event::Misuse;
use sim_abi::record::{Span, TraceKind, TraceLine};
use sim_abi::{CoreId, Event, EventKind, Instruction, MemoryAccess, Object, Pid, Tick, Tid};
use sim_kernel::{Observer, World};
use sim_machine::Registers;

use crate::inspect::Inspector;
use crate::run::TraceLevel;

/// Lines of a trace that are kept; what comes after them is only counted.
const LINES_MAX: usize = 250_000;
/// Parts of the cores' time lines that are kept.
const SPANS_MAX: usize = 1 << 20;

/// Listens for the tracer and the detectors.
pub struct Listener<const SETTLES: bool, const INSTRUCTIONS: bool> {
    /// Writes down.
    pub tracer: Tracer,
    /// Draws conclusions.
    pub inspector: Inspector,
}

impl<const S: bool, const I: bool> Listener<S, I> {
    /// Nothing has happened.
    pub fn new(level: TraceLevel) -> Self {
        Listener {
            tracer: Tracer::new(level),
            inspector: Inspector::default(),
        }
    }
}

impl<const S: bool, const I: bool> Observer for Listener<S, I> {
    const ACCESSES: bool = true;
    const INSTRUCTIONS: bool = I;
    const SETTLES: bool = S;

    fn event(&mut self, world: &World, event: &Event) {
        self.tracer.event(world, event);
        self.inspector.event(world, event, &self.tracer.names);
    }

    fn access(&mut self, access: &MemoryAccess) {
        if S {
            self.tracer.access(access);
        }
        self.inspector.access(access);
    }

    fn instruction(&mut self, thread: Tid, pc: u32, instruction: Instruction, before: &Registers) {
        self.tracer.pending_instruction = Some((thread, pc, instruction, *before));
    }

    fn space_gone(&mut self, space: u32) {
        self.inspector.space_gone(space);
    }

    fn settled(&mut self, world: &World) {
        self.tracer.settled(world);
    }

    fn span(&mut self, core: CoreId, from: Tick, to: Tick, thread: Tid, overhead: bool) {
        self.tracer.span(Span {
            core,
            from,
            to,
            thread,
            overhead,
        });
    }
}

/// Names of threads and processes, also of those that have ended.
#[derive(Clone, Debug, Default)]
pub struct Names {
    threads: BTreeMap<Tid, ThreadName>,
    processes: BTreeMap<Pid, Arc<str>>,
}

/// Its process's name, its own, and both.
#[derive(Clone, Debug)]
struct ThreadName {
    process: Arc<str>,
    thread: Arc<str>,
    both: Arc<str>,
}

impl Names {
    /// `bank/t1`
    pub fn thread(&self, tid: Tid) -> String {
        self.shared(tid).to_string()
    }

    /// The same, for those who keep it often.
    fn shared(&self, tid: Tid) -> Arc<str> {
        match self.threads.get(&tid) {
            Some(name) => name.both.clone(),
            None => format!("thread {tid}").into(),
        }
    }

    /// `bank`
    pub fn process(&self, pid: Pid) -> String {
        match self.processes.get(&pid) {
            Some(name) => name.to_string(),
            None => format!("process {pid}"),
        }
    }

    /// What a thread calls an object.
    pub fn object(&self, world: &World, tid: Tid, object: Object) -> String {
        match object {
            Object::Thread(child) => self.thread(child),
            Object::Process(pid) => self.process(pid),
            _ => world.object_name(tid, object),
        }
    }

    /// Learns the names in an event.
    pub fn event(&mut self, world: &World, event: &Event) {
        self.learn(world, event.thread, event.process);
        if let EventKind::ThreadCreated { child } = event.kind
            && let Some(thread) = world.thread(child)
        {
            self.learn(world, child, thread.pid);
        }
    }

    fn learn(&mut self, world: &World, tid: Tid, pid: Pid) {
        let (Some(thread), Some(process)) = (world.thread(tid), world.process(pid)) else {
            return;
        };
        match self.threads.get(&tid) {
            Some(known)
                if Arc::ptr_eq(&known.process, &process.name)
                    && Arc::ptr_eq(&known.thread, &thread.name) => {}
            _ => {
                let name = ThreadName {
                    process: process.name.clone(),
                    thread: thread.name.clone(),
                    both: format!("{}/{}", process.name, thread.name).into(),
                };
                self.threads.insert(tid, name);
                self.processes.insert(pid, process.name.clone());
            }
        }
    }
}

/// Writes down.
pub struct Tracer {
    level: TraceLevel,
    /// Names so far.
    pub names: Names,
    /// The trace.
    pub lines: Vec<TraceLine>,
    /// Lines that came after the last that was kept.
    pub left_out: u64,
    /// Output in order: stream, bytes.
    pub output: Vec<(u8, Vec<u8>)>,
    /// What the cores did.
    spans: Vec<Span>,
    spans_told: usize,
    /// Of each core, its last span.
    last_spans: Vec<usize>,
    /// Told, and not yet written: the world was busy.
    accesses: Vec<MemoryAccess>,
    pending_instruction: Option<(Tid, u32, Instruction, Registers)>,
}

impl Tracer {
    /// A core did this; neighbouring spans of one core and thread are one.
    fn span(&mut self, span: Span) {
        if self.spans_told == SPANS_MAX {
            return;
        }
        self.spans_told += 1;
        let core = usize::from(span.core.0);
        if self.last_spans.len() <= core {
            self.last_spans.resize(core + 1, usize::MAX);
        }
        match self.spans.get_mut(self.last_spans[core]) {
            Some(last)
                if last.to == span.from
                    && last.thread == span.thread
                    && last.overhead == span.overhead =>
            {
                last.to = span.to;
            }
            _ => {
                self.last_spans[core] = self.spans.len();
                self.spans.push(span);
            }
        }
    }

    /// What the cores did, in order.
    pub fn timeline(&mut self) -> Vec<Span> {
        let mut spans = core::mem::take(&mut self.spans);
        spans.sort_by_key(|s| (s.from, s.core));
        spans
    }

    pub(crate) fn new(level: TraceLevel) -> Tracer {
        Tracer {
            level,
            names: Names::default(),
            lines: Vec::new(),
            left_out: 0,
            output: Vec::new(),
            spans: Vec::new(),
            spans_told: 0,
            last_spans: Vec::new(),
            accesses: Vec::new(),
            pending_instruction: None,
        }
    }

    /// All bytes of one stream, in order.
    pub fn output(&self, stream: u8) -> Vec<u8> {
        let parts = self.output.iter().filter(|(s, _)| *s == stream);
        parts.flat_map(|(_, bytes)| bytes.iter().copied()).collect()
    }

    pub(crate) fn event(&mut self, world: &World, event: &Event) {
        self.names.event(world, event);
        if let EventKind::Writes {
            stream,
            start,
            bytes,
        } = event.kind
        {
            let written = &world.output()[start as usize..][..bytes as usize];
            match self.output.last_mut() {
                Some((last, text)) if *last == stream => text.extend_from_slice(written),
                _ => self.output.push((stream, written.to_vec())),
            }
        }
        if level_of(&event.kind) > self.level {
            return;
        }
        if self.is_full() {
            return;
        }
        let names = named(&event.kind).map(|n| Some(self.resolve(world, event.thread, n?)));
        let what = TraceKind::Event {
            kind: event.kind,
            names,
            text: text(world, event),
        };
        self.line(world, event.tick, event.core, event.thread, event.pc, what);
    }

    /// Is there no room for one more line? Then it is counted only.
    fn is_full(&mut self) -> bool {
        let full = self.lines.len() >= LINES_MAX;
        self.left_out += u64::from(full);
        full
    }

    fn resolve(&self, world: &World, tid: Tid, named: Named) -> Arc<str> {
        match named {
            Named::Thread(other) => self.names.shared(other),
            Named::Process(pid) => self.names.process(pid).into(),
            Named::Object(object) => self.names.object(world, tid, object).into(),
        }
    }

    pub(crate) fn access(&mut self, access: &MemoryAccess) {
        self.accesses.push(*access);
    }

    /// What was told can be looked up now.
    pub(crate) fn settled(&mut self, world: &World) {
        if let Some((tid, pc, instruction, before)) = self.pending_instruction.take()
            && !self.is_full()
        {
            let after = world.thread(tid).map(|t| t.registers);
            let rd = usize::from(instruction.rd.0);
            let wrote = after.filter(|a| rd != 0 && (a.pc != before.pc || a.x != before.x));
            let function = world.function_at(tid, pc);
            let what = TraceKind::Instruction {
                pc,
                instruction,
                function,
                wrote: wrote.map(|a| (instruction.rd.0, a.x[rd])),
            };
            let core = world.core_of(tid);
            self.line(world, world.now(), core, tid, pc, what);
        }
        for access in core::mem::take(&mut self.accesses) {
            if self.is_full() {
                continue;
            }
            let place = world.location_name(access.thread, access.location);
            let what = TraceKind::Access { access, place };
            self.line(
                world,
                access.tick,
                access.core,
                access.thread,
                access.pc,
                what,
            );
        }
    }

    fn line(
        &mut self,
        world: &World,
        tick: Tick,
        core: Option<CoreId>,
        thread: Tid,
        pc: u32,
        what: TraceKind,
    ) {
        let (file, line) = world.source_line(thread, pc).unzip();
        let name = self.names.shared(thread);
        self.lines.push(TraceLine {
            tick,
            core,
            thread,
            name,
            file: file.cloned().unwrap_or_default(),
            line: line.unwrap_or_default(),
            what,
        });
    }
}

/// From which level on an event is written down.
fn level_of(kind: &EventKind) -> TraceLevel {
    match kind {
        EventKind::SystemCall { .. }
        | EventKind::PageFault { .. }
        | EventKind::HeapAllocated { .. }
        | EventKind::HeapFreed { .. }
        | EventKind::MemoryReused { .. }
        // A dispatch says what `Starts` and the core's column say too, but for the price.
        | EventKind::Dispatched { switch: sim_abi::event::Switch::Free, .. } => TraceLevel::SystemCalls,
        _ => TraceLevel::Events,
    }
}

/// Something in an event that has a name.
#[derive(Clone, Copy)]
enum Named {
    Thread(Tid),
    Process(Pid),
    Object(Object),
}

/// The names in an event, in the order of its fields.
fn named(kind: &EventKind) -> [Option<Named>; 2] {
    use Named::{Object as O, Process as P, Thread as T};
    let one = |name| [Some(name), None];
    let lock_of = |object, holder: Option<Tid>| [Some(O(object)), holder.map(T)];
    match *kind {
        EventKind::ProcessCreated { parent } => [parent.map(P), None],
        EventKind::ThreadCreated { child } | EventKind::Joins { child } => one(T(child)),
        EventKind::Reaps { child, .. } => one(P(child)),
        EventKind::Dispatched { previous, .. } => [previous.map(T), None],
        EventKind::Locks { object, .. }
        | EventKind::Unlocks { object, .. }
        | EventKind::Posts { object, .. }
        | EventKind::Takes { object, .. }
        | EventKind::Arrives { object, .. }
        | EventKind::Passes { object }
        | EventKind::Once { object, .. } => one(O(object)),
        EventKind::TryFails { object, holder } => lock_of(object, holder),
        EventKind::Blocks { on, holder } => lock_of(on, holder),
        EventKind::Wakes { on } | EventKind::TimesOut { on } => one(O(on)),
        EventKind::ConditionWaits { condition, mutex } => [Some(O(condition)), Some(O(mutex))],
        EventKind::Signals { condition, .. } | EventKind::Signalled { condition } => {
            one(O(condition))
        }
        EventKind::PipeWrites { pipe, .. }
        | EventKind::PipeReads { pipe, .. }
        | EventKind::PipeCreated { pipe }
        | EventKind::PipeCloses { pipe, .. } => one(O(Object::Pipe(pipe))),
        EventKind::Misuses { misuse } => match misuse {
            Misuse::UnlockNotOwner(object, holder) => lock_of(object, holder),
            Misuse::DestroyBusy(object)
            | Misuse::UseDestroyed(object)
            | Misuse::WaitWithoutLock(object) => one(O(object)),
            Misuse::JoinTwice(tid) => one(T(tid)),
            Misuse::FreeInvalid(_) | Misuse::FreeTwice(_) => [None, None],
        },
        EventKind::Starts
        | EventKind::Exits
        | EventKind::ProcessExits { .. }
        | EventKind::Executes
        | EventKind::Preempted
        | EventKind::Yields
        | EventKind::Sleeps { .. }
        | EventKind::WaitsForDevice { .. }
        | EventKind::Writes { .. }
        | EventKind::PageFault { .. }
        | EventKind::SystemCall { .. }
        | EventKind::HeapAllocated { .. }
        | EventKind::HeapFreed { .. }
        | EventKind::MemoryReused { .. }
        | EventKind::Faults { .. }
        | EventKind::AssertFails
        | EventKind::Sometimes { .. }
        | EventKind::KilledBySignal { .. }
        | EventKind::Outcome
        | EventKind::Progress => [None, None],
    }
}

/// The text that belongs to an event.
fn text(world: &World, event: &Event) -> String {
    match event.kind {
        EventKind::Writes { start, bytes, .. } => {
            let written = &world.output()[start as usize..][..bytes as usize];
            String::from_utf8_lossy(written).into_owned()
        }
        EventKind::Executes => world
            .program_of(event.thread)
            .unwrap_or_default()
            .to_string(),
        EventKind::AssertFails => world.assertion().to_string(),
        EventKind::Sometimes { .. } => world.condition().to_string(),
        EventKind::Outcome => world.outcomes().last().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}
