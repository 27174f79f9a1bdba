//! What happened, in words: one short sentence for each kind of event, with names.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::fmt::{self, Formatter};

use sim_abi::event::{
    Asked, EventKind, ExitStatus, Fault, MemoryAccess, Misuse, Mode, Object, PageFault, Switch,
};
use sim_abi::trace::EventNames;

use crate::signal;
use crate::style::Paint;
use crate::syscall;

/// Longest piece of output that a line of the trace shows, in characters.
const TEXT_MAX: usize = 40;

/// The names that belong to an event, taken in the order of its fields.
pub struct Names<'a> {
    names: core::slice::Iter<'a, Option<Arc<str>>>,
    /// `bank/`: not repeated for what belongs to the same process.
    process: &'a str,
}

impl<'a> Names<'a> {
    /// Names for an event of the thread `thread`.
    pub fn new(thread: &'a str, names: &'a EventNames) -> Self {
        let process = thread.find('/').map_or("", |slash| &thread[..=slash]);
        Names {
            names: names.iter(),
            process,
        }
    }

    /// The next name, without the process that everybody knows.
    fn next(&mut self) -> &'a str {
        let name = self.names.next().and_then(Option::as_deref).unwrap_or("?");
        name.strip_prefix(self.process)
            .filter(|n| !n.is_empty())
            .unwrap_or(name)
    }
}

/// How an event is painted.
pub fn paint(kind: &EventKind) -> Paint {
    match kind {
        EventKind::Faults { .. }
        | EventKind::AssertFails
        | EventKind::KilledBySignal { .. }
        | EventKind::Misuses { .. }
        | EventKind::ProcessExits {
            status: ExitStatus::Killed(_),
        } => Paint::Bad,
        EventKind::Blocks { .. }
        | EventKind::ConditionWaits { .. }
        | EventKind::TryFails { .. }
        | EventKind::TimesOut { .. } => Paint::Warn,
        EventKind::Dispatched { .. }
        | EventKind::PageFault { .. }
        | EventKind::SystemCall { .. }
        | EventKind::HeapAllocated { .. }
        | EventKind::HeapFreed { .. }
        | EventKind::MemoryReused { .. }
        | EventKind::Sometimes { .. } => Paint::Faint,
        EventKind::Writes { .. } | EventKind::Outcome => Paint::Good,
        EventKind::ProcessCreated { .. }
        | EventKind::ThreadCreated { .. }
        | EventKind::Starts
        | EventKind::Exits
        | EventKind::ProcessExits { .. }
        | EventKind::Reaps { .. }
        | EventKind::Executes
        | EventKind::Handles { .. }
        | EventKind::Preempted
        | EventKind::Yields
        | EventKind::Locks { .. }
        | EventKind::Unlocks { .. }
        | EventKind::Wakes { .. }
        | EventKind::Signals { .. }
        | EventKind::Signalled { .. }
        | EventKind::Posts { .. }
        | EventKind::Takes { .. }
        | EventKind::Arrives { .. }
        | EventKind::Passes { .. }
        | EventKind::Once { .. }
        | EventKind::PipeWrites { .. }
        | EventKind::PipeReads { .. }
        | EventKind::PipeCreated { .. }
        | EventKind::PipeCloses { .. }
        | EventKind::Joins { .. }
        | EventKind::Sleeps { .. }
        | EventKind::WaitsForDevice { .. }
        | EventKind::Progress => Paint::Plain,
    }
}

/// An event in words. `text` is what was written, asserted or observed.
pub fn words(f: &mut Formatter, kind: &EventKind, mut names: Names, text: &str) -> fmt::Result {
    let n = &mut names;
    match *kind {
        EventKind::ProcessCreated { parent: None } => f.write_str("is created"),
        EventKind::ProcessCreated { parent: Some(_) } => {
            write!(f, "is created, child of {}", n.next())
        }
        EventKind::ThreadCreated { .. } => f.write_str(&created(n.next())),
        EventKind::Starts => f.write_str("starts"),
        EventKind::Exits => f.write_str("ends"),
        EventKind::ProcessExits { status } => write!(f, "process ends: {}", status_words(status)),
        EventKind::Reaps { status, .. } => {
            write!(
                f,
                "learns that {} ended: {}",
                n.next(),
                status_words(status)
            )
        }
        EventKind::Executes => match text.is_empty() {
            true => f.write_str("becomes another program"),
            false => write!(f, "becomes the program {text}"),
        },
        EventKind::Dispatched { switch, previous } => {
            dispatched(f, switch, previous.map(|_| n.next()))
        }
        EventKind::Preempted => f.write_str("is preempted: its quantum is over"),
        EventKind::Yields => f.write_str("yields"),
        EventKind::Locks { mode, asked, .. } => {
            let lock = n.next();
            let how = match asked {
                Asked::Waits | Asked::WaitsUntil => "",
                Asked::Tries => " (try-lock)",
            };
            write!(f, "locks {lock}{}{how}", mode_words(mode))
        }
        EventKind::TryFails { holder, .. } => {
            let lock = n.next();
            write!(
                f,
                "tries {lock} in vain{}",
                held_by(holder.map(|_| n.next()))
            )
        }
        EventKind::Unlocks { mode, .. } => write!(f, "unlocks {}{}", n.next(), mode_words(mode)),
        EventKind::Blocks { on, holder } => {
            wait_words(f, on, n.next())?;
            f.write_str(&held_by(holder.map(|_| n.next())))
        }
        EventKind::Wakes { on } => woken_words(f, on, n.next()),
        EventKind::TimesOut { on } => {
            f.write_str("no longer ")?;
            wait_words(f, on, n.next())?;
            f.write_str(": time is over")
        }
        EventKind::ConditionWaits { .. } => {
            let condition = n.next();
            write!(f, "waits on {condition}, giving {} back", n.next())
        }
        EventKind::Signals {
            broadcast, woken, ..
        } => {
            let verb = if broadcast { "broadcasts" } else { "signals" };
            write!(f, "{verb} {}: {}", n.next(), woken_count(woken))
        }
        EventKind::Signalled { .. } => write!(f, "is picked by a signal on {}", n.next()),
        EventKind::Posts { value, .. } => write!(f, "posts {}, now {value}", n.next()),
        EventKind::Takes { value, .. } => write!(f, "takes {}, now {value}", n.next()),
        EventKind::Arrives {
            arrived, needed, ..
        } => write!(f, "arrives at {}: {arrived} of {needed}", n.next()),
        EventKind::Passes { .. } => write!(f, "passes {}", n.next()),
        EventKind::Once { done: false, .. } => write!(f, "runs the function of {}", n.next()),
        EventKind::Once { done: true, .. } => write!(f, "has run the function of {}", n.next()),
        EventKind::PipeWrites { bytes, .. } => {
            write!(f, "writes {} into {}", count(bytes, "byte"), n.next())
        }
        EventKind::PipeReads { bytes: 0, .. } => write!(f, "reads end of file from {}", n.next()),
        EventKind::PipeReads { bytes, .. } => {
            write!(f, "reads {} from {}", count(bytes, "byte"), n.next())
        }
        EventKind::PipeCreated { .. } => write!(f, "makes {}", n.next()),
        EventKind::PipeCloses {
            write_end: true, ..
        } => write!(f, "closes the last write end of {}", n.next()),
        EventKind::PipeCloses {
            write_end: false, ..
        } => write!(f, "closes the last read end of {}", n.next()),
        EventKind::Joins { .. } => write!(f, "joins {}", n.next()),
        EventKind::Sleeps { until } => write!(f, "sleeps until tick {until}"),
        EventKind::WaitsForDevice { until } => write!(f, "waits for its device until tick {until}"),
        EventKind::Writes { stream, .. } => f.write_str(&writes(stream, text)),
        EventKind::PageFault { address, why } => f.write_str(&page_fault(address, why)),
        EventKind::SystemCall {
            call,
            arguments,
            result,
        } => f.write_str(&syscall::words(call, arguments, result)),
        EventKind::HeapAllocated { block, size, .. } => {
            write!(f, "gets {} of heap at {block:#x}", count(size, "byte"))
        }
        EventKind::HeapFreed { block, size } => {
            write!(f, "frees {} of heap at {block:#x}", count(size, "byte"))
        }
        EventKind::MemoryReused { address, size, .. } => {
            write!(
                f,
                "gets fresh memory: {} at {address:#x}",
                count(size, "byte")
            )
        }
        EventKind::Faults { fault } => f.write_str(&fault_words(fault)),
        EventKind::AssertFails => write!(f, "assertion fails: {}", one_line(text)),
        EventKind::Handles { signal } => write!(f, "handles {}", signal_words(signal)),
        EventKind::KilledBySignal { signal } => write!(f, "is killed by {}", signal_words(signal)),
        EventKind::Misuses { misuse } => f.write_str(&misuse_words(misuse, n)),
        EventKind::Sometimes { holds: true } => write!(f, "finds true: {}", one_line(text)),
        EventKind::Sometimes { holds: false } => write!(f, "finds not true: {}", one_line(text)),
        EventKind::Outcome => write!(f, "outcome: {}", one_line(text)),
        EventKind::Progress => f.write_str("makes progress"),
    }
}

/// A memory access in words.
pub fn access_words(access: &MemoryAccess, place: &str) -> String {
    let verb = match (access.read, access.write) {
        (true, true) => "updates",
        (false, true) => "writes",
        (true, false) => "reads",
        (false, false) => "tries to write",
    };
    let atomically = if access.atomic { "atomically " } else { "" };
    let address = access.address;
    let place = if place.is_empty() {
        format!("{address:#x}")
    } else {
        place.to_string()
    };
    let value = match access.size {
        0..=4 => format!(" = {}", value_words(access.value)),
        size => format!(", {size} bytes"),
    };
    format!("{atomically}{verb} {place}{value}")
}

/// Small numbers in decimal, others in hexadecimal too.
pub fn value_words(value: u32) -> String {
    match value as i32 {
        small @ -0xffff..=0xf_ffff => small.to_string(),
        _ => format!("{value:#x}"),
    }
}

/// `1 byte`, `2 bytes`
pub fn count(number: impl Into<u64>, noun: &str) -> String {
    match number.into() {
        1 => format!("1 {noun}"),
        number if noun.ends_with('s') => format!("{number} {noun}es"),
        number if noun.ends_with("ch") => format!("{number} {noun}es"),
        number => format!("{number} {noun}s"),
    }
}

/// How a process ended.
pub fn status_words(status: ExitStatus) -> String {
    match status {
        ExitStatus::Exited(status) => format!("exit status {status}"),
        ExitStatus::Killed(signal) => format!("killed by {}", signal_words(signal)),
    }
}

/// Text on one line, cut off where it gets long; line ends and control characters are escaped.
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars().take(TEXT_MAX) {
        match c {
            // It stands between double quotes, or in nothing.
            '\'' => line.push(c),
            c => line.extend(c.escape_debug()),
        }
    }
    if text.chars().count() > TEXT_MAX {
        line.push('…');
    }
    line
}

fn signal_words(number: u8) -> String {
    let meaning = match number {
        4 => " (illegal instruction)",
        5 => " (breakpoint)",
        6 => " (abort)",
        7 => " (bus error)",
        9 => " (kill)",
        11 => " (segmentation fault)",
        13 => " (nobody reads the pipe)",
        15 => " (termination)",
        _ => "",
    };
    match signal::name(number) {
        Some(name) => format!("{name}{meaning}"),
        None => format!("signal {number}"),
    }
}

fn created(child: &str) -> String {
    match child.rsplit_once('/') {
        // A name that still has its process belongs to another one.
        Some((process, _)) => format!("forks {process}"),
        None => format!("creates thread {child}"),
    }
}

fn dispatched(f: &mut Formatter, switch: Switch, previous: Option<&str>) -> fmt::Result {
    f.write_str("gets the core")?;
    match (switch, previous) {
        (Switch::Free, _) | (_, None) => {}
        (_, Some(previous)) => write!(f, ", after {previous}")?,
    }
    match switch {
        Switch::Process => f.write_str(" (another address space)"),
        Switch::Free | Switch::Thread => Ok(()),
    }
}

fn mode_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Exclusive => "",
        Mode::Shared => " for reading",
    }
}

fn held_by(holder: Option<&str>) -> String {
    holder.map(|h| format!(", held by {h}")).unwrap_or_default()
}

fn wait_words(f: &mut Formatter, on: Object, name: &str) -> fmt::Result {
    match on {
        Object::Mutex(_) | Object::Rwlock(_) | Object::Semaphore(_) | Object::Once(_) => {
            write!(f, "waits for {name}")
        }
        Object::Condition(_) => write!(f, "waits on {name}"),
        Object::Barrier(_) => write!(f, "waits at {name}"),
        Object::Pipe(_) => write!(f, "waits for {name}"),
        Object::Thread(_) | Object::Process(_) => write!(f, "waits for {name} to end"),
        Object::Children(_) => f.write_str("waits for a child to end"),
        Object::Clock => f.write_str("sleeps"),
        Object::Device => f.write_str("waits for its device"),
        Object::Signals => f.write_str("waits for a signal"),
        Object::Ids => f.write_str("waits for an id"),
        Object::Output(_) | Object::File(_) => write!(f, "waits for {name}"),
    }
}

fn woken_words(f: &mut Formatter, on: Object, name: &str) -> fmt::Result {
    match on {
        Object::Clock => f.write_str("wakes up: its sleep is over"),
        Object::Device => f.write_str("wakes up: its device is done"),
        Object::Signals => f.write_str("wakes up: a signal has come"),
        Object::Thread(_) | Object::Process(_) => write!(f, "wakes up: {name} has ended"),
        Object::Children(_) => f.write_str("wakes up: a child has ended"),
        Object::Mutex(_)
        | Object::Condition(_)
        | Object::Semaphore(_)
        | Object::Rwlock(_)
        | Object::Barrier(_)
        | Object::Once(_)
        | Object::Pipe(_)
        | Object::Ids
        | Object::Output(_)
        | Object::File(_) => write!(f, "wakes up: had waited for {name}"),
    }
}

fn woken_count(woken: u32) -> String {
    match woken {
        0 => "nobody waits".to_string(),
        woken => format!("wakes {}", count(woken, "thread")),
    }
}

fn writes(stream: u8, text: &str) -> String {
    match stream {
        2 => format!("writes \"{}\" to stderr", one_line(text)),
        _ => format!("writes \"{}\"", one_line(text)),
    }
}

fn page_fault(address: u32, why: PageFault) -> String {
    match why {
        PageFault::Zero => format!("page fault at {address:#x}: a fresh page"),
        PageFault::Copy => format!("page fault at {address:#x}: a copy of a shared page"),
    }
}

fn address_words(address: u32) -> String {
    match address {
        0 => "a null pointer".to_string(),
        1..=0xffff => format!("{address:#x}, near a null pointer"),
        _ => format!("{address:#x}"),
    }
}

fn fault_words(fault: Fault) -> String {
    match fault {
        Fault::Load(a) => format!("faults: reads at {}", address_words(a)),
        Fault::Store(a) => format!("faults: writes at {}", address_words(a)),
        Fault::Execute(a) => format!("faults: jumps to {}", address_words(a)),
        Fault::StackOverflow(a) => format!("faults: stack overflow at {a:#x}"),
        Fault::IllegalInstruction(word) => format!("faults: {word:#010x} is no instruction"),
        Fault::MisalignedFetch(a) => format!("faults: jumps to {a:#x}, not a multiple of 4"),
        Fault::MisalignedAtomic(a) => {
            format!("faults: atomic access at {a:#x}, not a multiple of 4")
        }
        Fault::Breakpoint => "faults: breakpoint".to_string(),
    }
}

fn misuse_words(misuse: Misuse, n: &mut Names) -> String {
    match misuse {
        Misuse::UnlockNotOwner(_, owner) => {
            let lock = n.next();
            match owner {
                Some(_) => format!("unlocks {lock}, which {} holds", n.next()),
                None => format!("unlocks {lock}, which nobody holds"),
            }
        }
        Misuse::DestroyBusy(_) => format!("destroys {} while it is in use", n.next()),
        Misuse::UseDestroyed(_) => format!("uses {} after it was destroyed", n.next()),
        Misuse::FreeInvalid(block) => format!("frees {block:#x}, which is no heap block"),
        Misuse::FreeTwice(block) => format!("frees the heap block at {block:#x} again"),
        Misuse::WaitWithoutLock(_) => format!("waits with {}, which it has not locked", n.next()),
        Misuse::JoinTwice(_) => format!("joins {}, which is detached or was joined", n.next()),
    }
}
