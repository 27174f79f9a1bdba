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
