//! Each rule by hand, each race beside its ordered twin; and against the definition, on random runs.

use std::vec;
use std::vec::Vec;

use super::*;
use crate::samples::{access, at, event, mutex, read, write};
use sim_abi::PipeId;
use sim_abi::event::{Asked, ExitStatus, Mode};

const X: u32 = 0x1_0000;

#[derive(Clone, Copy)]
enum Step {
    Does(Event),
    Touches(MemoryAccess),
}
use Step::{Does, Touches};

fn does(thread: u32, kind: EventKind) -> Step {
    Does(event(thread, 0, kind))
}

fn reads(thread: u32, pc: u32) -> Step {
    Touches(read(thread, pc, X))
}

fn writes(thread: u32, pc: u32) -> Step {
    Touches(write(thread, pc, X))
}

fn locks(thread: u32, object: Object, mode: Mode) -> Step {
    let asked = Asked::Waits;
    does(
        thread,
        EventKind::Locks {
            object,
            mode,
            asked,
        },
    )
}

fn unlocks(thread: u32, object: Object, mode: Mode) -> Step {
    does(thread, EventKind::Unlocks { object, mode })
}

/// Thread 1 has made threads 2 and 3.
fn three() -> Vec<Step> {
    let mut steps = Vec::new();
    for child in [2, 3] {
        let child = Tid(child);
        steps.push(does(1, EventKind::ThreadCreated { child }));
        steps.push(does(child.0, EventKind::Starts));
    }
    steps
}

/// Feeds steps to a detector; the races found.
fn feed(races: &mut Races, steps: &[Step]) -> Vec<Race> {
    let result = |step: &Step| match step {
        Does(event) => races.event(event),
        Touches(access) => races.access(access),
    };
    steps.iter().filter_map(result).collect()
}

/// The pairs of program counters that race, after threads 2 and 3 have been made.
fn run(steps: &[Step]) -> Vec<(u32, u32)> {
    let mut races = Races::new();
    feed(&mut races, &three());
    let found = feed(&mut races, steps);
    found.iter().map(|r| (r.first.pc, r.second.pc)).collect()
}

/// counter++ by two threads: load 20, store 24 by thread 2, then load 30, store 34 by thread 3. The
/// load at 30 races with the store at 24, the store at 34 with the store too (FastTrack keeps the last
/// write; the read at 20 was in that write's past).
#[test]
fn lost_update_and_its_locked_twin() {
    let body = |t: u32| [reads(t, t * 10), writes(t, t * 10 + 4)];
    assert_eq!(run(&[body(2), body(3)].concat()), [(24, 30), (24, 34)]);
    let locked = |t| {
        let (a, mode) = (mutex(64), Mode::Exclusive);
        [
            vec![locks(t, a, mode)],
            body(t).to_vec(),
            vec![unlocks(t, a, mode)],
        ]
        .concat()
    };
    assert!(run(&[locked(2), locked(3)].concat()).is_empty());
    // Two locks instead of one order nothing.
    let other = |t, at| {
        let (a, mode) = (mutex(at), Mode::Exclusive);
        [
            vec![locks(t, a, mode)],
            body(t).to_vec(),
            vec![unlocks(t, a, mode)],
        ]
        .concat()
    };
    assert_eq!(run(&[other(2, 64), other(3, 96)].concat()).len(), 2);
}

#[test]
fn both_sides_are_named() {
    let mut races = Races::new();
    feed(&mut races, &three());
    let second = access(3, 34, X + 2, 1, false);
    let found = feed(&mut races, &[writes(2, 24), Touches(second)]);
    let race = found[0];
    assert_eq!((race.location, race.address), (at(X + 2), X + 2));
    assert_eq!(
        (race.first.thread, race.first.pc, race.first.address),
        (Tid(2), 24, X)
    );
    assert_eq!((race.first.size, race.first.write), (4, true));
    assert_eq!(
        (race.second.thread, race.second.size, race.second.write),
        (Tid(3), 1, false)
    );
}

#[test]
fn each_pair_of_places_once_but_all_are_counted() {
    let mut races = Races::new();
    feed(&mut races, &three());
    let steps = [writes(2, 24), writes(3, 34), writes(2, 24), writes(3, 34)];
    assert_eq!(feed(&mut races, &steps).len(), 1);
    assert_eq!(races.count(), 3);
}

/// What main did before it made the threads is ordered, so is what it does after it has joined them;
/// what it does in between is not.
#[test]
fn create_and_join() {
    let mut races = Races::new();
    let mut steps = vec![writes(1, 10)];
    steps.extend(three());
    steps.push(writes(2, 20));
    steps.push(does(2, EventKind::Exits));
    let mut early = races.clone();
    assert_eq!(
        feed(&mut early, &[steps.clone(), vec![reads(1, 14)]].concat()).len(),
        1
    );
    steps.push(does(1, EventKind::Joins { child: Tid(2) }));
    steps.push(reads(1, 14));
    assert!(feed(&mut races, &steps).is_empty());
    // A thread made now may be given thread 2's slot; thread 3 has not seen thread 2's end.
    steps = vec![
        does(1, EventKind::ThreadCreated { child: Tid(4) }),
        does(4, EventKind::Starts),
        Touches(write(4, 44, X + 8)),
        reads(3, 34),
        Touches(read(3, 38, X + 8)),
    ];
    let found = feed(&mut races, &steps);
    let sides: Vec<_> = found
        .iter()
        .map(|r| (r.first.thread.0, r.second.thread.0))
        .collect();
    assert_eq!(sides, [(2, 3), (4, 3)]);
}

#[test]
fn bytes_of_one_word_are_apart() {
    let byte = |t, pc, at| Touches(access(t, pc, X + at, 1, true));
    let half = |t, pc, at| Touches(access(t, pc, X + at, 2, true));
    assert!(run(&[byte(2, 20, 0), byte(3, 30, 1), half(2, 21, 2)]).is_empty());
    assert_eq!(run(&[byte(2, 20, 1), half(3, 30, 0)]), [(20, 30)]);
    assert!(run(&[byte(2, 20, 1), half(3, 30, 2)]).is_empty());
    assert_eq!(
        run(&[writes(2, 20), byte(3, 30, 3), byte(2, 21, 3)]),
        [(20, 30), (30, 21)]
    );
    // Not aligned: two bytes in each of two words.
    let across = Touches(access(2, 20, X + 2, 4, true));
    assert_eq!(run(&[across, byte(3, 30, 5)]), [(20, 30)]);
    assert!(run(&[across, byte(3, 30, 6), byte(3, 31, 1)]).is_empty());
}

/// Two threads read, then one writes: it races with the other's read. Reads alone never race.
#[test]
fn reads_are_shared_and_each_is_remembered() {
    assert!(run(&[reads(2, 20), reads(3, 30), reads(1, 10)]).is_empty());
    assert_eq!(
        run(&[reads(2, 20), reads(3, 30), writes(3, 34)]),
        [(20, 34)]
    );
    assert_eq!(
        run(&[reads(3, 30), reads(2, 20), writes(3, 34)]),
        [(20, 34)]
    );
}

fn atomic(thread: u32, pc: u32, read: bool, write: bool) -> Step {
    Touches(MemoryAccess {
        atomic: true,
        read,
        ..access(thread, pc, X + 64, 4, write)
    })
}

/// x = 1; flag := 1 (atomic) | while (!flag); read x. An atomic does not race with an atomic, but with
/// a plain access it does.
#[test]
fn atomics_synchronise_and_race_with_plain_ones_only() {
    let published = [
        writes(2, 20),
        atomic(2, 24, false, true),
        atomic(3, 30, true, false),
        reads(3, 34),
    ];
    assert!(run(&published).is_empty());
    // The flag is read before it is written: no order.
    let early = [
        writes(2, 20),
        atomic(3, 30, true, false),
        atomic(2, 24, false, true),
        reads(3, 34),
    ];
    assert_eq!(run(&early), [(20, 34)]);
    assert!(run(&[atomic(2, 24, false, true), atomic(3, 30, false, true)]).is_empty());
    let plain = |write| Touches(access(3, 34, X + 64, 4, write));
    assert_eq!(run(&[atomic(2, 24, false, true), plain(false)]), [(24, 34)]);
    assert_eq!(run(&[atomic(2, 24, true, false), plain(true)]), [(24, 34)]);
    assert!(run(&[atomic(2, 24, true, false), plain(false)]).is_empty());
    assert_eq!(run(&[plain(true), atomic(2, 24, true, false)]), [(34, 24)]);
    // Two writers without order among each other: a plain read races with both.
    let both = [
        atomic(1, 14, false, true),
        atomic(2, 24, false, true),
        plain(false),
    ];
    assert_eq!(run(&both), [(14, 34)]);
}

/// Who reads the second writer's value has seen nothing of the first one; a read-modify-write between
/// hands both on.
#[test]
fn an_atomic_store_replaces_an_atomic_exchange_adds() {
    let steps = |by_exchange| {
        [
            writes(1, 10),
            atomic(1, 14, false, true),
            atomic(2, 24, by_exchange, true),
            atomic(3, 30, true, false),
            reads(3, 34),
        ]
    };
    assert_eq!(run(&steps(false)), [(10, 34)]);
    assert!(run(&steps(true)).is_empty());
}

/// E1: a write under a read lock races; under the write lock it does not.
#[test]
fn readers_of_a_rwlock_are_not_ordered() {
    let lock = Object::Rwlock(at(128));
    let section = |t, mode| {
        [
            locks(t, lock, mode),
            writes(t, t * 10),
            unlocks(t, lock, mode),
        ]
    };
    let both = |a, b| run(&[section(2, a), section(3, b)].concat());
    assert_eq!(both(Mode::Shared, Mode::Shared), [(20, 30)]);
    assert!(both(Mode::Exclusive, Mode::Shared).is_empty());
    assert!(both(Mode::Shared, Mode::Exclusive).is_empty());
}

/// E2: a semaphore with value 2 lets both in: no order. Posted and taken: order.
#[test]
fn taking_a_semaphore_orders_nothing_posting_does() {
    let object = Object::Semaphore(at(128));
    let takes = |t| does(t, EventKind::Takes { object, value: 0 });
    let posts = |t| does(t, EventKind::Posts { object, value: 1 });
    assert_eq!(
        run(&[takes(2), writes(2, 20), takes(3), writes(3, 30)]),
        [(20, 30)]
    );
    assert!(run(&[writes(2, 20), posts(2), takes(3), writes(3, 30)]).is_empty());
    // What comes after the post is not ordered.
    assert_eq!(
        run(&[posts(2), writes(2, 20), takes(3), writes(3, 30)]),
        [(20, 30)]
    );
    // A failed try has seen that somebody has taken it.
    let fails = does(
        3,
        EventKind::TryFails {
            object,
            holder: None,
        },
    );
    assert!(run(&[writes(2, 20), takes(2), fails, writes(3, 30)]).is_empty());
}

/// E3: writing orders the reader behind the writer, not two writers.
#[test]
fn a_pipe() {
    let (pipe, bytes) = (PipeId(0), 1);
    let sends = |t| does(t, EventKind::PipeWrites { pipe, bytes });
    let gets = |t| does(t, EventKind::PipeReads { pipe, bytes });
    assert!(run(&[writes(2, 20), sends(2), gets(3), reads(3, 30)]).is_empty());
    assert_eq!(
        run(&[writes(2, 20), sends(2), sends(3), reads(3, 30)]),
        [(20, 30)]
    );
    assert!(run(&[reads(2, 20), gets(2), sends(3), writes(3, 30)]).is_empty());
}

/// E4: before the barrier comes before after it; an arrival for the next round does not.
#[test]
fn a_barrier() {
    let object = Object::Barrier(at(128));
    let arrives = |t, arrived| {
        let needed = 2;
        does(
            t,
            EventKind::Arrives {
                object,
                arrived,
                needed,
            },
        )
    };
    let passes = |t| does(t, EventKind::Passes { object });
    let round = [arrives(2, 1), arrives(3, 2), passes(3)];
    assert!(run(&[&[writes(2, 20)], &round[..], &[reads(3, 30)]].concat()).is_empty());
    let late = [writes(3, 30), arrives(3, 1), passes(2), reads(2, 20)];
    assert_eq!(run(&[&round[..], &late].concat()), [(30, 20)]);
}

/// E5: a signal orders the waiter it woke; one that woke nobody orders nothing.
#[test]
fn a_condition() {
    let condition = Object::Condition(at(128));
    let signals = |woken| {
        let broadcast = false;
        does(
            2,
            EventKind::Signals {
                condition,
                broadcast,
                woken,
            },
        )
    };
    let woken = does(3, EventKind::Signalled { condition });
    assert!(run(&[writes(2, 20), signals(1), woken, reads(3, 30)]).is_empty());
    assert_eq!(
        run(&[writes(2, 20), signals(0), woken, reads(3, 30)]),
        [(20, 30)]
    );
}

/// E6: a child process writes to shared memory and is ended; its parent reads after and before the wait.
#[test]
fn processes_in_shared_memory() {
    let shared = |a: MemoryAccess, address| MemoryAccess {
        address,
        location: Location::Shared {
            frame: 7,
            offset: 16,
        },
        ..a
    };
    let child = |kind| {
        Does(Event {
            process: Pid(2),
            ..event(2, 0, kind)
        })
    };
    let status = ExitStatus::Exited(0);
    let run = |waits: bool| {
        let mut steps = vec![
            does(1, EventKind::ThreadCreated { child: Tid(2) }),
            child(EventKind::Starts),
            Touches(MemoryAccess {
                process: Pid(2),
                ..shared(write(2, 20, 0), 0x5000_0010)
            }),
            child(EventKind::ProcessExits { status }),
        ];
        if waits {
            let child = Pid(2);
            steps.push(does(1, EventKind::Reaps { child, status }));
        }
        steps.push(Touches(shared(read(1, 10, 0), 0x4000_0010)));
        feed(&mut Races::new(), &steps)
    };
    assert!(run(true).is_empty());
    let race = run(false)[0];
    assert_eq!(
        (race.first.address, race.second.address),
        (0x5000_0010, 0x4000_0010)
    );
}

/// R4 to R6: a new owner of memory knows nothing of the old one's accesses.
#[test]
fn memory_that_changes_hands() {
    let (block, size) = (X, 4);
    let allocates = does(
        3,
        EventKind::HeapAllocated {
            block,
            size,
            zeroed: false,
        },
    );
    let frees = does(3, EventKind::HeapFreed { block, size });
    assert!(run(&[writes(2, 20), allocates, writes(3, 30)]).is_empty());
    // A free is a write: here it comes without order after the other's write; then all is forgotten.
    assert_eq!(run(&[writes(2, 20), frees, writes(1, 10)]), [(20, 0)]);
    assert!(run(&[writes(3, 20), frees]).is_empty());
    let beside = Touches(access(2, 21, X + 4, 4, true));
    assert_eq!(
        run(&[beside, allocates, Touches(write(3, 30, X + 4))]),
        [(21, 30)]
    );
    let (space, address) = (1, X);
    let reused = does(
        1,
        EventKind::MemoryReused {
            space,
            address,
            size,
        },
    );
    assert!(run(&[writes(2, 20), reused, writes(3, 30)]).is_empty());
    let mut races = Races::new();
    feed(&mut races, &three());
    feed(&mut races, &[writes(2, 20)]);
    races.forget_space(1);
    assert!(feed(&mut races, &[writes(3, 30)]).is_empty());
}

#[test]
fn the_library_s_own_accesses_are_not_seen() {
    let internal = |step| match step {
        Touches(access) => Touches(MemoryAccess {
            internal: true,
            ..access
        }),
        Does(event) => Does(event),
    };
    assert!(run(&[internal(writes(2, 20)), writes(3, 30)]).is_empty());
    let lock = [atomic(2, 24, true, true), atomic(3, 30, true, true)].map(internal);
    assert_eq!(
        run(&[writes(2, 20), lock[0], lock[1], writes(3, 34)]),
        [(20, 34)]
    );
}

/// A kernel's copy of 600 bytes overlaps a byte in its last line.
#[test]
fn long_copies() {
    let copy = Touches(access(2, 20, X, 600, true));
    assert_eq!(
        run(&[copy, Touches(access(3, 30, X + 599, 1, false))]),
        [(20, 30)]
    );
    assert!(run(&[copy, Touches(access(3, 30, X + 600, 1, false))]).is_empty());
}

/// The definition, without any cleverness: each step has a full vector clock; all pairs are tried.
#[derive(Default)]
struct Oracle {
    clocks: [[u32; 4]; 4],
    lock: [u32; 4],
    atom: [u32; 4],
    past: Vec<(MemoryAccess, [u32; 4])>,
}

fn joined(a: [u32; 4], b: [u32; 4]) -> [u32; 4] {
    core::array::from_fn(|i| a[i].max(b[i]))
}

impl Oracle {
    /// Those earlier accesses that race with this one.
    fn access(&mut self, a: &MemoryAccess) -> Vec<u32> {
        let t = a.thread.0 as usize;
        if a.atomic && a.read {
            self.clocks[t] = joined(self.clocks[t], self.atom);
        }
        self.clocks[t][t] += 1;
        let now = self.clocks[t];
        let races = |(b, then): &&(MemoryAccess, [u32; 4])| {
            let u = b.thread.0 as usize;
            let meet = b.address < a.address + a.size && a.address < b.address + b.size;
            let conflict = (a.write || b.write) && !(a.atomic && b.atomic);
            u != t && meet && conflict && then[u] > now[u]
        };
        let found = self.past.iter().filter(races).map(|(b, _)| b.pc).collect();
        self.past.push((*a, now));
        if a.atomic && a.write {
            self.atom = if a.read { joined(self.atom, now) } else { now };
        }
        found
    }
}

proptest::proptest! {
    #![proptest_config(crate::samples::cases(2000))]

    /// Three threads on eight bytes and one lock. Every race that is reported is one by the
    /// definition, and the first access that completes a race is reported.
    #[test]
    fn reports_races_by_the_definition_and_the_first_one_always(steps in proptest::collection::vec(
        (1u32..4, 0u8..10, 0u32..8, 0u32..3, proptest::bool::ANY, proptest::bool::ANY), 0..40,
    )) {
        let mut oracle = Oracle::default();
        // Creation orders nothing among the three: the first one has done nothing before it.
        let mut races = Races::new();
        feed(&mut races, &three());
        let mut holder = None;
        let mut has_raced = false;
        for (pc, (thread, what, at, size, write, both)) in (100u32..).zip(steps) {
            let t = thread as usize;
            let (lock, mode) = (mutex(4096), Mode::Exclusive);
            let a = match what {
                0 if holder.is_none() => {
                    holder = Some(thread);
                    oracle.clocks[t] = joined(oracle.clocks[t], oracle.lock);
                    feed(&mut races, &[locks(thread, lock, mode)]);
                    continue;
                }
                1 if holder == Some(thread) => {
                    holder = None;
                    oracle.clocks[t][t] += 1;
                    oracle.lock = oracle.clocks[t];
                    feed(&mut races, &[unlocks(thread, lock, mode)]);
                    continue;
                }
                2 | 3 => MemoryAccess {
                    atomic: true,
                    read: both || !write,
                    ..access(thread, pc, X, 4, write)
                },
                _ => access(thread, pc, X + at, 1 << size, write),
            };
            let expected = oracle.access(&a);
            match races.access(&a) {
                Some(race) => {
                    proptest::prop_assert!(expected.contains(&race.first.pc), "{race:?}");
                    let byte = race.address;
                    let covers = |side: &Side| byte.wrapping_sub(side.address) < side.size;
                    proptest::prop_assert!(covers(&race.first) && covers(&race.second));
                }
                None => proptest::prop_assert!(has_raced || expected.is_empty(), "{a:?}"),
            }
            has_raced |= !expected.is_empty();
        }
    }
}
