//! Livelock: threads that move for ever without getting anywhere.
//!
//! Rules:
//!   L1  a cycle of states without progress: nobody ends, nothing is written, no `sim_progress`, no timed
//!       wait runs out. Sleeping and yielding are no progress;
//!   L2  the cycle is fair: a thread that can move in each of its states does move (weak fairness), and a
//!       thread at a blocking operation that is possible in one of its states does it (strong fairness).
//!       Where others can keep it from that for ever, only an unfair scheduler does;
//!   L3  the program can end in some interleaving, or makes progress somewhere: one that runs for ever by
//!       intention is no finding;
//!   L4  a part of the state graph will do, if it is known of each of its states who can move there: what is
//!       a fair cycle in the part is one in the whole. It may lack some; it has none that is not real.
//!
//! Found by decomposition of the state graph: strongly connected components without the steps that make
//! progress; what violates strong fairness is taken out and the rest decomposed again (Emerson & Lei 1987,
//! as for Streett automata). Done only if the search met a cycle at all.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use sim_abi::{Choice, Tid};

use crate::search::mover;
use crate::state_graph::{Edge, StateGraph};

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

/// States between which threads can go round for ever, fairly and without progress.
#[derive(Clone, Debug)]
struct Fair {
    states: BTreeSet<NodeIndex>,
    /// Who moves there.
    movers: BTreeSet<Tid>,
}

enum Judgement {
    Fair(Fair),
    Unfair,
    /// Strong fairness forbids some of its states; these remain.
    Without(Vec<NodeIndex>),
}

/// The fair cycle without progress that is nearest to the start of a graph.
pub fn livelock(graph: &StateGraph) -> Option<Livelock> {
    let fair = fair_components(graph);
    let of: BTreeMap<NodeIndex, &Fair> = fair
        .iter()
        .flat_map(|fair| fair.states.iter().map(move |state| (*state, fair)))
        .collect();
    let start = graph.states().next()?;
    let (path, state) = match of.contains_key(&start) {
        true => (Vec::new(), start),
        false => graph.way(start, |_| true, |edge| of.contains_key(&edge.target()))?,
    };
    let fair = of.get(&state)?;
    Some(Livelock {
        path,
        circle: circle(graph, fair, state),
        threads: fair.movers.clone(),
    })
}

fn fair_components(graph: &StateGraph) -> Vec<Fair> {
    let mut todo: Vec<Vec<NodeIndex>> = Vec::from([graph.states().collect()]);
    let mut fair = Vec::new();
    while let Some(states) = todo.pop() {
        for component in components(graph, &states) {
            match judge(graph, component) {
                Judgement::Fair(found) => fair.push(found),
                Judgement::Unfair => {}
                Judgement::Without(rest) => todo.push(rest),
            }
        }
    }
    fair
}

/// Strongly connected components of some states, over steps without progress.
fn components(graph: &StateGraph, states: &[NodeIndex]) -> Vec<Vec<NodeIndex>> {
    let mut part: DiGraph<NodeIndex, ()> = DiGraph::new();
    let of: BTreeMap<NodeIndex, NodeIndex> =
        states.iter().map(|s| (*s, part.add_node(*s))).collect();
    for (from, here) in &of {
        for edge in graph.steps(*from).filter(|e| !e.weight().progress) {
            if let Some(to) = of.get(&edge.target()) {
                part.add_edge(*here, *to, ());
            }
        }
    }
    let back = |component: Vec<NodeIndex>| component.into_iter().map(|n| part[n]).collect();
    kosaraju_scc(&part).into_iter().map(back).collect()
}

/// A step that stays between these states without progress.
fn stays_in(states: &BTreeSet<NodeIndex>, edge: &Edge) -> bool {
    !edge.weight().progress && states.contains(&edge.target())
}

fn judge(graph: &StateGraph, component: Vec<NodeIndex>) -> Judgement {
    let states: BTreeSet<NodeIndex> = component.iter().copied().collect();
    let steps = component.iter().flat_map(|state| graph.steps(*state));
    let inside = steps.filter(|edge| stays_in(&states, edge));
    let movers: BTreeSet<Tid> = inside.filter_map(|e| mover(e.weight().choice)).collect();
    if movers.is_empty() {
        return Judgement::Unfair;
    }
    let always = |tid: &Tid| component.iter().all(|state| graph.can_move(*tid, *state));
    let mut waiting = graph.enabled(component[0]).iter();
    if waiting.any(|tid| !movers.contains(tid) && always(tid)) {
        return Judgement::Unfair;
    }
    let starves = |state: &NodeIndex| {
        let mut blocking = graph.blocking(*state).iter();
        blocking.any(|tid| !movers.contains(tid))
    };
    if component.iter().any(starves) {
        let rest = component.into_iter().filter(|state| !starves(state));
        return Judgement::Without(rest.collect());
    }
    Judgement::Fair(Fair { states, movers })
}

/// From a state back to it, by a round in which each of the threads moves.
fn circle(graph: &StateGraph, fair: &Fair, start: NodeIndex) -> Vec<Choice> {
    let mut circle = Vec::new();
    let mut here = start;
    let go = |here: NodeIndex, circle: &mut Vec<Choice>, wanted: &dyn Fn(&Edge) -> bool| {
        let way = graph.way(here, |e| stays_in(&fair.states, e), wanted);
        let (way, end) =
            way.expect("every step of a strongly connected component can be reached in it");
        circle.extend(way);
        end
    };
    for tid in &fair.movers {
        if !circle.iter().any(|choice| mover(*choice) == Some(*tid)) {
            here = go(here, &mut circle, &|e| {
                mover(e.weight().choice) == Some(*tid)
            });
        }
    }
    if here != start || circle.is_empty() {
        go(here, &mut circle, &|e| e.target() == start);
    }
    circle
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state_graph::Step;
    use sim_abi::syscall::Call;
    use sim_kernel::{Enabled, Operation};

    /// Who is at an operation that is not always possible.
    const LOCKS: bool = true;

    /// States by who can move in each; steps by from, whose, to and whether they make progress.
    fn graph(states: &[&[(u32, bool)]], steps: &[(usize, u32, usize, bool)]) -> StateGraph {
        let mut graph = StateGraph::default();
        let mut known = Vec::new();
        for (n, threads) in (0..).zip(states) {
            let enabled = threads.iter().map(|(tid, locks)| Enabled {
                thread: Tid(*tid),
                choice: Choice::Step(Tid(*tid)),
                operation: Operation::Call {
                    call: [Call::SchedYield, Call::MutexLock][usize::from(*locks)],
                    arguments: [0; 6],
                    object: None,
                    pc: 0,
                },
                timeout: false,
            });
            known.push(graph.add(n, &enabled.collect::<Vec<Enabled>>()));
        }
        for (from, tid, to, progress) in steps {
            let choice = Choice::Step(Tid(*tid));
            let progress = *progress;
            graph.connect(known[*from], known[*to], Step { choice, progress });
        }
        graph
    }

    fn steps(tids: &[u32]) -> Vec<Choice> {
        tids.iter().map(|tid| Choice::Step(Tid(*tid))).collect()
    }

    /// 0 → 1 ⇄ 2: the way there is told, and the round. Where one of its steps makes progress, there is none.
    #[test]
    fn l1_no_progress() {
        let both: &[(u32, bool)] = &[(1, false), (2, false)];
        let round = |progress| {
            let steps = [(0, 1, 1, true), (1, 1, 2, false), (2, 2, 1, progress)];
            livelock(&graph(&[both; 3], &steps))
        };
        let found = round(false).expect("both go round");
        assert_eq!((found.path, found.circle), (steps(&[1]), steps(&[1, 2])));
        assert_eq!(found.threads, BTreeSet::from([Tid(1), Tid(2)]));
        assert_eq!(round(true), None);
    }

    /// Thread 1 goes round alone, 0 ⇄ 1. Thread 2 could move in both states: unfair, unless it moves as well. It
    /// could in one of them: fair. There at a lock: unfair.
    #[test]
    fn l2_fair() {
        let alone = [(0, 1, 1, false), (1, 1, 0, false)];
        let both = [alone[0], alone[1], (1, 2, 1, false)];
        let (one, two): (&[_], &[_]) = (&[(1, false)], &[(1, false), (2, false)]);
        let locks: &[_] = &[(1, false), (2, LOCKS)];
        assert_eq!(livelock(&graph(&[two, two], &alone)), None);
        assert!(livelock(&graph(&[two, two], &both)).is_some());
        assert!(livelock(&graph(&[one, two], &alone)).is_some());
        assert_eq!(livelock(&graph(&[one, locks], &alone)), None);
        assert!(livelock(&graph(&[one, locks], &both)).is_some());
    }

    /// Without the state in which thread 2 could take a lock, a smaller round remains: 0 ⇄ 1 of 0 ⇄ 1 ⇄ 2.
    #[test]
    fn l2_a_part_can_be_fair() {
        let (one, locks): (&[_], &[_]) = (&[(1, false)], &[(1, false), (2, LOCKS)]);
        let there = [(0, 1, 1, false), (1, 1, 2, false)];
        let back = [(1, 1, 0, false), (2, 1, 1, false)];
        let found = livelock(&graph(&[one, one, locks], &[there, back].concat()));
        assert_eq!(found.expect("a round").circle, steps(&[1, 1]));
    }

    /// What is fair in a part of a graph is fair in the whole: one more step and state change nothing. The
    /// nearest is told.
    #[test]
    fn l4_a_part_will_do() {
        let one: &[_] = &[(1, false)];
        let part = [(0, 1, 1, false), (1, 1, 1, false)];
        let whole = [part[0], part[1], (1, 1, 2, false), (2, 1, 2, false)];
        let found = livelock(&graph(&[one; 2], &part));
        assert_eq!(found.as_ref().map(|found| found.path.len()), Some(1));
        assert_eq!(found, livelock(&graph(&[one; 3], &whole)));
    }
}
