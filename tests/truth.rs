//! Found means true: what is reported as a deadlock never moves again, and what never moves is reported.
//!
//! Small random programs over locks, semaphores, a condition, a pipe and joins are explored in every
//! interleaving, by brute force, with nothing but the world's own choices. In every state:
//!
//!   T1  no continuation moves a thread that the detector calls dead;
//!   T2  if nobody can move and the program has not ended, the detector calls somebody dead.

use std::collections::HashMap;
use std::fmt::Write;

use proptest::prelude::*;
use sim_abi::{Location, MemoryAccess, Tid};
use sim_detect::deadlock::dead;
use sim_kernel::{Halt, Mode, Visibility, World};

/// States of one program that are looked at; the programs are small enough to stay below.
const STATES_MAX: usize = 20_000;

/// All memory but the objects is private or never written: the programs communicate by calls only.
struct CallsOnly;

impl Visibility for CallsOnly {
    fn visible(&mut self, _access: &MemoryAccess) -> bool {
        false
    }

    fn is_shared_within(&self, _: Location, _: u32) -> bool {
        false
    }
}

/// What a thread does: one line of C each. `n` is the thread's number.
const OPERATIONS: [&str; 12] = [
    "pthread_mutex_lock(&a);",
    "pthread_mutex_unlock(&a);",
    "pthread_mutex_lock(&b);",
    "pthread_mutex_unlock(&b);",
    "sem_wait(&s);",
    "sem_post(&s);",
    "pthread_mutex_lock(&m); pthread_cond_wait(&c, &m); pthread_mutex_unlock(&m);",
    "pthread_cond_signal(&c);",
    "pthread_cond_broadcast(&c);",
    "write(fds[1], \"x\", 1);",
    "{ char byte; read(fds[0], &byte, 1); }",
    "pthread_join(threads[(n + 1) % THREADS], 0);",
];

fn program(threads: &[Vec<usize>]) -> String {
    let mut text = format!(
        "#include <pthread.h>\n#include <semaphore.h>\n#include <unistd.h>\n\
         #define THREADS {}\n\
         pthread_mutex_t a, b, m;\npthread_cond_t c;\nsem_t s;\nint fds[2];\n\
         pthread_t threads[THREADS];\n",
        threads.len()
    );
    for (n, operations) in threads.iter().enumerate() {
        let _ = writeln!(text, "void *t{n}(void *arg) {{ int n = {n};");
        for operation in operations {
            let _ = writeln!(text, "    {}", OPERATIONS[*operation]);
        }
        let _ = writeln!(text, "    return (void *)n; }}");
    }
    text.push_str("int main(void) {\n    sem_init(&s, 0, 0);\n    pipe(fds);\n");
    for n in 0..threads.len() {
        let _ = writeln!(text, "    pthread_create(&threads[{n}], 0, t{n}, 0);");
    }
    // Main waits for a post that nobody makes on purpose: the others decide what happens.
    text.push_str(
        "    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);\n    return 0;\n}\n",
    );
    text
}

fn boot(text: &str) -> World {
    let mut files = sim_scenario::Files::new();
    files.insert("t.c".into(), text.as_bytes().to_vec());
    let scenario = sim_scenario::program(&["t.c"], &[], &files, &Default::default())
        .expect("the generated program compiles");
    let mut world = World::boot(&scenario.config.for_choices(), Mode::Choices);
    world.settle(&mut CallsOnly, &mut ());
    world
}

/// The threads that move in some continuation of this state, as bits. The programs have no loops, so the
/// graph of states has none.
fn movers(world: &mut World, seen: &mut HashMap<u128, u64>, text: &str) -> u64 {
    let fingerprint = world.fingerprint();
    if let Some(known) = seen.get(&fingerprint) {
        return *known;
    }
    assert!(seen.len() < STATES_MAX, "too many states:\n{text}");
    let mut choices = Vec::new();
    world.enabled(&mut choices);
    let saved = world.save();
    let mut moving = 0;
    for enabled in choices {
        moving |= 1 << enabled.thread.0;
        world
            .step(enabled.choice, &mut CallsOnly, &mut ())
            .expect("what is enabled can be done");
        moving |= movers(world, seen, text);
        world.restore(&saved);
    }
    let facts = world.facts();
    let dead = dead(&facts);
    for Tid(tid) in &dead {
        assert_eq!(
            moving >> tid & 1,
            0,
            "T1: thread {tid} is called dead, but can move:\n{facts:#?}\n{text}"
        );
    }
    if world.halted() == Some(Halt::Stuck) {
        assert!(
            !dead.is_empty(),
            "T2: nobody can move, nobody is called dead:\n{facts:#?}\n{text}"
        );
    }
    seen.insert(fingerprint, moving);
    moving
}

fn check(threads: &[Vec<usize>]) -> usize {
    let text = program(threads);
    let mut seen = HashMap::new();
    movers(&mut boot(&text), &mut seen, &text);
    seen.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_called_dead_is_dead(
        threads in prop::collection::vec(prop::collection::vec(0..OPERATIONS.len(), 0..5), 2..4)
    ) {
        check(&threads);
    }
}

/// Two threads, two locks, opposite order: L(a) L(b) U(b) U(a) against L(b) L(a) U(a) U(b). A state is how
/// far each has got, 5 × 5, without those where both would hold a lock. Thread 1 holds a at 1, 2, 3 and b
/// at 2; thread 2 holds b at 1, 2, 3 and a at 2. Both a: (1,2) (2,2) (3,2); both b: (2,1) (2,2) (2,3): five
/// states. (3,3) has no conflict, but both ways to it, from (3,2) and (2,3), have: six. 25 − 6 = 19 states,
/// of which (1,1) is the deadlock.
#[test]
fn opposite_order_has_nineteen_states_and_one_deadlock() {
    assert_eq!(check(&[vec![0, 2, 3, 1], vec![2, 0, 1, 3]]), 19);
}

/// The fixed twin, one order: L(a) L(b) U(b) U(a) twice. While one is at 1, 2 or 3 the other is at 0 or 4:
/// 25 − 9 = 16 states, all of which end.
#[test]
fn one_order_has_sixteen_states() {
    assert_eq!(check(&[vec![0, 2, 3, 1], vec![0, 2, 3, 1]]), 16);
}
