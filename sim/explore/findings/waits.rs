//! Findings about waiting: deadlocks with their wait-for graph, livelocks, locks taken in different orders.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::finding::Site;
use sim_abi::{Finding, FindingKind, Object, Tick, Verdict};
use sim_detect::deadlock::{Deadlock, Kind, Waiter};
use sim_detect::side::Place;

use super::{Context, error, list, short, warning};

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

/// A lock is taken while another one is held.
pub struct Taking {
    /// The one that is held.
    held: String,
    /// Who takes which one where.
    pub site: Site,
}

impl Context<'_> {
    /// A lock is taken while another one is held.
    pub fn taking(&self, place: Place, held: Object, taken: Object) -> Taking {
        let held = self.object(place.thread, held);
        let taken = self.object(place.thread, taken);
        let what = format!("takes {taken} while it holds {held}");
        let site = self.there(&place, what);
        Taking { held, site }
    }
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
