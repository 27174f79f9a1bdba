//! Livelock: threads that move for ever without getting anywhere.
//!
//! Rules:
//!   L1  a cycle of states without progress: nobody ends, nothing is written, no `sim_progress`, no timed
//!       wait runs out. Sleeping and yielding are no progress;
//!   L2  the cycle is fair: a thread that can move in each of its states does move (weak fairness), and a
//!       thread at a blocking operation that is possible in one of its states does it (strong fairness).
//!       Where others can keep it from that for ever, only an unfair scheduler does;
//!   L3  the program can end in some interleaving, or makes progress somewhere: one that runs for ever by
//!       intention is no finding.
//!
//! Found by decomposition of the state graph: strongly connected components without the steps that make
//! progress; what violates strong fairness is taken out and the rest decomposed again (Emerson & Lei 1987,
//! as for Streett automata). Done only if the search met a cycle at all.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;

use hashbrown::HashMap;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use sim_abi::syscall::Call;
use sim_abi::{Choice, Tid};
use sim_kernel::{Enabled, Operation};

use crate::dfs::Cursor;
use crate::hash::Fixed;
use crate::search::mover;
use crate::strategy::{Arrival, Arrived, Strategy};

/// A state: who can move in it.
#[derive(Clone, Debug, Default)]
struct Node {
    enabled: BTreeSet<Tid>,
    /// Of these: at an operation that can also be impossible.
    blocking: BTreeSet<Tid>,
    /// A shortest way there, of those that were walked.
    path: Vec<Choice>,
}

/// A step: whose, and whether it makes progress.
#[derive(Clone, Copy, Debug)]
struct Step {
    choice: Choice,
    progress: bool,
}

/// Writes the state graph down: a depth-first search like `States`.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    cursor: Cursor,
    known: HashMap<u128, NodeIndex, Fixed>,
    graph: DiGraph<Node, Step>,
    /// The states on the present path.
    way: Vec<NodeIndex>,
}

impl Strategy for Graph {
    const GOES_BACK: bool = true;
    const WANTS_CHOICES: bool = true;
    const KNOWS_STATES: bool = true;
    type Rest = ();
    type Shared = ();

    fn name(&self) -> &'static str {
        "graph"
    }

    fn begin(&mut self) {
        *self = Graph::default();
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        let fingerprint = at.fingerprint();
        let found = self.known.get(&fingerprint).copied();
        let node = found.unwrap_or_else(|| self.graph.add_node(node(at)));
        self.known.insert(fingerprint, node);
        let path = &mut self.graph[node].path;
        if at.path.len() < path.len() {
            *path = at.path.to_vec();
        }
        self.way.truncate(at.path.len());
        if let (Some(from), Some(choice)) = (self.way.last(), at.path.last()) {
            let step = Step {
                choice: *choice,
                progress: at.progress,
            };
            self.graph.add_edge(*from, node, step);
        }
        self.way.push(node);
        Arrived::new_if(found.is_none())
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        self.cursor.next(depth, enabled.len())
    }

    fn is_exhaustive(&self) -> bool {
        true
    }
}

fn node(at: &Arrival) -> Node {
    let threads = |all: &mut dyn Iterator<Item = &Enabled>| all.map(|e| e.thread).collect();
    Node {
        enabled: threads(&mut at.enabled.iter()),
        blocking: threads(&mut at.enabled.iter().filter(|e| can_block(e))),
        path: at.path.to_vec(),
    }
}

/// Is the operation one that is not always possible?
fn can_block(enabled: &Enabled) -> bool {
    match enabled.operation {
        Operation::Call { call, .. } => !matches!(
            call,
            Call::MutexTrylock
                | Call::MutexUnlock
                | Call::SemTrywait
                | Call::SemPost
                | Call::RwlockTryrdlock
                | Call::RwlockTrywrlock
                | Call::RwlockUnlock
                | Call::CondSignal
                | Call::CondBroadcast
                | Call::SchedYield
                | Call::Nanosleep
        ),
        Operation::Access(_) | Operation::Fault { .. } | Operation::Pause { .. } => false,
    }
}

/// A fair cycle without progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Livelock {
    /// To one of its states.
    pub path: Vec<Choice>,
    /// From there back to it: a round in which each of them moves.
    pub circle: Vec<Choice>,
    /// Who goes round in it.
    pub threads: BTreeSet<Tid>,
}

impl Graph {
    /// A fair cycle without progress, with the shortest way to it.
    pub fn livelock(&self) -> Option<Livelock> {
        let mut todo: Vec<Vec<NodeIndex>> = Vec::from([self.graph.node_indices().collect()]);
        let mut best: Option<Livelock> = None;
        while let Some(states) = todo.pop() {
            for component in self.components(&states) {
                match self.judge(&component) {
                    Judgement::Fair(found) => {
                        let length = |l: &Livelock| l.path.len();
                        if best.as_ref().is_none_or(|b| length(&found) < length(b)) {
                            best = Some(found);
                        }
                    }
                    Judgement::Unfair => {}
                    Judgement::Without(rest) => todo.push(rest),
                }
            }
        }
        best
    }

    /// Strongly connected components of some states, over steps without progress.
    fn components(&self, states: &[NodeIndex]) -> Vec<Vec<NodeIndex>> {
        let mut part: DiGraph<NodeIndex, ()> = DiGraph::new();
        let of: BTreeMap<NodeIndex, NodeIndex> =
            states.iter().map(|s| (*s, part.add_node(*s))).collect();
        for (from, here) in &of {
            for edge in self.graph.edges(*from).filter(|e| !e.weight().progress) {
                if let Some(to) = of.get(&edge.target()) {
                    part.add_edge(*here, *to, ());
                }
            }
        }
        let back = |component: Vec<NodeIndex>| component.into_iter().map(|n| part[n]).collect();
        kosaraju_scc(&part).into_iter().map(back).collect()
    }

    fn judge(&self, component: &[NodeIndex]) -> Judgement {
        let inside: BTreeSet<NodeIndex> = component.iter().copied().collect();
        let mut movers = BTreeSet::new();
        for state in component {
            for edge in self.graph.edges(*state) {
                if !edge.weight().progress && inside.contains(&edge.target()) {
                    movers.extend(mover(edge.weight().choice));
                }
            }
        }
        if movers.is_empty() {
            return Judgement::Unfair;
        }
        let node = |state: &NodeIndex| &self.graph[*state];
        let first = node(&component[0]);
        let always = |tid: &&Tid| component.iter().all(|s| node(s).enabled.contains(*tid));
        if first
            .enabled
            .iter()
            .filter(always)
            .any(|t| !movers.contains(t))
        {
            return Judgement::Unfair;
        }
        let starves = |s: &&NodeIndex| node(s).blocking.iter().any(|t| !movers.contains(t));
        if component.iter().any(|s| starves(&s)) {
            let rest = component.iter().filter(|s| !starves(s)).copied();
            return Judgement::Without(rest.collect());
        }
        let length = |s: &&NodeIndex| node(s).path.len();
        let nearest = *component
            .iter()
            .min_by_key(length)
            .expect("movers have states");
        Judgement::Fair(Livelock {
            path: node(&nearest).path.clone(),
            circle: self.circle(nearest, &inside, &movers),
            threads: movers,
        })
    }

    /// From a state back to it, through a component in which each of these threads moves.
    fn circle(
        &self,
        start: NodeIndex,
        inside: &BTreeSet<NodeIndex>,
        movers: &BTreeSet<Tid>,
    ) -> Vec<Choice> {
        let mut circle = Vec::new();
        let mut here = start;
        for tid in movers {
            if !circle.iter().any(|choice| mover(*choice) == Some(*tid)) {
                let moves = |choice, _| mover(choice) == Some(*tid);
                here = self.walk(here, inside, moves, &mut circle);
            }
        }
        if here != start || circle.is_empty() {
            self.walk(here, inside, |_, to| to == start, &mut circle);
        }
        circle
    }

    /// The shortest way to a step of a kind and over it; where that ends.
    fn walk(
        &self,
        from: NodeIndex,
        inside: &BTreeSet<NodeIndex>,
        wanted: impl Fn(Choice, NodeIndex) -> bool,
        way: &mut Vec<Choice>,
    ) -> NodeIndex {
        let mut came: BTreeMap<NodeIndex, (NodeIndex, Choice)> = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            for edge in self.graph.edges(here) {
                let (to, choice) = (edge.target(), edge.weight().choice);
                if edge.weight().progress || !inside.contains(&to) {
                    continue;
                }
                if wanted(choice, to) {
                    let mut back = Vec::from([choice]);
                    let mut at = here;
                    while at != from {
                        let (before, choice) = came[&at];
                        back.push(choice);
                        at = before;
                    }
                    way.extend(back.into_iter().rev());
                    return to;
                }
                if to != from && !came.contains_key(&to) {
                    came.insert(to, (here, choice));
                    queue.push_back(to);
                }
            }
        }
        unreachable!("every step of a strongly connected component can be reached in it")
    }
}

enum Judgement {
    Fair(Livelock),
    Unfair,
    /// Strong fairness forbids some of its states; these remain.
    Without(Vec<NodeIndex>),
}
