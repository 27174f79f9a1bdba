//! What detectors found, in sentences with names: one constructor for each kind of finding. Here crashes,
//! misuse, and what all of them need; waiting and memory are in `findings/`.

mod memory;
mod waits;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::event::{ExitStatus, Fault, Misuse};
use sim_abi::finding::{Site, StackFrame};
use sim_abi::{Event, EventKind, Finding, FindingKind, Object, Tick, Tid, Verdict};
use sim_detect::held::{Held, Hold};
use sim_detect::misuse::{Mishap, Misuses};
use sim_detect::side::Place;
use sim_kernel::World;

use crate::names::Names;

pub use memory::{
    heap_help, name_race, one_race_each, side_words, unnamed_heap_error, unnamed_leak, unnamed_race,
};
pub use waits::{Taking, deadlock, livelock, lock_order, standstill, waits_behind};

/// Where names come from.
pub struct Context<'a> {
    /// The world at that moment.
    pub world: &'a World,
    /// Names so far.
    pub names: &'a Names,
    /// Who holds which locks.
    pub held: &'a Held,
    /// Lost signals.
    pub misuses: &'a Misuses,
}

impl Context<'_> {
    fn object(&self, tid: Tid, object: Object) -> String {
        self.names.object(self.world, tid, object)
    }

    /// A site where a thread is now.
    fn here(&self, tid: Tid, pc: u32, tick: Option<Tick>, what: String) -> Site {
        self.site(tid, pc, tick, what, self.world.backtrace(tid))
    }

    /// A site where a thread was: the line only.
    fn there(&self, place: &Place, what: String) -> Site {
        self.site(place.thread, place.pc, Some(place.tick), what, Vec::new())
    }

    fn site(
        &self,
        tid: Tid,
        pc: u32,
        tick: Option<Tick>,
        what: String,
        stack: Vec<StackFrame>,
    ) -> Site {
        let (file, line) = self.world.source_place(tid, pc).unwrap_or_default();
        Site {
            thread: self.names.thread(tid),
            what,
            tick,
            file,
            line,
            stack: program_frames(stack),
            held: Vec::new(),
        }
    }

    fn holds(&self, hold: &Hold) -> Site {
        let name = self.object(hold.place.thread, hold.object);
        self.there(&hold.place, format!("holds {name}"))
    }

    /// Names of the locks a thread holds.
    pub fn held_names(&self, tid: Tid) -> Vec<String> {
        self.held
            .of(tid)
            .iter()
            .map(|hold| self.object(tid, hold.object))
            .collect()
    }
}

/// Without the library's own frames at the inner end: a person looks for his own line.
pub fn program_frames(stack: Vec<StackFrame>) -> Vec<StackFrame> {
    let library = |frame: &StackFrame| frame.file.starts_with('<') || frame.file.is_empty();
    let inner = stack.iter().position(|frame| !library(frame)).unwrap_or(0);
    stack
        .into_iter()
        .skip(inner)
        .filter(|frame| !library(frame))
        .collect()
}

/// An error of which nothing more is known.
pub fn error(verdict: Verdict, message: String, tick: Tick) -> Finding {
    Finding {
        kind: FindingKind::Error(verdict),
        message,
        tick,
        about: None,
        threads: Vec::new(),
        locations: Vec::new(),
        notes: Vec::new(),
        help: None,
    }
}

fn warning(kind: FindingKind, message: String, tick: Tick) -> Finding {
    Finding {
        kind,
        ..error(Verdict::Ok, message, tick)
    }
}

/// A search noticed something of this kind, and walking its way again did not show it.
pub fn not_found_again(kind: FindingKind, tick: Tick) -> Finding {
    let message = format!(
        "{}: the search came upon it, and its steps made once more did not show it. This is an error of the simulator",
        kind.name()
    );
    Finding {
        kind,
        ..error(Verdict::Unfinished, message, tick)
    }
}

/// The outcomes are not those that the scenario allows.
pub fn outcomes(message: String) -> Finding {
    error(Verdict::AssertionFailed, message, Tick(0))
}

/// A crash or a failed assertion, if the event is one.
pub fn crash(context: &Context, event: &Event) -> Option<Finding> {
    let name = || context.names.thread(event.thread);
    let (verdict, message, help) = match event.kind {
        EventKind::Faults { fault } => {
            let (words, help) = fault_words(fault);
            (
                Verdict::Crashed,
                format!("crashed: {} {words}", name()),
                help,
            )
        }
        EventKind::AssertFails => (
            Verdict::AssertionFailed,
            format!("assertion failed: {}", context.world.assertion()),
            "the program itself says that this must hold here",
        ),
        // Signals that mean a mistake; the others are a way of ending a process.
        EventKind::KilledBySignal {
            signal: signal @ (3 | 4 | 5 | 6 | 7 | 8 | 11),
        } => (
            Verdict::Crashed,
            format!(
                "crashed: {} is killed by signal {signal}{}",
                name(),
                signal_name(signal)
            ),
            "somebody called abort, raise or kill",
        ),
        _ => return None,
    };
    let name = name();
    let mut finding = error(verdict, message, event.tick);
    let stack = program_frames(context.world.obituary().to_vec());
    let (file, line) = stack
        .first()
        .map(|f| (f.file.clone(), f.line))
        .unwrap_or_default();
    finding.threads.push(name.clone());
    finding.locations.push(Site {
        thread: name,
        what: match verdict {
            Verdict::AssertionFailed => "fails the assertion".to_string(),
            _ => "is killed, and its process with it".to_string(),
        },
        tick: Some(event.tick),
        file,
        line,
        stack,
        held: context.held_names(event.thread),
    });
    finding.help = Some(help.to_string());
    Some(finding)
}

fn signal_name(signal: u8) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        8 => " (floating-point exception)",
        11 => " (segmentation fault)",
        _ => "",
    }
}

fn fault_words(fault: Fault) -> (String, &'static str) {
    const NULL: u32 = 0x1_0000;
    match fault {
        Fault::Load(at) if at < NULL => (
            format!("reads address {at:#x}: a null pointer"),
            "check the pointer before using it",
        ),
        Fault::Store(at) if at < NULL => (
            format!("writes address {at:#x}: a null pointer"),
            "check the pointer before using it",
        ),
        Fault::Load(at) => (
            format!("reads address {at:#x}, which is not mapped for reading"),
            "the address is in no segment of this process",
        ),
        Fault::Store(at) => (
            format!("writes address {at:#x}, which is not mapped for writing"),
            "the address is in no segment that may be written",
        ),
        Fault::Execute(at) => (
            format!("jumps to address {at:#x}, where no code is"),
            "a function pointer or a return address was overwritten",
        ),
        Fault::StackOverflow(at) => (
            format!("overflows its stack: touches the guard page at {at:#x}"),
            "endless recursion, or arrays too large for a stack",
        ),
        Fault::IllegalInstruction(word) => (
            format!("executes {word:#010x}, which is no instruction"),
            "data was executed as code",
        ),
        Fault::MisalignedFetch(at) => (
            format!("jumps to address {at:#x}, which is no multiple of 4"),
            "a function pointer or a return address was overwritten",
        ),
        Fault::MisalignedAtomic(at) => (
            format!("makes an atomic access to {at:#x}, which is no multiple of 4"),
            "atomic objects must be aligned",
        ),
        Fault::Breakpoint => (
            "stops at a breakpoint".to_string(),
            "a trap instruction was executed",
        ),
    }
}

/// Wrong use of a lock or another object.
pub fn mishap(context: &Context, mishap: &Mishap) -> Finding {
    match mishap {
        Mishap::Misused { misuse, place } => misused(context, *misuse, place),
        Mishap::ThreadEnded { place, holds } => {
            let who = context.names.thread(place.thread);
            left_locked(context, place, holds, format!("{who} ends while it holds"))
        }
        Mishap::ProcessEnded { place, holds } => left_locked(
            context,
            place,
            holds,
            "the process ends while its threads hold".to_string(),
        ),
    }
}

fn left_locked(context: &Context, place: &Place, holds: &[Hold], words: String) -> Finding {
    let names: Vec<String> = holds
        .iter()
        .map(|h| context.object(h.place.thread, h.object))
        .collect();
    let message = format!("exit holding a lock: {words} {}", list(&names));
    let mut finding = warning(FindingKind::ExitHoldingLock, message, place.tick);
    finding.threads.push(context.names.thread(place.thread));
    for (hold, name) in holds.iter().zip(&names) {
        finding
            .locations
            .push(context.there(&hold.place, format!("locks {name}")));
    }
    finding.help = Some("unlock on every way out".to_string());
    finding
}

fn misused(context: &Context, misuse: Misuse, place: &Place) -> Finding {
    let tid = place.thread;
    let name = |object| context.object(tid, object);
    let who = context.names.thread(tid);
    let (message, help) = match misuse {
        Misuse::UnlockNotOwner(object, Some(owner)) => (
            format!(
                "misuse: {who} unlocks {}, which {} holds",
                name(object),
                context.names.thread(owner)
            ),
            "only the thread that locked a mutex may unlock it",
        ),
        Misuse::UnlockNotOwner(object, None) => (
            format!(
                "misuse: {who} unlocks {}, which is not locked",
                name(object)
            ),
            "every unlock needs a lock before it",
        ),
        Misuse::DestroyBusy(object) => (
            format!("misuse: {who} destroys {} while it is in use", name(object)),
            "join the threads that use it first",
        ),
        Misuse::UseDestroyed(object) => (
            format!("misuse: {who} uses {} after it was destroyed", name(object)),
            "destroy it last, or initialise it again",
        ),
        Misuse::WaitWithoutLock(object) => (
            format!(
                "misuse: {who} waits on a condition without holding {}",
                name(object)
            ),
            "lock the mutex before pthread_cond_wait",
        ),
        Misuse::JoinTwice(child) => (
            format!(
                "misuse: {who} joins {}, which is detached or joined already",
                context.names.thread(child)
            ),
            "join each thread once",
        ),
        Misuse::FreeInvalid(address) => (
            format!("misuse: {who} frees {address:#x}, which is no heap block"),
            "free what malloc returned, and nothing else",
        ),
        Misuse::FreeTwice(address) => (
            format!("misuse: {who} frees {address:#x} a second time"),
            "set the pointer to NULL after free",
        ),
    };
    let mut finding = error(Verdict::Misuse, message, place.tick);
    finding.threads.push(who);
    let tick = Some(place.tick);
    finding
        .locations
        .push(context.here(tid, place.pc, tick, "does it".to_string()));
    finding.help = Some(help.to_string());
    finding
}

/// `bank/t1` → `t1`
fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// `a, b and c`
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Did the process end by itself?
pub fn ended_well(status: ExitStatus) -> bool {
    matches!(status, ExitStatus::Exited(_))
}
