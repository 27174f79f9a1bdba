//! Deadlock: threads that can never go on, by graph reduction (Holt, "Some deadlock properties of
//! computer systems", ACM Computing Surveys 1972).
//!
//! Rules:
//!   D1  a thread that does not wait, or whose wait ends by itself (`timed`), is alive;
//!   D2  a waiter is alive if enough of those who could end its wait are: the owner, any one, all, k;
//!   D3  repeat to the fixpoint: the rest is dead.
//!
//! **Guarantees.** Given the facts, exact: a dead thread is moved by no continuation in which alive
//! threads do whatever they like to the waits they could end; for each other thread there is one. What
//! a program *will* do is not known: a thread that could signal and never does counts as alive.
//!
//! The dead threads fall into groups: weakly connected components of the wait-for graph among them. A
//! group is named after its core; the others wait behind it:
//!   K1  `Cycle`: threads that wait for each other's locks, once-functions or ends in a ring;
//!   K2  `SelfDeadlock`: a ring of one;
//!   K3  otherwise the core are those who wait for nobody's lock or end: `OwnerGone` if one waits for a
//!       lock whose owner has ended, `LostWakeup` if one waits for a condition, else `NobodyLeft`.
//!
//! A group of daemons only is no deadlock.

use alloc::collections::BTreeSet;
use alloc::collections::btree_map::{BTreeMap, Entry};
use alloc::vec::Vec;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;
use sim_abi::event::Object;
use sim_abi::facts::{Enders, ThreadFact, WaitFact};
use sim_abi::{Tick, Tid};

/// Why the core of a group is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Threads wait for each other in a ring.
    Cycle,
    /// A thread waits for itself.
    SelfDeadlock,
    /// The owner of a lock has ended without giving it back.
    OwnerGone,
    /// Nobody alive can signal the condition.
    LostWakeup,
    /// Nobody alive can post, write, arrive, end ….
    NobodyLeft,
}

/// A dead thread and its wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// Who.
    pub thread: Tid,
    /// What it waits for.
    pub on: Object,
    /// Since when.
    pub since: Tick,
    /// Where.
    pub pc: u32,
}

/// A dead thread, what it waits for, and a dead thread that could have ended the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Who waits.
    pub from: Tid,
    /// For what.
    pub on: Object,
    /// For whom.
    pub to: Tid,
}

/// A group of threads that can never go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlock {
    /// Why.
    pub kind: Kind,
    /// The threads of the core; of a ring, in its order, from the lowest number.
    pub core: Vec<Waiter>,
    /// Those that wait behind it, by number.
    pub behind: Vec<Waiter>,
    /// The wait-for graph, the ring first.
    pub edges: Vec<Edge>,
    /// The core has been reported before; `behind` are those that joined it since.
    pub known: bool,
}

impl Deadlock {
    /// All its threads, the core first.
    pub fn threads(&self) -> impl Iterator<Item = &Waiter> {
        self.core.iter().chain(&self.behind)
    }
}

/// The threads that can never go on, by number (D1–D3).
pub fn dead(facts: &[ThreadFact]) -> BTreeSet<Tid> {
    let index: BTreeMap<Tid, usize> = (0..facts.len()).map(|i| (facts[i].thread, i)).collect();
    // How many more alive enders each waiter needs, and whom each thread's life helps.
    let mut needs: Vec<usize> = Vec::with_capacity(facts.len());
    let mut helps: Vec<Vec<usize>> = alloc::vec![Vec::new(); facts.len()];
    for (waiter, fact) in facts.iter().enumerate() {
        let Some(wait) = fact.wait.as_ref().filter(|wait| !wait.timed) else {
            needs.push(0);
            continue;
        };
        let (need, enders) = need(&wait.enders);
        needs.push(need);
        for ender in enders {
            if let Some(&ender) = index.get(&ender) {
                helps[ender].push(waiter);
            }
        }
    }
    let mut alive: Vec<usize> = (0..facts.len()).filter(|&i| needs[i] == 0).collect();
    let mut next = 0;
    while let Some(&thread) = alive.get(next) {
        next += 1;
        for &waiter in &helps[thread] {
            if needs[waiter] > 0 {
                needs[waiter] -= 1;
                if needs[waiter] == 0 {
                    alive.push(waiter);
                }
            }
        }
    }
    let rest = facts.iter().zip(&needs).filter(|&(_, &need)| need > 0);
    rest.map(|(fact, _)| fact.thread).collect()
}

/// How many of which threads it takes to end a wait.
fn need(enders: &Enders) -> (usize, BTreeSet<Tid>) {
    let (need, list): (Option<usize>, &[Tid]) = match enders {
        Enders::Owner(owner) => (Some(1), owner.as_slice()),
        Enders::AnyOf(list) => (Some(1), list),
        Enders::AllOf(list) => (None, list),
        Enders::Count(count, list) => (Some(*count as usize), list),
    };
    let set: BTreeSet<Tid> = list.iter().copied().collect();
    (need.unwrap_or(set.len()), set)
}

/// Can the thread that begins this wait be seen to be alive without looking further? Then nobody has
/// died by it, and [`Deadlocks::check`] need not be asked. `runs`: the thread does not wait.
pub fn is_plainly_alive(wait: &WaitFact, runs: impl Fn(Tid) -> bool) -> bool {
    wait.timed || is_ended_by(&wait.enders, runs)
}

/// Are there enough who run to end a wait?
pub fn is_ended_by(enders: &Enders, runs: impl Fn(Tid) -> bool) -> bool {
    match enders {
        Enders::Owner(owner) => owner.is_some_and(runs),
        // The usual case, without a list of all who could.
        Enders::AnyOf(list) => list.iter().any(|&ender| runs(ender)),
        enders => {
            let (need, enders) = need(enders);
            enders.into_iter().filter(|&ender| runs(ender)).count() >= need
        }
    }
}

/// Reports each dead thread once, at the moment it becomes dead.
#[derive(Clone, Debug, Default)]
pub struct Deadlocks {
    reported: BTreeSet<Tid>,
}

impl Deadlocks {
    /// Nobody is dead yet.
    pub fn new() -> Deadlocks {
        Deadlocks::default()
    }

    /// Groups with threads that have died since the last time. To be asked whenever a thread has
    /// begun to wait or has ended.
    pub fn check(&mut self, facts: &[ThreadFact]) -> Vec<Deadlock> {
        let dead = dead(facts);
        // Killed from outside, a dead thread may be gone; its number is not used again.
        if dead.is_subset(&self.reported) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for group in groups(facts, &dead) {
            let is_new = |waiter: &Waiter| !self.reported.contains(&waiter.thread);
            if !group.threads().any(is_new) {
                continue;
            }
            let mut group = group;
            if group.core.iter().all(|waiter| !is_new(waiter)) {
                group.known = true;
                group.behind.retain(is_new);
            }
            let threads: Vec<Tid> = group.threads().map(|waiter| waiter.thread).collect();
            self.reported.extend(threads);
            found.push(group);
        }
        found
    }
}

/// The dead threads, as a graph: an edge from each to those dead ones that could end its wait.
struct WaitFor<'a> {
    facts: Vec<&'a ThreadFact>,
    graph: DiGraph<Tid, Object>,
}

/// Waits for a lock, a once-function or an end: there is a thread that must do it.
fn is_hard(on: Object) -> bool {
    match on {
        Object::Mutex(_)
        | Object::Rwlock(_)
        | Object::Once(_)
        | Object::Thread(_)
        | Object::Process(_)
        | Object::Children(_) => true,
        Object::Condition(_)
        | Object::Semaphore(_)
        | Object::Barrier(_)
        | Object::Pipe(_)
        | Object::Clock
        | Object::Device
        | Object::Signals
        | Object::Ids
        | Object::Output(_)
        | Object::File(_) => false,
    }
}

/// All groups of dead threads, those of daemons only left out, by their lowest thread.
pub fn groups(facts: &[ThreadFact], dead: &BTreeSet<Tid>) -> Vec<Deadlock> {
    let mut members: Vec<&ThreadFact> = facts
        .iter()
        .filter(|fact| dead.contains(&fact.thread) && fact.wait.is_some())
        .collect();
    members.sort_by_key(|fact| fact.thread);
    members.dedup_by_key(|fact| fact.thread);
    let wait_for = WaitFor::new(members);
    wait_for
        .components()
        .into_iter()
        .filter(|nodes| nodes.iter().any(|&n| !wait_for.facts[n].daemon))
        .map(|nodes| wait_for.group(&nodes))
        .collect()
}

impl<'a> WaitFor<'a> {
    fn new(facts: Vec<&'a ThreadFact>) -> WaitFor<'a> {
        let mut graph = DiGraph::new();
        let mut nodes = BTreeMap::new();
        for fact in &facts {
            nodes.insert(fact.thread, graph.add_node(fact.thread));
        }
        for fact in &facts {
            let Some(wait) = &fact.wait else { continue };
            for ender in need(&wait.enders).1 {
                if let Some(&to) = nodes.get(&ender) {
                    graph.add_edge(nodes[&fact.thread], to, wait.on);
                }
            }
        }
        WaitFor { facts, graph }
    }

    /// Weakly connected components; nodes ascending, components by their lowest.
    fn components(&self) -> Vec<Vec<usize>> {
        let mut sets = UnionFind::new(self.facts.len());
        for edge in self.graph.edge_references() {
            sets.union(edge.source().index(), edge.target().index());
        }
        let mut components: Vec<Vec<usize>> = Vec::new();
        let mut place: BTreeMap<usize, usize> = BTreeMap::new();
        for (node, root) in sets.into_labeling().into_iter().enumerate() {
            let next = components.len();
            let at = *place.entry(root).or_insert(next);
            if at == next {
                components.push(Vec::new());
            }
            components[at].push(node);
        }
        components
    }

    fn waiter(&self, node: usize) -> Option<Waiter> {
        let fact = self.facts[node];
        let wait = fact.wait.as_ref()?;
        Some(Waiter {
            thread: fact.thread,
            on: wait.on,
            since: wait.since,
            pc: wait.pc,
        })
    }

    /// Whom a node waits for by a hard edge, ascending.
    fn hard(&self, node: usize) -> Vec<usize> {
        let edges = self.graph.edges(NodeIndex::new(node));
        let mut to: Vec<usize> = edges
            .filter(|edge| is_hard(*edge.weight()))
            .map(|edge| edge.target().index())
            .collect();
        to.sort_unstable();
        to
    }

    fn group(&self, nodes: &[usize]) -> Deadlock {
        let (kind, core) = match self.ring(nodes) {
            Some(ring) if ring.len() == 1 => (Kind::SelfDeadlock, ring),
            Some(ring) => (Kind::Cycle, ring),
            None => self.roots(nodes),
        };
        let in_core: BTreeSet<usize> = core.iter().copied().collect();
        let behind = nodes.iter().copied().filter(|n| !in_core.contains(n));
        let order: Vec<usize> = core.iter().copied().chain(behind.clone()).collect();
        let waiters = |list: &[usize]| list.iter().filter_map(|&n| self.waiter(n)).collect();
        Deadlock {
            kind,
            core: waiters(&core),
            behind: waiters(&behind.collect::<Vec<_>>()),
            edges: self.edges(&core, &order),
            known: false,
        }
    }

    /// A shortest ring of hard edges through the lowest thread that is in one, and after it the others
    /// of its kind: all that are in a ring.
    fn ring(&self, nodes: &[usize]) -> Option<Vec<usize>> {
        let mut hard = DiGraph::<usize, ()>::new();
        let place: BTreeMap<usize, NodeIndex> =
            nodes.iter().map(|&n| (n, hard.add_node(n))).collect();
        for &from in nodes {
            for to in self.hard(from) {
                hard.add_edge(place[&from], place[&to], ());
            }
        }
        let mut ringed: Vec<usize> = kosaraju_scc(&hard)
            .into_iter()
            .filter(|scc| scc.len() > 1 || hard.contains_edge(scc[0], scc[0]))
            .flatten()
            .map(|node| hard[node])
            .collect();
        ringed.sort_unstable();
        let mut ring = self.shortest(*ringed.first()?);
        let first: BTreeSet<usize> = ring.iter().copied().collect();
        ring.extend(ringed.into_iter().filter(|node| !first.contains(node)));
        Some(ring)
    }

    /// A shortest way from `start` back to it, along hard edges (breadth first).
    fn shortest(&self, start: usize) -> Vec<usize> {
        let mut from: BTreeMap<usize, usize> = BTreeMap::new();
        let mut queue = alloc::vec![start];
        let mut next = 0;
        while let Some(&node) = queue.get(next) {
            next += 1;
            for to in self.hard(node) {
                if to == start {
                    let mut way = alloc::vec![node];
                    while let Some(&before) = from.get(&way[way.len() - 1]) {
                        way.push(before);
                    }
                    way.reverse();
                    return way;
                }
                if let Entry::Vacant(entry) = from.entry(to) {
                    entry.insert(node);
                    queue.push(to);
                }
            }
        }
        alloc::vec![start]
    }

    /// Those that wait for nobody's lock or end, and what that makes the group.
    fn roots(&self, nodes: &[usize]) -> (Kind, Vec<usize>) {
        let roots: Vec<usize> = nodes
            .iter()
            .copied()
            .filter(|&node| self.hard(node).is_empty())
            .collect();
        let waits = || roots.iter().filter_map(|&node| self.waiter(node));
        let kind = if waits().any(|waiter| is_lock(waiter.on)) {
            Kind::OwnerGone
        } else if waits().any(|waiter| matches!(waiter.on, Object::Condition(_))) {
            Kind::LostWakeup
        } else {
            Kind::NobodyLeft
        };
        (kind, roots)
    }

    /// The edges of the group: first those along the core's order, then the rest, thread by thread.
    fn edges(&self, core: &[usize], order: &[usize]) -> Vec<Edge> {
        let next_in_core: BTreeMap<usize, usize> = core
            .iter()
            .zip(core.iter().cycle().skip(1))
            .map(|(&node, &next)| (node, next))
            .collect();
        let (mut ring, mut rest) = (Vec::new(), Vec::new());
        for &node in order {
            let mut of_node: Vec<(usize, Object)> = self
                .graph
                .edges(NodeIndex::new(node))
                .map(|edge| (edge.target().index(), *edge.weight()))
                .collect();
            of_node.sort_unstable();
            for (to, on) in of_node {
                let is_ring = next_in_core.get(&node) == Some(&to);
                let edges = if is_ring { &mut ring } else { &mut rest };
                edges.push(Edge {
                    from: self.facts[node].thread,
                    on,
                    to: self.facts[to].thread,
                });
            }
        }
        ring.append(&mut rest);
        ring
    }
}

fn is_lock(on: Object) -> bool {
    matches!(on, Object::Mutex(_) | Object::Rwlock(_) | Object::Once(_))
}

#[cfg(test)]
mod tests;
