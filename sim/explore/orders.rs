//! The lock orders of a search: who takes which lock while holding which others, in any interleaving.
//!
//! Rules:
//!   L1  an order is made by a thread that waits for a lock while it holds others. It follows from a state and
//!       its next step: a search that makes every step of every state, up to steps that commute, meets every
//!       order, whichever states it takes for one;
//!   L2  the orders of all interleavings are put together. A ring of them is a warning, by the rules O1 to O3
//!       of `detect/lock_order.rs`;
//!   L3  a lock in heap memory that has been handed out before, or on a thread's own stack, counts for
//!       nothing: in another interleaving another lock may lie there;
//!   L4  a ring whose locks are those of a deadlock that was found says nothing new.
//!
//! **Guarantees.** What a run can warn of is warned of, but for L3. May warn of orders that never come up in
//! one and the same run: that is why it is no error, and why it is said when none of the ways that are known
//! has all of them ([`together`]).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashSet;
use sim_abi::event::{Asked, Location, Mode};
use sim_abi::layout::{MAIN_STACK_SIZE, STACK_TOP, THREAD_STACKS};
use sim_abi::mixer::Mixer;
use sim_abi::{Choice, Event, EventKind, Object, Schedule, Tick, Tid};
use sim_detect::held::Held;
use sim_detect::lock_order::{Acquisition, LockOrder, Taken};
use sim_detect::misuse::Misuses;
use sim_detect::side::Place;
use sim_kernel::{Config, Observer, World};

use crate::findings::{Context, Taking};
use crate::hash::Fixed;
use crate::names::Names;
use crate::probe;

/// A thread takes a lock while it holds others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    thread: Tid,
    taken: (Object, Mode),
    /// Sorted.
    held: Vec<(Object, Mode)>,
}

/// The orders met, each with a way to it.
pub type Orders = BTreeMap<Order, Vec<Choice>>;

/// Heap memory that has been given back: its space and first address, and one past its last (L3).
pub type Gone = BTreeMap<(u32, u32), u32>;

impl Order {
    /// The order that an event makes; `held` has not been told of it yet.
    fn of(event: &Event, held: &Held, gone: &Gone) -> Option<Order> {
        let (object, mode) = waited_for(event)?;
        let holds = held.of(event.thread);
        if holds.is_empty() || holds.contains(object) || !stays(object, gone) {
            return None;
        }
        let holds = holds.iter().filter(|hold| stays(hold.object, gone));
        let mut held: Vec<(Object, Mode)> = holds.map(|hold| (hold.object, hold.mode)).collect();
        held.sort_unstable();
        (!held.is_empty()).then_some(Order {
            thread: event.thread,
            taken: (object, mode),
            held,
        })
    }
}

/// The lock that an event takes and that its thread would have waited for (L1).
fn waited_for(event: &Event) -> Option<(Object, Mode)> {
    match event.kind {
        EventKind::Locks {
            object,
            mode,
            asked: Asked::Waits,
        } => Some((object, mode)),
        _ => None,
    }
}

/// Is it the same lock in every interleaving (L3)?
fn stays(lock: Object, gone: &Gone) -> bool {
    const OWN_STACKS: core::ops::Range<u32> = THREAD_STACKS..STACK_TOP - MAIN_STACK_SIZE;
    match lock {
        Object::Mutex(Location::Private { space, address })
        | Object::Rwlock(Location::Private { space, address }) => {
            let below = gone.range(..=(space, address)).next_back();
            let is_gone = below.is_some_and(|((of, _), end)| *of == space && address < *end);
            !is_gone && !OWN_STACKS.contains(&address)
        }
        _ => true,
    }
}

/// Listens for orders that are new.
#[derive(Debug, Default)]
pub struct Listener {
    /// Those of the last step.
    pub new: Vec<Order>,
    /// All that it has been told of, by a digest.
    known: HashSet<u128, Fixed>,
}

impl Listener {
    /// Something happened; `held` has not been told of it yet.
    pub fn event(&mut self, event: &Event, held: &Held, gone: &Gone) {
        let Some(taken) = waited_for(event) else {
            return;
        };
        let holds = held.of(event.thread);
        if holds.is_empty() {
            return;
        }
        // Most have been met before.
        let mut mixer = Mixer::new(u64::from(event.thread.0));
        let holds = holds.iter().map(|hold| (hold.object, hold.mode));
        for (lock, mode) in holds.chain([taken]) {
            mixer.add(number(lock) << 1 | u64::from(mode == Mode::Shared));
        }
        let digest = mixer.finish();
        if !self.known.contains(&digest)
            && let Some(order) = Order::of(event, held, gone)
        {
            self.known.insert(digest);
            self.new.push(order);
        }
    }
}

/// Where a lock lies.
fn number(lock: Object) -> u64 {
    match lock {
        Object::Mutex(at) | Object::Rwlock(at) => at.number(),
        _ => 0,
    }
}

/// A ring of orders: of each the order itself, and the lock held in it that matters here.
pub type Ring<'a> = Vec<(&'a Order, Object)>;

/// The rings that are worth a warning, but for those whose locks are `told` (L4).
pub fn rings<'a>(orders: &'a Orders, told: &BTreeSet<Vec<Object>>) -> Vec<Ring<'a>> {
    let all: Vec<&Order> = orders.keys().collect();
    let mut graph = LockOrder::new();
    let mut rings = Vec::new();
    for (n, order) in all.iter().enumerate() {
        // The number of the order stands for its time.
        let place = Place {
            thread: order.thread,
            pc: 0,
            tick: Tick(n as u64),
        };
        for (held, held_mode) in order.held.iter().copied() {
            let ring = graph.learn(Taken {
                acquisition: Acquisition {
                    held,
                    held_at: place,
                    taken: order.taken.0,
                    taken_at: place,
                },
                held_mode,
                taken_mode: order.taken.1,
                all: order.held.clone(),
            });
            rings.extend(ring.map(|ring| ring.acquisitions));
        }
    }
    let is_new = |ring: &Vec<Acquisition>| {
        let mut locks: Vec<Object> = ring.iter().map(|a| a.held).collect();
        locks.sort_unstable();
        !told.contains(&locks)
    };
    let back = |a: &Acquisition| (all[a.taken_at.tick.0 as usize], a.held);
    let rings = rings.iter().filter(|ring| is_new(ring));
    rings.map(|ring| ring.iter().map(back).collect()).collect()
}

/// Walks a schedule until an order is made, to see where.
struct Looker<'a> {
    order: &'a Order,
    lock: Object,
    names: Names,
    held: Held,
    seen: Option<Taking>,
}

impl Observer for Looker<'_> {
    fn event(&mut self, world: &World, event: &Event) {
        self.names.event(world, event);
        let order = Order::of(event, &self.held, &Gone::new());
        if self.seen.is_none() && order.as_ref() == Some(self.order) {
            let context = Context {
                world,
                names: &self.names,
                held: &self.held,
                misuses: &Misuses::new(),
            };
            let place = Place::from(event);
            let mut taking = context.taking(place, self.lock, self.order.taken.0);
            // Each comes up in an interleaving of its own.
            taking.site.tick = None;
            self.seen = Some(taking);
        }
        self.held.event(event);
    }

    fn space_gone(&mut self, space: u32) {
        self.held.forget_space(space);
    }
}

/// Where and by whom an order is made, at the end of this schedule.
pub fn taking(
    config: &Arc<Config>,
    schedule: &Schedule,
    (order, lock): (&Order, Object),
) -> Option<Taking> {
    let mut looker = Looker {
        order,
        lock,
        names: Names::default(),
        held: Held::new(),
        seen: None,
    };
    probe::walk(config, schedule, &mut looker);
    looker.seen
}

/// Waits for all orders of a ring.
struct Gatherer<'a> {
    missing: Vec<&'a Order>,
    held: Held,
}

impl Observer for Gatherer<'_> {
    fn event(&mut self, _: &World, event: &Event) {
        let order = Order::of(event, &self.held, &Gone::new());
        self.missing.retain(|one| Some(*one) != order.as_ref());
        self.held.event(event);
    }

    fn space_gone(&mut self, space: u32) {
        self.held.forget_space(space);
    }
}

/// Does this way have all orders of the ring?
pub fn together(config: &Arc<Config>, schedule: &Schedule, ring: &Ring) -> bool {
    let mut gatherer = Gatherer {
        missing: ring.iter().map(|(order, _)| *order).collect(),
        held: Held::new(),
    };
    probe::walk(config, schedule, &mut gatherer);
    gatherer.missing.is_empty()
}
