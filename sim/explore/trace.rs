//! Writing down what happens, with the names that things have at that moment.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::event::Misuse;
use sim_abi::record::Span;
use sim_abi::trace::{Sentence, SentenceId, Trace, TraceKind, TraceLine};
use sim_abi::{CoreId, Event, EventKind, Instruction, MemoryAccess, Object, Pid, Tick, Tid};
use sim_kernel::{Observer, World};
use sim_machine::Registers;

use crate::inspect::Inspector;
use crate::names::Names;
use crate::run::{Options, TraceLevel};
use crate::said::Said;
use crate::timeline::Timeline;

/// Lines of a trace that are kept; what comes after them is only counted.
const LINES_MAX: usize = 250_000;

/// Listens for the tracer and the detectors.
pub struct Listener<const SETTLES: bool, const INSTRUCTIONS: bool> {
    /// Writes down.
    pub tracer: Tracer,
    /// What the cores do.
    pub timeline: Timeline,
    /// Draws conclusions.
    pub inspector: Inspector,
}

impl<const S: bool, const I: bool> Listener<S, I> {
    /// Nothing has happened.
    pub fn new(options: &Options) -> Self {
        Listener {
            tracer: Tracer::new(options.trace),
            timeline: Timeline::new(options.timeline),
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
        self.timeline.executed(world.instructions());
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
        self.timeline.span(Span {
            core,
            from,
            to,
            thread,
            overhead,
        });
    }
}

/// Writes down.
pub struct Tracer {
    level: TraceLevel,
    /// Names so far.
    pub names: Names,
    /// The trace.
    pub trace: Trace,
    /// What was said before, and may come again.
    said: Said,
    /// Lines that came after the last that was kept.
    pub left_out: u64,
    /// Output in order: stream, bytes.
    pub output: Vec<(u8, Vec<u8>)>,
    /// Told, and not yet written: the world was busy.
    accesses: Vec<MemoryAccess>,
    pending_instruction: Option<(Tid, u32, Instruction, Registers)>,
}

impl Tracer {
    pub(crate) fn new(level: TraceLevel) -> Tracer {
        Tracer {
            level,
            names: Names::default(),
            trace: Trace::default(),
            said: Said::default(),
            left_out: 0,
            output: Vec::new(),
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
        if level_of(&event.kind) > self.level || self.is_full() {
            return;
        }
        let sentence = match self.said.again(event, self.names.changes()) {
            Some(sentence) => {
                let said = &self.trace.sentences()[sentence.index()];
                debug_assert!(*said == self.words(world, event), "it looks the same");
                sentence
            }
            None => self.say_event(world, event),
        };
        self.line(event.tick, event.core, sentence);
    }

    /// Says what happened, and remembers it if it will look the same when it happens again.
    fn say_event(&mut self, world: &World, event: &Event) -> SentenceId {
        let sentence = self.trace.say(self.words(world, event));
        let lasts = |named: Named| match named {
            Named::Thread(_) | Named::Process(_) => true,
            Named::Object(object) => world.has_lasting_name(event.thread, object),
        };
        if !has_text(&event.kind)
            && world.has_lasting_line(event.thread, event.pc)
            && named(&event.kind).into_iter().flatten().all(lasts)
        {
            self.said.remember(event, self.names.changes(), sentence);
        }
        sentence
    }

    /// What happened.
    fn words(&self, world: &World, event: &Event) -> Sentence {
        let names = named(&event.kind).map(|n| Some(self.resolve(world, event.thread, n?)));
        let what = TraceKind::Event {
            kind: event.kind,
            names,
            text: text(world, event),
        };
        self.sentence(world, event.thread, event.pc, what)
    }

    /// Is there no room for one more line? Then it is counted only.
    fn is_full(&mut self) -> bool {
        let full = self.trace.lines.len() >= LINES_MAX;
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
            let sentence = self.trace.say(self.sentence(world, tid, pc, what));
            self.line(world.now(), world.core_of(tid), sentence);
        }
        for access in core::mem::take(&mut self.accesses) {
            if self.is_full() {
                continue;
            }
            let place = world.location_name(access.thread, access.location);
            let what = TraceKind::Access { access, place };
            let sentence = self.sentence(world, access.thread, access.pc, what);
            let sentence = self.trace.say(sentence);
            self.line(access.tick, access.core, sentence);
        }
    }

    fn sentence(&self, world: &World, thread: Tid, pc: u32, what: TraceKind) -> Sentence {
        let (file, line) = world.source_line(thread, pc).unzip();
        Sentence {
            thread,
            name: self.names.shared(thread),
            file: file.cloned().unwrap_or_default(),
            line: line.unwrap_or_default(),
            what,
        }
    }

    fn line(&mut self, tick: Tick, core: Option<CoreId>, sentence: SentenceId) {
        self.trace.lines.push(TraceLine {
            tick,
            core,
            sentence,
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
        | EventKind::Handles { .. }
        | EventKind::KilledBySignal { .. }
        | EventKind::Outcome
        | EventKind::Progress => [None, None],
    }
}

/// Does a text belong to it?
fn has_text(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Writes { .. }
            | EventKind::Executes
            | EventKind::AssertFails
            | EventKind::Sometimes { .. }
            | EventKind::Outcome
    )
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
