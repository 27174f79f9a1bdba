//! Each kind by hand, each deadlock beside a twin that is none; and against brute force.

use std::vec;

use super::*;
use crate::samples::{at, mutex};
use sim_abi::Pid;

fn waits(thread: u32, on: Object, enders: Enders) -> ThreadFact {
    ThreadFact {
        thread: Tid(thread),
        process: Pid(1),
        daemon: false,
        wait: Some(WaitFact {
            on,
            since: Tick(u64::from(thread)),
            pc: thread,
            timed: false,
            enders,
        }),
        holds: Vec::new(),
    }
}

fn runs(thread: u32) -> ThreadFact {
    ThreadFact {
        wait: None,
        ..waits(thread, Object::Clock, Enders::AnyOf(Vec::new()))
    }
}

fn owner(thread: u32) -> Enders {
    Enders::Owner(Some(Tid(thread)))
}

fn any(threads: &[u32]) -> Enders {
    Enders::AnyOf(threads.iter().map(|&t| Tid(t)).collect())
}

fn join(thread: u32, other: u32) -> ThreadFact {
    waits(thread, Object::Thread(Tid(other)), owner(other))
}

fn condition() -> Object {
    Object::Condition(at(100))
}

fn semaphore() -> Object {
    Object::Semaphore(at(200))
}

fn numbers(waiters: &[Waiter]) -> Vec<u32> {
    waiters.iter().map(|waiter| waiter.thread.0).collect()
}

/// Kind, core and those behind, of each group.
fn check(facts: &[ThreadFact]) -> Vec<(Kind, Vec<u32>, Vec<u32>)> {
    Deadlocks::new()
        .check(facts)
        .iter()
        .map(|group| (group.kind, numbers(&group.core), numbers(&group.behind)))
        .collect()
}

/// Threads 2 and 3 hold a lock each and want the other's; main (1) joins 2, 4 runs.
#[test]
fn a_ring_and_who_waits_behind_it_while_others_run() {
    let facts = [
        join(1, 2),
        waits(2, mutex(4), owner(3)),
        waits(3, mutex(0), owner(2)),
        runs(4),
    ];
    assert_eq!(check(&facts), [(Kind::Cycle, vec![2, 3], vec![1])]);
    let edges = &Deadlocks::new().check(&facts)[0].edges;
    let ends: Vec<(u32, u32)> = edges.iter().map(|e| (e.from.0, e.to.0)).collect();
    assert_eq!(ends, [(2, 3), (3, 2), (1, 2)]);
    let twin = [join(1, 2), waits(2, mutex(4), owner(3)), runs(3)];
    assert!(check(&twin).is_empty());
}

/// The ring is told in its order, from the lowest number: 1 → 3 → 2 → 1.
#[test]
fn the_order_of_a_longer_ring() {
    let facts = [
        waits(1, mutex(0), owner(3)),
        waits(2, mutex(4), owner(1)),
        waits(3, mutex(8), owner(2)),
    ];
    assert_eq!(check(&facts), [(Kind::Cycle, vec![1, 3, 2], vec![])]);
    let edges = &Deadlocks::new().check(&facts)[0].edges;
    let ends: Vec<(u32, u32)> = edges.iter().map(|e| (e.from.0, e.to.0)).collect();
    assert_eq!(ends, [(1, 3), (3, 2), (2, 1)]);
}

#[test]
fn a_timeout_breaks_the_ring() {
    let mut timed = waits(2, mutex(0), owner(1));
    if let Some(wait) = &mut timed.wait {
        wait.timed = true;
    }
    assert!(check(&[waits(1, mutex(4), owner(2)), timed]).is_empty());
}

#[test]
fn self_deadlock() {
    let facts = [waits(1, mutex(0), owner(1)), runs(2)];
    assert_eq!(check(&facts), [(Kind::SelfDeadlock, vec![1], vec![])]);
}

#[test]
fn owner_gone() {
    let facts = [join(1, 2), waits(2, mutex(0), Enders::Owner(None))];
    assert_eq!(check(&facts), [(Kind::OwnerGone, vec![2], vec![1])]);
}

/// Thread 2 waits for a signal, main (1) joins it: main could signal, but does not move either. With
/// a third thread that runs, nobody is dead.
#[test]
fn lost_wakeup() {
    let waiter = |who: &[u32]| waits(2, condition(), any(who));
    let facts = [join(1, 2), waiter(&[1])];
    assert_eq!(check(&facts), [(Kind::LostWakeup, vec![2], vec![1])]);
    assert!(check(&[join(1, 2), waiter(&[1, 3]), runs(3)]).is_empty());
}

#[test]
fn nobody_left() {
    let alone = [waits(1, semaphore(), any(&[]))];
    assert_eq!(check(&alone), [(Kind::NobodyLeft, vec![1], vec![])]);
    let two = [
        waits(1, semaphore(), any(&[2])),
        waits(2, semaphore(), any(&[1])),
    ];
    assert_eq!(check(&two), [(Kind::NobodyLeft, vec![1, 2], vec![])]);
}

/// A barrier for 3 with 2 there: the third may come, or never.
#[test]
fn so_many_of_them() {
    let barrier = Object::Barrier(at(300));
    let arrived = |t, left: &[u32]| {
        let left = left.iter().map(|&t| Tid(t)).collect();
        waits(t, barrier, Enders::Count(1, left))
    };
    assert!(check(&[arrived(1, &[3]), arrived(2, &[3]), runs(3)]).is_empty());
    let facts = [arrived(1, &[3]), arrived(2, &[3]), join(3, 1)];
    assert_eq!(check(&facts), [(Kind::NobodyLeft, vec![1, 2], vec![3])]);
}

/// A writer waits for all readers: one of them waits for the writer's mutex.
#[test]
fn all_of_them() {
    let rwlock = Object::Rwlock(at(400));
    let all = Enders::AllOf(vec![Tid(2), Tid(3)]);
    let facts = [waits(1, rwlock, all), waits(2, mutex(0), owner(1)), runs(3)];
    assert_eq!(check(&facts), [(Kind::Cycle, vec![1, 2], vec![])]);
}

#[test]
fn independent_groups_are_apart_and_daemons_may_wait() {
    let mut idle = waits(5, semaphore(), any(&[]));
    idle.daemon = true;
    let facts = [
        waits(1, mutex(0), owner(1)),
        waits(2, mutex(4), owner(2)),
        idle,
    ];
    let kinds: Vec<Kind> = check(&facts).into_iter().map(|group| group.0).collect();
    assert_eq!(kinds, [Kind::SelfDeadlock, Kind::SelfDeadlock]);
}

/// Thread 3 joins a dead thread later: told once, as one that waits behind what is known.
#[test]
fn each_dead_thread_is_told_once() {
    let mut facts = vec![
        waits(1, mutex(4), owner(2)),
        waits(2, mutex(0), owner(1)),
        runs(3),
    ];
    let mut deadlocks = Deadlocks::new();
    assert_eq!(deadlocks.check(&facts).len(), 1);
    assert!(deadlocks.check(&facts).is_empty());
    facts[2] = join(3, 1);
    let later = deadlocks.check(&facts);
    assert_eq!(later.len(), 1);
    assert!(later[0].known);
    assert_eq!(numbers(&later[0].behind), [3]);
    assert!(deadlocks.check(&facts).is_empty());
}

#[test]
fn plainly_alive_is_alive() {
    let wait = |fact: ThreadFact| fact.wait.expect("it waits");
    let runs = |tid: Tid| tid == Tid(3);
    assert!(is_plainly_alive(&wait(waits(1, mutex(0), owner(3))), runs));
    assert!(!is_plainly_alive(&wait(waits(1, mutex(0), owner(2))), runs));
}

/// A ring of 20,000 threads, and one waiting behind each: neither deep recursion nor quadratic time.
#[test]
fn many_threads() {
    let count = 20_000;
    let facts: Vec<ThreadFact> = (0..count)
        .map(|t| waits(t, mutex(t), owner((t + 1) % count)))
        .chain((0..count).map(|t| join(count + t, t)))
        .collect();
    let found = check(&facts);
    assert_eq!((found[0].1.len(), found[0].2.len()), (20_000, 20_000));
}

/// What a thread can do, tried: `free` are the threads that move. A state is the set of threads that
/// still wait, with how often each has been helped by whom; a free thread may help any waiter it is an
/// ender of, at any time. Returns those that wait in no reachable state any more.
fn brute_force(facts: &[ThreadFact]) -> BTreeSet<Tid> {
    // Helped: for each waiter, the set of enders that have done their part.
    type State = Vec<BTreeSet<u32>>;
    let is_free = |fact: &ThreadFact, helped: &BTreeSet<u32>| match &fact.wait {
        None => true,
        Some(wait) if wait.timed => true,
        Some(wait) => match &wait.enders {
            Enders::Owner(owner) => owner.is_some_and(|owner| helped.contains(&owner.0)),
            Enders::AnyOf(list) => list.iter().any(|t| helped.contains(&t.0)),
            Enders::AllOf(list) => list.iter().all(|t| helped.contains(&t.0)),
            Enders::Count(k, list) => {
                let done = list.iter().filter(|t| helped.contains(&t.0));
                done.collect::<BTreeSet<_>>().len() >= *k as usize
            }
        },
    };
    let listed = |wait: &WaitFact| -> Vec<Tid> {
        match &wait.enders {
            Enders::Owner(owner) => owner.iter().copied().collect(),
            Enders::AnyOf(list) | Enders::AllOf(list) | Enders::Count(_, list) => list.clone(),
        }
    };
    let start: State = facts.iter().map(|_| BTreeSet::new()).collect();
    let mut seen = BTreeSet::from([start.clone()]);
    let mut todo = vec![start];
    let mut freed = BTreeSet::new();
    while let Some(state) = todo.pop() {
        for (mover, fact) in facts.iter().enumerate() {
            if !is_free(fact, &state[mover]) {
                continue;
            }
            freed.insert(fact.thread);
            for (waiter, other) in facts.iter().enumerate() {
                let Some(wait) = &other.wait else { continue };
                if listed(wait).contains(&fact.thread) {
                    let mut next = state.clone();
                    next[waiter].insert(fact.thread.0);
                    if seen.insert(next.clone()) {
                        todo.push(next);
                    }
                }
            }
        }
    }
    let all = facts.iter().map(|fact| fact.thread);
    all.filter(|thread| !freed.contains(thread)).collect()
}

fn some_facts() -> impl proptest::strategy::Strategy<Value = Vec<ThreadFact>> {
    use proptest::prelude::*;
    let enders = (0u8..4, proptest::collection::vec(1u32..7, 0..3), 0u32..3).prop_map(
        |(kind, list, count)| {
            let list: Vec<Tid> = list.into_iter().map(Tid).collect();
            match kind {
                0 => Enders::Owner(list.first().copied()),
                1 => Enders::AnyOf(list),
                2 => Enders::AllOf(list),
                _ => Enders::Count(count, list),
            }
        },
    );
    let object = (0u32..4).prop_map(|n| match n {
        0 => mutex(0),
        1 => condition(),
        2 => semaphore(),
        _ => Object::Thread(Tid(1)),
    });
    let wait = proptest::option::weighted(0.8, (object, enders, proptest::bool::weighted(0.1)));
    proptest::collection::vec(wait, 1..6).prop_map(|waits_of| {
        let numbered = (1u32..).zip(waits_of);
        numbered
            .map(|(thread, wait)| match wait {
                None => runs(thread),
                Some((on, enders, timed)) => {
                    let mut fact = waits(thread, on, enders);
                    if let Some(wait) = &mut fact.wait {
                        wait.timed = timed;
                    }
                    fact
                }
            })
            .collect()
    })
}

proptest::proptest! {
    #![proptest_config(crate::samples::cases(512))]

    /// Dead exactly if no sequence of moves frees the thread; and every dead thread is in one group.
    #[test]
    fn dead_is_what_brute_force_cannot_move(facts in some_facts()) {
        let dead = dead(&facts);
        proptest::prop_assert_eq!(&dead, &brute_force(&facts));
        let named: Vec<Tid> = groups(&facts, &dead)
            .iter()
            .flat_map(|group| group.threads().map(|w| w.thread).collect::<Vec<_>>())
            .collect();
        proptest::prop_assert_eq!(named.len(), dead.len());
        proptest::prop_assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), dead);
    }
}
