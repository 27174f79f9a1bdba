//! Explicit-state search: depth first, every state once, known by its fingerprint (`seen.rs`). With sleep
//! sets stored with the states it makes fewer steps: every state is visited, but not by every step that leads
//! to it (Godefroid 1996, "sleep sets and state-space caching"). Without, every choice of every state is made
//! once, in programs that go round in circles too.
//!
//! Rules:
//!   R1  a state is stored with who slept when it was left. Who sleeps there (`sleep.rs`) is not tried.
//!       The threads of a state are tried in the order of their numbers;
//!   R2  a state that is met again with fewer asleep is walked again from: those are tried who slept then
//!       and do not now; from then on only those sleep who slept both times. Those before them are
//!       walked again too, in whose steps they would have slept on;
//!   R3  so each trace has an interleaving that is walked, the first in the order of threads: every state, race,
//!       deadlock and outcome of the unreduced search is met. No step is put off for ever, as there are no
//!       persistent sets: no proviso for cycles is needed;
//!   R4  where the program can go round in circles there is a step to a state that is not further from
//!       the start, in the order in which the states were met first. There may be one without a circle:
//!       whether there is one, `circles.rs` says;
//!   R5  who sleeps in a state in the end does not depend on the order in which states were met: it is the
//!       largest solution of R1 and R2 as equations, as sets only shrink. So neither does the number of
//!       steps, each counted the first time (`workers.rs`).
//!
//! Only threads with ids below 32 ever sleep. Not with a bound on preemptions, which does not commute.

use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::Tid;
use sim_kernel::Enabled;

use crate::search::mover;
use crate::seen::{Met, Seen, Threads};
use crate::sleep::Sleep;
use crate::strategy::{Arrival, Arrived, Strategy};

/// A state on the present way.
#[derive(Clone, Debug, Default)]
pub struct Node {
    sleep: Sleep,
    /// A later visit: these were woken, those after them are left out (R2).
    woken: Option<Threads>,
    distance: u32,
    /// Nobody sleeps: the next choice.
    next: usize,
    /// What was left to try has been given away.
    given: bool,
}

/// The first thread that is to be tried and has not been.
fn untried(sleep: &Sleep, woken: Option<Threads>, enabled: &[Enabled]) -> Option<Tid> {
    let is_tried = |tid| !sleep.sleeps(tid) && woken.is_none_or(|woken| woken.reaches(tid));
    let mut threads = enabled.iter().map(|e| e.thread);
    threads.find(|tid| is_tried(*tid) && !sleep.is_done(*tid))
}

/// Knows the states it has seen, and, if it `SLEEPS`, who slept there.
#[derive(Clone, Debug, Default)]
pub struct States<const SLEEPS: bool> {
    seen: Arc<Seen>,
    nodes: Vec<Node>,
}

impl<const SLEEPS: bool> Strategy for States<SLEEPS> {
    const GOES_BACK: bool = true;
    const KNOWS_STATES: bool = true;
    const RECORDS: bool = SLEEPS;
    type Rest = Node;
    type Shared = Arc<Seen>;

    fn name(&self) -> &'static str {
        "states"
    }

    fn begin(&mut self) {
        *self = States::default();
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        self.nodes.truncate(at.path.len());
        let sleep = match SLEEPS {
            true => self.sleep_after(at),
            false => Sleep::default(),
        };
        let before = self.nodes.last().map(|node| node.distance);
        let mut node = Node {
            distance: before.map_or(0, |before| before + 1),
            sleep,
            ..Node::default()
        };
        let asleep = Threads::of(node.sleep.asleep());
        let met = self.seen.meet(at.fingerprint(), asleep, node.distance);
        if let Met::Again {
            woken,
            still,
            distance,
        } = met
        {
            if woken.is_empty() {
                return Arrived::Known;
            }
            node.sleep.keep(|tid| still.has(tid));
            node.woken = Some(woken);
            node.distance = distance;
        }
        let is_new = node.woken.is_none();
        self.nodes.push(node);
        match is_new {
            true => Arrived::New,
            false => Arrived::Again,
        }
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        self.nodes.truncate(depth + 1);
        let node = self.nodes.get_mut(depth)?;
        if node.given {
            return None;
        }
        if !SLEEPS {
            node.next += 1;
            return (node.next <= enabled.len()).then(|| node.next - 1);
        }
        let woken = node.woken;
        node.sleep
            .next(enabled, |sleep| untried(sleep, woken, enabled))
    }

    fn counts(&self, depth: usize, thread: Tid) -> bool {
        let woken = self.nodes.get(depth).and_then(|node| node.woken);
        woken.is_none_or(|woken| woken.has(thread))
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn may_circle(&self) -> bool {
        self.seen.may_circle()
    }

    fn share(&self) -> Option<Arc<Seen>> {
        Some(self.seen.clone())
    }

    fn join(seen: &Arc<Seen>) -> Option<Self> {
        Some(States {
            seen: seen.clone(),
            nodes: Vec::new(),
        })
    }

    fn divide(&mut self, depth: usize, enabled: &[Enabled]) -> Option<Node> {
        let node = self.nodes.get_mut(depth)?;
        if node.given {
            return None;
        }
        if !SLEEPS {
            let rest = node.clone();
            node.given = true;
            return (rest.next < enabled.len()).then_some(rest);
        }
        let sleep = node.sleep.rest(enabled)?;
        let rest = Node {
            sleep,
            ..node.clone()
        };
        untried(&rest.sleep, rest.woken, enabled)?;
        node.given = true;
        Some(rest)
    }

    fn take_over(&mut self, depth: usize, rest: Node) {
        self.nodes.clear();
        self.nodes.resize(depth, Node::default());
        self.nodes.push(rest);
    }

    fn memory_bytes(&self) -> u64 {
        self.seen.memory_bytes()
    }
}

impl<const SLEEPS: bool> States<SLEEPS> {
    /// Who sleeps in the state that the last step led to.
    fn sleep_after(&mut self, at: &Arrival) -> Sleep {
        let Some(choice) = at.path.last() else {
            return Sleep::default();
        };
        let parent = self.nodes.last_mut().expect("a step has a state before it");
        let mover = mover(*choice).expect("threads make steps");
        parent.sleep.touched(&at.step.footprint);
        let mut sleep = parent
            .sleep
            .after(mover, &at.step.moved, &at.step.footprint);
        sleep.keep(Threads::fits);
        sleep
    }
}
