//! What detectors found, in sentences with names: one constructor for each kind of finding.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::event::{ExitStatus, Fault, Misuse};
use sim_abi::finding::{Site, StackFrame};
use sim_abi::{Event, EventKind, Finding, FindingKind, Object, Tick, Tid, Verdict};
use sim_detect::deadlock::{Deadlock, Kind, Waiter};
use sim_detect::heap::{Block, HeapError, HeapErrorKind};
use sim_detect::held::{Held, Hold};
use sim_detect::misuse::{Mishap, Misuses};
use sim_detect::race::Race;
use sim_detect::side::{Place, Side};
use sim_kernel::World;

use crate::trace::Names;

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

    /// A lock is taken while another one is held.
    pub fn taking(&self, place: Place, held: Object, taken: Object) -> Taking {
        let held = self.object(place.thread, held);
        let taken = self.object(place.thread, taken);
        let what = format!("takes {taken} while it holds {held}");
        let site = self.there(&place, what);
        Taking { held, site }
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

/// A deadlock, with its wait-for graph.
pub fn deadlock(context: &Context, tick: Tick, group: &Deadlock) -> Finding {
    let threads: Vec<&Waiter> = group.threads().collect();
    let count = group.core.len();
    let message = match group.kind {
        Kind::Cycle => format!("deadlock: {count} threads wait for each other, forever"),
        Kind::SelfDeadlock => "deadlock: a thread waits for itself, forever".to_string(),
        Kind::OwnerGone => {
            "deadlock: the owner of a lock has ended without giving it back".to_string()
        }
        Kind::LostWakeup => format!(
            "deadlock: {} on a condition that nobody can signal any more",
            wait(count)
        ),
        Kind::NobodyLeft => format!(
            "deadlock: {} for what nobody can give any more",
            wait(count)
        ),
    };
    let mut finding = error(Verdict::Deadlock, message, tick);
    for waiter in &threads {
        finding.threads.push(context.names.thread(waiter.thread));
        finding.locations.extend(
            context
                .held
                .of(waiter.thread)
                .iter()
                .map(|h| context.holds(h)),
        );
        let name = context.object(waiter.thread, waiter.on);
        let what = match waiter.on {
            Object::Condition(_) => format!("waits on {name}"),
            Object::Thread(_) | Object::Process(_) => format!("waits for {name} to end"),
            Object::Children(_) => "waits for a child to end".to_string(),
            _ => format!("waits for {name}"),
        };
        let since = Some(waiter.since);
        finding
            .locations
            .push(context.here(waiter.thread, waiter.pc, since, what));
        if let Some(hold) = context.held.left_behind(waiter.on) {
            let mut site = context.holds(hold);
            site.what = format!("ended, holding {name}");
            finding.locations.push(site);
        }
        if let Some(lost) = context.misuses.lost_signal(waiter.on, waiter.since) {
            let verb = if lost.broadcast {
                "broadcast"
            } else {
                "signalled"
            };
            let what = format!("had {verb} {name} before: nobody waited, so it was lost");
            finding.locations.push(context.there(&lost.place, what));
        }
    }
    finding.notes = deadlock_notes(context, group);
    let lost = |w: &&Waiter| context.misuses.lost_signal(w.on, w.since).is_some();
    finding.help = Some(match group.kind {
        Kind::LostWakeup if !group.core.iter().any(|w| lost(&w)) => {
            "a signal wakes one thread, perhaps the wrong one: a condition for each reason to wait, or broadcast"
                .to_string()
        }
        kind => deadlock_help(kind).to_string(),
    });
    finding
}

/// Nobody can move, and no group of threads can be named for it.
pub fn standstill(tick: Tick) -> Finding {
    let message = "deadlock: nobody can go on".to_string();
    error(Verdict::Deadlock, message, tick)
}

/// Threads that move for ever without getting anywhere.
pub fn livelock(tick: Tick, threads: usize, round: usize) -> Finding {
    let who = match threads {
        1 => "a thread moves".to_string(),
        n => format!("{n} threads move"),
    };
    let message = format!("livelock: {who} for ever without getting anywhere");
    let mut finding = error(Verdict::Livelock, message, tick);
    let steps = match round {
        1 => "the last step leads".to_string(),
        n => format!("the last {n} steps lead"),
    };
    finding.notes = Vec::from([format!(
        "{steps} back to the same state, and can be made again and again"
    )]);
    finding.help =
        Some("let only one of them give way, or take the locks in one order".to_string());
    finding
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

fn wait(count: usize) -> String {
    match count {
        1 => "a thread waits".to_string(),
        count => format!("{count} threads wait"),
    }
}

fn deadlock_notes(context: &Context, group: &Deadlock) -> Vec<String> {
    let mut notes = Vec::new();
    let ring = matches!(group.kind, Kind::Cycle | Kind::SelfDeadlock);
    if ring {
        let size = group.core.len();
        let mut graph = String::from("wait-for graph:  ");
        for edge in group.edges.iter().take(size) {
            let from = short(&context.names.thread(edge.from)).to_string();
            graph += &format!("{from} ─{}→ ", context.object(edge.from, edge.on));
        }
        graph += short(&context.names.thread(group.core[0].thread));
        notes.push(graph);
        let locks = group
            .core
            .iter()
            .all(|w| matches!(w.on, Object::Mutex(_) | Object::Rwlock(_)));
        if locks && size > 1 {
            notes.push(
                "all four conditions hold: mutual exclusion, hold and wait, no preemption, circular wait"
                    .to_string(),
            );
        }
    }
    notes.extend(waits_behind(context, group));
    notes
}

/// Who waits behind the core of a deadlock.
pub fn waits_behind(context: &Context, group: &Deadlock) -> Vec<String> {
    let name = |waiter: &Waiter| context.names.thread(waiter.thread);
    let note = |waiter| format!("{} waits behind them", short(&name(waiter)));
    group.behind.iter().map(note).collect()
}

fn deadlock_help(kind: Kind) -> &'static str {
    match kind {
        Kind::Cycle => "every thread should take the locks in the same order",
        Kind::SelfDeadlock => "unlock before locking again, or use a recursive mutex",
        Kind::OwnerGone => "unlock on every way out, or use a robust mutex",
        Kind::LostWakeup => "check the state under the mutex, in a loop, before waiting",
        Kind::NobodyLeft => {
            "see who should have posted, written, closed or ended, and why it did not"
        }
    }
}

/// `bank/t1` → `t1`
fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
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

/// A lock is taken while another one is held.
pub struct Taking {
    /// The one that is held.
    held: String,
    /// Who takes which one where.
    pub site: Site,
}

/// Locks taken in different orders: each one's taken lock is the next one's held.
pub fn lock_order(tick: Tick, takings: Vec<Taking>) -> Finding {
    let mut finding = warning(FindingKind::LockOrder, String::new(), tick);
    let names: Vec<String> = takings.iter().map(|taking| taking.held.clone()).collect();
    let sites = takings.into_iter().map(|taking| taking.site);
    finding.locations = sites.collect();
    let threads = finding.locations.iter().map(|site| site.thread.clone());
    finding.threads = threads.collect();
    finding.message = format!("lock order: {} are taken in different orders", list(&names));
    finding.help =
        Some("with other timing this is a deadlock: take them in one order everywhere".into());
    finding
}

/// `a, b and c`
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
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

/// A race, before its sides have been looked at.
pub fn unnamed_race(race: &Race) -> Finding {
    error(Verdict::DataRace, String::new(), race.second.tick)
}

/// What one side of a race or heap error does to `name`.
pub fn side_words(side: &Side, name: &str) -> String {
    let atomically = if side.atomic { "atomically " } else { "" };
    match (side.free, side.write) {
        (true, _) => format!("frees {name}"),
        (false, true) => format!("{atomically}writes {name}"),
        (false, false) => format!("{atomically}reads {name}"),
    }
}

/// The sentence about a race on `name`.
pub fn name_race(finding: &mut Finding, race: &Race, name: &str, first: Site, second: Site) {
    let by = |side: &Side, site: &Site| {
        let verb = match (side.free, side.write) {
            (true, _) => "freed",
            (false, true) => "written",
            (false, false) => "read",
        };
        format!("{verb} by {}", site.thread)
    };
    finding.message = format!(
        "data race: {name} is {} and {}, and nothing orders the two",
        by(&race.first, &first),
        by(&race.second, &second)
    );
    finding.about = Some(name.to_string());
    finding.tick = second.tick.unwrap_or(finding.tick);
    finding.threads = Vec::from([first.thread.clone(), second.thread.clone()]);
    finding.locations = Vec::from([first, second]);
    finding.help = Some("let one mutex protect every access, or make it atomic".to_string());
}

/// One finding of races for each variable and pair of lines: of the others there, a note says what they do.
/// Together with the rest, in the same order.
pub fn one_race_each(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let key = race_key(&finding);
        let same = kept
            .iter_mut()
            .find(|k| key.is_some() && race_key(k) == key);
        let Some(known) = same else {
            kept.push(finding);
            continue;
        };
        let sides = |f: &Finding| -> Vec<String> {
            let threads: BTreeSet<&str> = f.locations.iter().map(|s| short(&s.thread)).collect();
            let name = |s: &Site| match threads.len() < f.locations.len() {
                true => s.thread.clone(),
                false => short(&s.thread).to_string(),
            };
            let about = f.about.as_deref().unwrap_or_default();
            let side = |s: &Site| format!("{} {}", name(s), s.what.replace(about, "it"));
            let mut sides: Vec<String> = f.locations.iter().map(side).collect();
            sides.sort();
            sides
        };
        let note = format!("another race at these lines: {}", list(&sides(&finding)));
        if sides(known) != sides(&finding) && !known.notes.contains(&note) {
            known.notes.push(note);
        }
    }
    kept
}

/// The variable and both lines of a race, if they are known.
fn race_key(finding: &Finding) -> Option<(&str, [(&str, u32); 2])> {
    let [one, two] = finding.locations.as_slice() else {
        return None;
    };
    let about = finding.about.as_deref()?;
    if one.line == 0 || two.line == 0 {
        return None;
    }
    let mut places = [one, two].map(|site| (site.file.as_str(), site.line));
    places.sort_unstable();
    Some((about, places))
}

/// A heap error, before its places have been looked at.
pub fn unnamed_heap_error(heap: &HeapError) -> Finding {
    let bytes = |n: u32| {
        if n == 1 {
            "1 byte".to_string()
        } else {
            format!("{n} bytes")
        }
    };
    let block = heap.block.map_or("no heap block".to_string(), |b| {
        format!("a block of {}", bytes(b.size))
    });
    let verb = if heap.access.write { "writes" } else { "reads" };
    let (message, help) = match heap.kind {
        HeapErrorKind::UseAfterFree => (
            format!("memory error: {verb} {block} that has been freed"),
            "free it after its last use",
        ),
        HeapErrorKind::OutOfBounds { distance, after } => {
            let size = heap.block.map_or(0, |b| b.size);
            let message = match after {
                true => format!(
                    "memory error: {verb} behind the end of {block}, at offset {}",
                    u64::from(size) + u64::from(distance)
                ),
                false => format!(
                    "memory error: {verb} {} before the start of {block}",
                    bytes(distance.saturating_add(1))
                ),
            };
            (message, "the index or the size is wrong")
        }
        HeapErrorKind::Uninitialised => (
            format!("memory error: uses bytes of {block} that were never written"),
            "write it first, or use calloc",
        ),
        HeapErrorKind::FreeTwice => (
            format!("memory error: frees {block} a second time"),
            "set the pointer to NULL after free",
        ),
        HeapErrorKind::FreeInvalid => (
            format!(
                "memory error: frees {:#x}, which is no heap block",
                heap.address
            ),
            "free what malloc returned, and nothing else",
        ),
    };
    let mut finding = error(Verdict::MemoryError, message, heap.access.tick);
    finding.help = Some(help.to_string());
    finding
}

/// Leaks of one process, before the places of allocation have been looked at.
pub fn unnamed_leak(event: &Event, leaks: &[Block]) -> Finding {
    let bytes: u64 = leaks.iter().map(|b| u64::from(b.size)).sum();
    let blocks = if leaks.len() == 1 {
        "1 block was".to_string()
    } else {
        format!("{} blocks were", leaks.len())
    };
    let message = format!("leak: {blocks} never freed, {bytes} bytes in all");
    let mut finding = warning(FindingKind::Leak, message, event.tick);
    finding.help =
        Some("free what you allocate; at exit the system takes it back anyway".to_string());
    finding
}

/// Did the process end by itself?
pub fn ended_well(status: ExitStatus) -> bool {
    matches!(status, ExitStatus::Exited(_))
}
