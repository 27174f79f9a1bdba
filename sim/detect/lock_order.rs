//! Lock order: locks taken in a ring of orders, which may deadlock in another schedule even if this
//! run got away with it (Havelund, "Using runtime analysis to guide model checking of Java programs",
//! SPIN 2000; conditions after Joshi et al., "A randomized dynamic program analysis technique for
//! detecting real deadlocks", PLDI 2009).
//!
//! A graph: nodes are locks, an edge `a → b` is a thread that took `b` while it held `a`. A ring of
//! edges is a warning if
//!
//!   O1  its threads are all different (two orders by one thread cannot block each other),
//!   O2  no lock is held exclusively by one and at all by another of them besides (a *gate* lock lets
//!       only one of them in at a time),
//!   O3  at each lock one side at least is a writer (two readers do not block each other).
//!
//! A try-lock does not block, and a timed lock not for ever, so neither is an edge's second lock; as the
//! first both count. Taking a lock
//! again that is already held is no edge.
//!
//! **Guarantees.** Every warning names acquisitions that happened. May warn of orders that other
//! synchronisation keeps apart (one thread ended before the other began). May miss rings that are
//! found only after [`STEPS_MAX`] steps of the search, orders of a thread that holds more than
//! [`HELD_MAX`] locks, and all that this run did not do.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;
use sim_abi::Tid;
use sim_abi::event::{Asked, Event, EventKind, Mode, Object};

use crate::held::{Held, Holds};
use crate::side::{Place, forget_range, forget_space};

/// A search for a ring looks at so many partial ways at most.
pub const STEPS_MAX: usize = 4096;

/// One edge of a ring: a thread took a lock while it held another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquisition {
    /// The lock it held.
    pub held: Object,
    /// Where it had taken that.
    pub held_at: Place,
    /// The lock it took.
    pub taken: Object,
    /// Where.
    pub taken_at: Place,
}

/// Locks taken in a ring of orders: each one's `taken` is the next one's `held`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockRing {
    /// Two or more; the one with which the ring was closed first.
    pub acquisitions: Vec<Acquisition>,
}

/// What is kept of an acquisition, as the weight of an edge.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The two locks.
    pub acquisition: Acquisition,
    /// How the one is held.
    pub held_mode: Mode,
    /// How the other one is taken.
    pub taken_mode: Mode,
    /// All locks held at that time, sorted.
    pub all: Vec<(Object, Mode)>,
}

/// Of a thread that holds more locks than these, no further order is remembered: it would be the order of
/// all of them to all.
const HELD_MAX: usize = 64;

/// The lock-order graph.
#[derive(Clone, Debug, Default)]
pub struct LockOrder {
    graph: DiGraph<Object, Taken>,
    /// Of the locks that exist. One made later at the same place is another lock; the old one's edges
    /// stay: they happened.
    nodes: BTreeMap<Object, NodeIndex>,
    /// Rings that have been reported, as sorted sets of locks.
    reported: BTreeSet<Vec<Object>>,
}

impl LockOrder {
    /// No lock has been taken.
    pub fn new() -> LockOrder {
        LockOrder::default()
    }

    /// An event has happened; `held` has not been told of it yet. Each ring of locks is returned
    /// once.
    pub fn event(&mut self, event: &Event, held: &Held) -> Vec<LockRing> {
        match event.kind {
            EventKind::Locks {
                object,
                mode,
                asked: Asked::Waits,
            } => self.locks(event, object, mode, held.of(event.thread)),
            EventKind::MemoryReused {
                space,
                address,
                size,
            } => {
                forget_range(&mut self.nodes, space, address, size);
                Vec::new()
            }
            EventKind::HeapFreed { block, size } => {
                if let Some(space) = held.space_of(event.process) {
                    forget_range(&mut self.nodes, space, block, size);
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// This private address space is gone; its number may be used again.
    pub fn forget_space(&mut self, space: u32) {
        forget_space(&mut self.nodes, space);
    }

    fn locks(&mut self, event: &Event, object: Object, mode: Mode, holds: &Holds) -> Vec<LockRing> {
        let many = holds.len() > HELD_MAX;
        if holds.is_empty() || many || holds.contains(object) {
            return Vec::new();
        }
        let mut all: Vec<(Object, Mode)> = holds.iter().map(|h| (h.object, h.mode)).collect();
        all.sort_unstable();
        let mut rings = Vec::new();
        for hold in holds.iter() {
            let taken = Taken {
                acquisition: Acquisition {
                    held: hold.object,
                    held_at: hold.place,
                    taken: object,
                    taken_at: Place::from(event),
                },
                held_mode: hold.mode,
                taken_mode: mode,
                all: all.clone(),
            };
            rings.extend(self.learn(taken));
        }
        rings
    }

    /// An acquisition. A ring that it closes is returned once.
    pub fn learn(&mut self, taken: Taken) -> Option<LockRing> {
        let edge = self.add(taken)?;
        self.ring(edge)
    }

    fn node(&mut self, object: Object) -> NodeIndex {
        let graph = &mut self.graph;
        *self
            .nodes
            .entry(object)
            .or_insert_with(|| graph.add_node(object))
    }

    /// A new edge, unless the same thread has done the same with the same locks held.
    fn add(&mut self, taken: Taken) -> Option<EdgeIndex> {
        let from = self.node(taken.acquisition.held);
        let to = self.node(taken.acquisition.taken);
        let is_known = self.graph.edges_connecting(from, to).any(|edge| {
            let known = edge.weight();
            known.thread() == taken.thread()
                && known.held_mode == taken.held_mode
                && known.taken_mode == taken.taken_mode
                && known.all == taken.all
        });
        (!is_known).then(|| self.graph.add_edge(from, to, taken))
    }

    /// A shortest ring through this edge, if there is one that is not reported yet: breadth first
    /// over ways that begin with it.
    fn ring(&mut self, first: EdgeIndex) -> Option<LockRing> {
        let (start, _) = self.graph.edge_endpoints(first)?;
        // Each way is its last edge and the place of the way before it.
        let mut ways: Vec<(EdgeIndex, Option<usize>)> = alloc::vec![(first, None)];
        let mut next = 0;
        while next < ways.len() && ways.len() < STEPS_MAX {
            let way = unroll(&ways, next);
            let last = ways[next].0;
            let (_, end) = self.graph.edge_endpoints(last)?;
            if end == start {
                let closes = self.blocks(last, first);
                if let Some(ring) = closes.then(|| self.report(&way)).flatten() {
                    return Some(ring);
                }
            } else {
                for edge in self.graph.edges(end) {
                    if self.extends(&way, edge.id()) {
                        ways.push((edge.id(), Some(next)));
                    }
                }
            }
            next += 1;
        }
        None
    }

    /// O1–O3 for a way and one more edge; nor does a way come to a lock twice.
    fn extends(&self, way: &[EdgeIndex], edge: EdgeIndex) -> bool {
        let new = &self.graph[edge];
        let seen = |e: &EdgeIndex| self.graph[*e].acquisition.held == new.acquisition.taken;
        way.last().is_some_and(|&last| self.blocks(last, edge))
            && !way.iter().skip(1).any(seen)
            && way.iter().all(|&e| {
                let old = &self.graph[e];
                old.thread() != new.thread() && !have_gate(&old.all, &new.all)
            })
    }

    /// The thread of `before`, which wants what that of `after` holds, has to wait for it (O3).
    fn blocks(&self, before: EdgeIndex, after: EdgeIndex) -> bool {
        (self.graph[before].taken_mode, self.graph[after].held_mode) != (Mode::Shared, Mode::Shared)
    }

    fn report(&mut self, way: &[EdgeIndex]) -> Option<LockRing> {
        let edges = way.iter().map(|&edge| &self.graph[edge].acquisition);
        let acquisitions: Vec<Acquisition> = edges.cloned().collect();
        let mut locks: Vec<Object> = acquisitions.iter().map(|a| a.held).collect();
        locks.sort_unstable();
        self.reported
            .insert(locks)
            .then_some(LockRing { acquisitions })
    }
}

impl Taken {
    fn thread(&self) -> Tid {
        self.acquisition.taken_at.thread
    }
}

fn unroll(ways: &[(EdgeIndex, Option<usize>)], last: usize) -> Vec<EdgeIndex> {
    let mut way = Vec::new();
    let mut at = Some(last);
    while let Some(index) = at {
        way.push(ways[index].0);
        at = ways[index].1;
    }
    way.reverse();
    way
}

/// Is there a lock in both sets that keeps the two apart (O2)?
fn have_gate(a: &[(Object, Mode)], b: &[(Object, Mode)]) -> bool {
    a.iter().any(|&(object, mode)| {
        b.iter()
            .any(|&(other, its)| object == other && (mode, its) != (Mode::Shared, Mode::Shared))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, event, mutex};

    /// Runs `thread lock…` lines: each thread takes the locks in that order, then gives them all
    /// back. The pc counts the acquisitions from 1. Returns the rings as lists of thread numbers.
    fn run(orders: &[(u32, &[u32])]) -> Vec<Vec<u32>> {
        let (mut order, mut held) = (LockOrder::new(), Held::new());
        let mut rings = Vec::new();
        let mut pc = 0;
        for &(thread, locks) in orders {
            for &lock in locks {
                pc += 1;
                let (object, mode) = (mutex(lock), Mode::Exclusive);
                let e = event(
                    thread,
                    pc,
                    EventKind::Locks {
                        object,
                        mode,
                        asked: Asked::Waits,
                    },
                );
                rings.extend(order.event(&e, &held));
                held.event(&e);
            }
            for &lock in locks {
                let (object, mode) = (mutex(lock), Mode::Exclusive);
                held.event(&event(thread, pc, EventKind::Unlocks { object, mode }));
            }
        }
        let threads = |ring: LockRing| {
            let acquisitions = ring.acquisitions.into_iter();
            acquisitions.map(|a| a.taken_at.thread.0).collect()
        };
        rings.into_iter().map(threads).collect()
    }

    const A: u32 = 0;
    const B: u32 = 4;
    const C: u32 = 8;
    const G: u32 = 12;

    #[test]
    fn two_orders_warn_once_and_one_order_never() {
        assert_eq!(run(&[(1, &[A, B]), (2, &[B, A]), (2, &[B, A])]), [[2, 1]]);
        assert!(run(&[(1, &[A, B]), (2, &[A, B])]).is_empty());
    }

    #[test]
    fn both_sites_of_both_sides() {
        let (mut order, mut held) = (LockOrder::new(), Held::new());
        let mut rings = Vec::new();
        let lock = |thread, pc, l| {
            let (object, mode) = (mutex(l), Mode::Exclusive);
            event(
                thread,
                pc,
                EventKind::Locks {
                    object,
                    mode,
                    asked: Asked::Waits,
                },
            )
        };
        let give = |thread, l| {
            let (object, mode) = (mutex(l), Mode::Exclusive);
            event(thread, 0, EventKind::Unlocks { object, mode })
        };
        for e in [
            lock(1, 10, A),
            lock(1, 11, B),
            give(1, B),
            give(1, A),
            lock(2, 20, B),
            lock(2, 21, A),
        ] {
            rings.extend(order.event(&e, &held));
            held.event(&e);
        }
        let sites: Vec<_> = rings[0]
            .acquisitions
            .iter()
            .map(|a| (a.held_at.pc, a.taken_at.pc))
            .collect();
        assert_eq!(sites, [(20, 21), (10, 11)]);
    }

    /// Three philosophers: a ring of three; the ordered twin (the third takes A first): none.
    #[test]
    fn longer_rings() {
        assert_eq!(
            run(&[(1, &[A, B]), (2, &[B, C]), (3, &[C, A])]),
            [[3, 1, 2]]
        );
        assert!(run(&[(1, &[A, B]), (2, &[B, C]), (3, &[A, C])]).is_empty());
    }

    #[test]
    fn one_thread_alone_cannot_block_itself() {
        assert!(run(&[(1, &[A, B]), (1, &[B, A])]).is_empty());
        // Nor does a ring of three with one thread twice; with a third thread it does.
        let ring: [(u32, &[u32]); 3] = [(1, &[A, B]), (2, &[B, C]), (1, &[C, A])];
        assert!(run(&ring).is_empty());
    }

    #[test]
    fn a_gate_lock_suppresses_the_ring() {
        assert!(run(&[(1, &[G, A, B]), (2, &[G, B, A])]).is_empty());
        assert_eq!(run(&[(1, &[G, A, B]), (2, &[B, A])]), [[2, 1]]);
    }

    /// Thread 1 locks A then B; thread 2 locks B, then A. Whoever does not wait for ever for its second lock
    /// cannot be in a deadlock; how it came to its first one does not matter.
    #[test]
    fn who_does_not_wait_for_ever_closes_no_ring() {
        use Asked::{Tries, Waits, WaitsUntil};
        let rings = |first: Asked, second: Asked| {
            let (mut order, mut held) = (LockOrder::new(), Held::new());
            let mut found = 0;
            for (thread, lock, asked) in
                [(1, A, Waits), (1, B, Waits), (2, B, first), (2, A, second)]
            {
                if thread == 2 {
                    held.event(&event(1, 0, EventKind::Exits));
                }
                let (object, mode) = (mutex(lock), Mode::Exclusive);
                let locks = EventKind::Locks {
                    object,
                    mode,
                    asked,
                };
                let e = event(thread, lock, locks);
                found += order.event(&e, &held).len();
                held.event(&e);
            }
            found
        };
        for first in [Waits, WaitsUntil, Tries] {
            assert_eq!(rings(first, Waits), 1);
            assert_eq!(rings(first, WaitsUntil), 0);
            assert_eq!(rings(first, Tries), 0);
        }
    }

    /// Two threads that only read-lock `r` cannot block each other there; if one writes, they can.
    #[test]
    fn readers_do_not_block_readers() {
        let r = Object::Rwlock(at(100));
        for (mode, rings) in [(Mode::Shared, 0), (Mode::Exclusive, 1)] {
            let (mut order, mut held) = (LockOrder::new(), Held::new());
            let mut found = 0;
            let steps = [
                (1, r, Mode::Shared),
                (1, mutex(A), Mode::Exclusive),
                (2, mutex(A), Mode::Exclusive),
                (2, r, mode),
            ];
            for (thread, object, mode) in steps {
                if thread == 2 {
                    held.event(&event(1, 0, EventKind::Exits));
                }
                let e = event(
                    thread,
                    1,
                    EventKind::Locks {
                        object,
                        mode,
                        asked: Asked::Waits,
                    },
                );
                found += order.event(&e, &held).len();
                held.event(&e);
            }
            assert_eq!(found, rings);
        }
    }
}
