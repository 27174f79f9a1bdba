//! The state graph, as far as it has been walked: which states there are, who can move in each, and which
//! steps lead from where to where. A search that makes every step of every state writes all of it down
//! ([`WholeGraph`]), a walk only where it came along (`walked.rs`).
//!
//! Ways are not kept with the states: the shortest ones are looked for when they are asked for.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use hashbrown::HashMap;
use petgraph::graph::{DiGraph, EdgeReference, NodeIndex};
use petgraph::visit::EdgeRef;
use sim_abi::syscall::Call;
use sim_abi::{Choice, Tid};
use sim_kernel::{Enabled, Operation};

use crate::dfs::Cursor;
use crate::hash::Fixed;
use crate::strategy::{Arrival, Arrived, Strategy};

/// A state: where in the list of threads those are who can move in it.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    enabled: usize,
    /// Those at an operation that can also be impossible come next.
    blocking: usize,
    end: usize,
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

/// A step: whose, and whether it makes progress.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What was chosen.
    pub choice: Choice,
    /// Somebody ended, something was written, a timed wait ran out, or the program said so.
    pub progress: bool,
}

/// A step and where it leads from and to.
pub type Edge<'a> = EdgeReference<'a, Step>;

/// States and steps.
#[derive(Clone, Debug, Default)]
pub struct StateGraph {
    known: HashMap<u128, NodeIndex, Fixed>,
    /// The first is where the program starts.
    graph: DiGraph<Node, Step>,
    /// Of all states, one after the other: who can move, by number.
    threads: Vec<Tid>,
}

impl StateGraph {
    /// How many states it has.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// All states.
    pub fn states(&self) -> impl Iterator<Item = NodeIndex> + use<> {
        self.graph.node_indices()
    }

    /// Those who can move in a state.
    pub fn enabled(&self, state: NodeIndex) -> &[Tid] {
        let node = self.graph[state];
        &self.threads[node.enabled..node.blocking]
    }

    /// Of these: those at an operation that can also be impossible.
    pub fn blocking(&self, state: NodeIndex) -> &[Tid] {
        let node = self.graph[state];
        &self.threads[node.blocking..node.end]
    }

    /// Can this thread move in a state?
    pub fn can_move(&self, tid: Tid, state: NodeIndex) -> bool {
        self.enabled(state).binary_search(&tid).is_ok()
    }

    /// The steps from a state.
    pub fn steps(&self, from: NodeIndex) -> impl Iterator<Item = Edge<'_>> {
        self.graph.edges(from)
    }

    /// The state a search has arrived in, if it is known.
    pub fn find(&self, fingerprint: u128) -> Option<NodeIndex> {
        self.known.get(&fingerprint).copied()
    }

    /// A state that is not known.
    pub fn add(&mut self, fingerprint: u128, enabled: &[Enabled]) -> NodeIndex {
        let start = self.threads.len();
        let blocking = self.list(enabled.iter());
        let end = self.list(enabled.iter().filter(|e| can_block(e)));
        let state = self.graph.add_node(Node {
            enabled: start,
            blocking,
            end,
        });
        self.known.insert(fingerprint, state);
        state
    }

    /// Lists threads, each once: choices are in the order of their threads. Where the list ends.
    fn list<'a>(&mut self, of: impl Iterator<Item = &'a Enabled>) -> usize {
        let start = self.threads.len();
        for Enabled { thread, .. } in of {
            if self.threads[start..].last() != Some(thread) {
                self.threads.push(*thread);
            }
        }
        self.threads.len()
    }

    /// A step, which may be known.
    pub fn connect(&mut self, from: NodeIndex, to: NodeIndex, step: Step) {
        let mut steps = self.graph.edges(from);
        if !steps.any(|e| e.target() == to && e.weight().choice == step.choice) {
            self.graph.add_edge(from, to, step);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.known.clear();
        self.graph.clear();
        self.threads.clear();
    }

    /// Bytes it takes.
    pub fn memory_bytes(&self) -> u64 {
        let (states, steps) = self.graph.capacity();
        let node = size_of::<petgraph::graph::Node<Node>>();
        let edge = size_of::<petgraph::graph::Edge<Step>>();
        let threads = self.threads.capacity() * size_of::<Tid>();
        (self.known.allocation_size() + states * node + steps * edge + threads) as u64
    }

    /// The shortest way, over steps that are allowed, to a step that is wanted and over it; where that ends.
    pub fn way(
        &self,
        from: NodeIndex,
        allowed: impl Fn(&Edge) -> bool,
        wanted: impl Fn(&Edge) -> bool,
    ) -> Option<(Vec<Choice>, NodeIndex)> {
        let mut came: HashMap<NodeIndex, (NodeIndex, Choice), Fixed> = HashMap::default();
        let mut queue = VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            for edge in self.graph.edges(here).filter(|e| allowed(e)) {
                let (to, choice) = (edge.target(), edge.weight().choice);
                if wanted(&edge) {
                    let mut back = Vec::from([choice]);
                    let mut at = here;
                    while at != from {
                        let (before, choice) = came[&at];
                        back.push(choice);
                        at = before;
                    }
                    back.reverse();
                    return Some((back, to));
                }
                if to != from && !came.contains_key(&to) {
                    came.insert(to, (here, choice));
                    queue.push_back(to);
                }
            }
        }
        None
    }
}

/// Writes the whole state graph down: a depth-first search like `States`.
#[derive(Clone, Debug, Default)]
pub struct WholeGraph {
    cursor: Cursor,
    /// What it has written down.
    pub graph: StateGraph,
    /// The states on the present path.
    path: Vec<NodeIndex>,
}

impl Strategy for WholeGraph {
    const GOES_BACK: bool = true;
    const WANTS_CHOICES: bool = true;
    const KNOWS_STATES: bool = true;
    type Rest = ();
    type Shared = ();

    fn name(&self) -> &'static str {
        "graph"
    }

    fn begin(&mut self) {
        *self = WholeGraph::default();
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        let fingerprint = at.fingerprint();
        let known = self.graph.find(fingerprint);
        let state = known.unwrap_or_else(|| self.graph.add(fingerprint, at.enabled));
        self.path.truncate(at.path.len());
        if let (Some(from), Some(step)) = (self.path.last(), at.last_step()) {
            self.graph.connect(*from, state, step);
        }
        self.path.push(state);
        Arrived::new_if(known.is_none())
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        self.cursor.next(depth, enabled.len())
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn memory_bytes(&self) -> u64 {
        self.graph.memory_bytes()
    }
}
