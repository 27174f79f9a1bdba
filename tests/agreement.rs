//! All strategies that finish say the same: verdict, findings, outcomes.
//!
//! Small random programs, two or three threads of up to four operations, are searched by
//!
//!   * `states`: every state once, with sleep sets and without;
//!   * `dpor`: every trace once;
//!   * `dfs`: every interleaving of what is visible;
//!   * the toy: every interleaving of *every* access, also to private memory, knowing nothing; and once
//!     more knowing states, for programs where that would take too long.
//!
//! The toy knows no local steps, so it tests what the others leave out. `SIM_CASES=100000 cargo test --release agreement` for a long one.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;
use sim_abi::check::CheckRecord;
use sim_abi::{FindingKind, Verdict};
use sim_explore::check::{Options, StrategyKind, check, check_with};
use sim_explore::workers::Workers;
use sim_kernel::{Config, Mode, Visibility, World};

/// What a thread does: one line of C each. `n` is the thread's number.
const OPERATIONS: [&str; 37] = [
    "x = x + 1;",
    "x = n;",
    "y = x;",
    "if (y == 1) x = 7;",
    "assert(x != 7);",
    "atomic_fetch_add(&v, 1);",
    "atomic_store(&v, atomic_load(&v) + 1);",
    "if (atomic_load(&v) == 2) y = 5;",
    "pthread_mutex_lock(&a);",
    "pthread_mutex_unlock(&a);",
    "pthread_mutex_lock(&b);",
    "pthread_mutex_unlock(&b);",
    "if (!pthread_mutex_trylock(&a)) { y = 2; pthread_mutex_unlock(&a); }",
    "pthread_mutex_lock(&a); x = x + 1; pthread_mutex_unlock(&a);",
    "pthread_mutex_lock(&a); while (!ready) pthread_cond_wait(&c, &a); pthread_mutex_unlock(&a);",
    "pthread_mutex_lock(&a); ready = 1; pthread_cond_signal(&c); pthread_mutex_unlock(&a);",
    "pthread_cond_signal(&c);",
    "pthread_cond_broadcast(&c);",
    "sem_wait(&s);",
    "sem_post(&s);",
    "write(fds[1], \"x\", 1);",
    "{ char byte; read(fds[0], &byte, 1); y = byte; }",
    "*heap = n;",
    "free(heap);",
    "place = &local;",
    "if (place) *place = 3;",
    "if (local == 3) x = 9;",
    "sched_yield();",
    "write(1, &x, 4);",
    "read(fds[0], &x, 1);",
    "exit(0);",
    "x = *heap;",
    "memcpy(&x, heap, 4);",
    "pthread_rwlock_rdlock(&r);",
    "pthread_rwlock_wrlock(&r);",
    "pthread_rwlock_unlock(&r);",
    "{ int *own = malloc(4); *own = n; x = *own; free(own); }",
];

/// A program. Some operations come in pairs, so that most of them get somewhere.
fn program(threads: &[Vec<usize>]) -> String {
    let mut text = format!(
        "#include <assert.h>\n#include <pthread.h>\n#include <sched.h>\n#include <semaphore.h>\n\
         #include <stdatomic.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n#include <sim/check.h>\n\
         #define THREADS {}\n\
         int x, y, ready, *heap, *place, fds[2];\natomic_int v;\n\
         pthread_mutex_t a, b;\npthread_cond_t c;\npthread_rwlock_t r;\nsem_t s;\npthread_t threads[THREADS];\n",
        threads.len()
    );
    for (n, operations) in threads.iter().enumerate() {
        let _ = writeln!(text, "void *t{n}(void *arg) {{ int n = {n}, local = 0;");
        let _ = writeln!(text, "    (void)n, (void)&local;");
        for operation in operations {
            let _ = writeln!(text, "    {}", OPERATIONS[*operation]);
        }
        let _ = writeln!(text, "    return 0; }}");
    }
    text.push_str(
        "int main(void) {\n    sem_init(&s, 0, 0);\n    heap = malloc(4);\n    pipe(fds);\n",
    );
    for n in 0..threads.len() {
        let _ = writeln!(text, "    pthread_create(&threads[{n}], 0, t{n}, 0);");
    }
    text.push_str("    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);\n");
    text.push_str("    sim_outcome(\"x=%d y=%d v=%d\", x, y, v);\n    return 0;\n}\n");
    text
}

fn config(text: &str) -> Config {
    let mut files = sim_scenario::Files::new();
    files.insert("t.c".into(), text.as_bytes().to_vec());
    let scenario = sim_scenario::program(&["t.c"], &[], &files, &Default::default());
    scenario.expect("the generated program compiles").config
}

/// What must not depend on the strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    verdict: String,
    findings: BTreeSet<String>,
    outcomes: BTreeSet<String>,
}

impl Said {
    /// Without what the toy says otherwise.
    fn as_seen_by(&self, toy: bool) -> Said {
        let mut said = self.clone();
        if toy {
            if said.verdict != "Ok" {
                said.verdict = String::from("some error");
            }
            let short = |finding: &String| match finding.split_once(" [") {
                Some((kind, _)) if kind != "Error(DataRace)" => format!("{kind} []"),
                _ => finding.clone(),
            };
            said.findings = self.findings.iter().map(short).collect();
        }
        said
    }
}

/// Executions of a strategy that is asked; of one that knows states 20 times as many states.
const MOST: u64 = 3_000;

fn asked(strategy: StrategyKind, reduction: bool, every_access: bool) -> Options {
    Options {
        strategy,
        reduction,
        every_access,
        max_executions: Some(MOST),
        max_states: 20 * MOST,
        ..Options::default()
    }
}

/// `None`: too big for this strategy.
fn said(text: &str, config: &Config, options: Options) -> Option<Said> {
    let every_access = options.every_access;
    let races_only = every_access;
    let join = text.lines().position(|line| line.contains("pthread_join"));
    let join = join.map_or(0, |n| n as u32 + 1);
    let record: CheckRecord = check(config, &options, &mut |_| true);
    record.complete.then(|| Said {
        verdict: match (every_access, record.verdict) {
            (true, verdict) if verdict != Verdict::Ok => String::from("some error"),
            (_, verdict) => format!("{verdict:?}"),
        },
        findings: record
            .findings
            .iter()
            .map(|finding| {
                // Of those who could have freed a block, the one on the way that was found is told.
                let is_memory = finding.kind == FindingKind::Error(Verdict::MemoryError);
                let told = if is_memory { 1 } else { usize::MAX };
                let mut places: Vec<String> = finding
                    .locations
                    .iter()
                    .take(told)
                    // Main waits for all of them: for the toy it may not have come there yet.
                    .filter(|site| site.line != join)
                    .map(|site| format!("{}:{}", site.file, site.line))
                    .collect();
                places.sort();
                let is_race = finding.kind == FindingKind::Error(Verdict::DataRace);
                // For the toy other ways are the shortest: it comes to other places with the same mistake.
                // A deadlock that is not the first finding is told as of the state it was met in.
                let is_deadlock = finding.kind == FindingKind::Error(Verdict::Deadlock);
                // What `memcpy` copies is used later: which of two calls it was is not known any more.
                let is_copied = finding.message.contains("never written");
                if is_deadlock || is_copied || races_only && !is_race {
                    places.clear();
                }
                format!("{:?} {places:?}", finding.kind)
            })
            .collect(),
        outcomes: record.outcomes.keys().cloned().collect(),
    })
}

/// How many others have been compared with `states`.
fn agree(threads: &[Vec<usize>]) -> usize {
    let text = program(threads);
    let config = config(&text);
    let Some(states) = said(&text, &config, asked(StrategyKind::States, true, false)) else {
        return 0;
    };
    let others = [
        (
            "states unreduced",
            asked(StrategyKind::States, false, false),
        ),
        ("dpor", asked(StrategyKind::Dpor, false, false)),
        ("dfs", asked(StrategyKind::Dfs, false, false)),
        ("the toy", asked(StrategyKind::Dfs, false, true)),
        (
            "the toy that knows states",
            asked(StrategyKind::States, false, true),
        ),
    ];
    let mut compared = 0;
    for (name, options) in others {
        let every_access = options.every_access;
        if let Some(other) = said(&text, &config, options) {
            let states = states.as_seen_by(every_access);
            let other = other.as_seen_by(every_access);
            assert_eq!(states, other, "states and {name} disagree about\n{text}");
            compared += 1;
        }
    }
    compared
}

fn cases() -> u32 {
    let asked = std::env::var("SIM_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(200)
}

fn threads() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0..OPERATIONS.len(), 0..5), 2..4)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    })]

    #[test]
    fn strategies_agree(threads in threads()) {
        agree(&threads);
    }

    /// Whoever makes which step.
    #[test]
    fn any_number_of_workers_finds_the_same(threads in threads()) {
        same_for_three(&threads);
    }

    /// Two ways to a state that is known by one fingerprint: whatever is chosen from there on, the
    /// fingerprints stay equal.
    #[test]
    fn equal_fingerprints_stay_equal(threads in threads(), picks in prop::collection::vec(0usize..6, 12)) {
        twins(&program(&threads), &picks);
    }
}

/// Three workers, from the first step on.
struct Three;

impl Workers for Three {
    fn count(&self) -> usize {
        3
    }

    fn run(&self, mine: &mut dyn FnMut(), others: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| {
            scope.spawn(|| others(1));
            scope.spawn(|| others(2));
            mine();
        });
    }

    fn rest(&self) {
        std::thread::yield_now();
    }
}

/// Three workers and one say the same, to the last number.
fn same_for_three(threads: &[Vec<usize>]) {
    let text = program(threads);
    let config = config(&text);
    for (strategy, reduction) in [
        (StrategyKind::States, true),
        (StrategyKind::States, false),
        (StrategyKind::Dfs, true),
    ] {
        let options = Options {
            head_start: 0,
            ..asked(strategy, reduction, false)
        };
        let told = |record: CheckRecord| CheckRecord {
            memory_bytes: 0,
            depth: 0,
            ..record
        };
        let one = told(check(&config, &options, &mut |_| true));
        let three = told(check_with(&config, &options, &Three, &mut |_| true));
        assert_eq!(one, three, "{strategy:?}, reduced: {reduction}, of\n{text}");
    }
}

/// Calls and all accesses to static memory and to the heap are steps.
struct Shared;

impl Visibility for Shared {
    fn visible(&mut self, access: &sim_abi::MemoryAccess) -> bool {
        access.address < sim_abi::layout::THREAD_STACKS
    }

    fn is_shared_within(&self, _: sim_abi::Location, _: u32) -> bool {
        false
    }
}

/// Swaps the first two steps of a way where that gives the same fingerprint, and walks on from both.
fn twins(text: &str, picks: &[usize]) {
    let config = config(text).for_choices();
    let mut one = World::boot(&config, Mode::Choices);
    one.settle(&mut Shared, &mut ());
    let mut choices = Vec::new();
    for (n, pick) in picks.iter().enumerate() {
        one.enabled(&mut choices);
        if choices.is_empty() {
            return;
        }
        let first = choices[pick % choices.len()].choice;
        let second = choices[(pick + 1) % choices.len()].choice;
        let mut two = one.clone();
        let step = |world: &mut World, choice| world.step(choice, &mut Shared, &mut ()).is_ok();
        if !step(&mut one, first) {
            return;
        }
        let both = first != second
            && step(&mut two, second)
            && step(&mut two, first)
            && step(&mut one.clone(), second);
        if !both {
            continue;
        }
        let mut other = one.clone();
        assert!(step(&mut other, second), "it was possible a moment ago");
        if other.fingerprint() == two.fingerprint() {
            walk_both(other, two, &picks[n..], text);
        }
    }
}

fn walk_both(mut one: World, mut two: World, picks: &[usize], text: &str) {
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for pick in picks {
        one.enabled(&mut here);
        two.enabled(&mut there);
        let choices =
            |all: &[sim_kernel::Enabled]| all.iter().map(|e| e.choice).collect::<Vec<_>>();
        assert_eq!(choices(&here), choices(&there), "{text}");
        if here.is_empty() {
            return;
        }
        let choice = here[pick % here.len()].choice;
        for world in [&mut one, &mut two] {
            world
                .step(choice, &mut Shared, &mut ())
                .expect("what is enabled can be done");
        }
        assert_eq!(one.fingerprint(), two.fingerprint(), "{text}");
    }
}

/// Programs in which nothing is wrong are searched by all three to the end: threads that lock before they
/// count, or count atomically; one that waits for another.
#[test]
fn workers_share_what_has_no_mistake() {
    same_for_three(&[vec![13, 13, 5], vec![13, 5, 5], vec![5, 13]]);
    same_for_three(&[vec![14, 13], vec![15, 13], vec![5, 5, 13]]);
}

/// Two threads `x = x + 1` are small enough for states without reduction, for dpor, for dfs (4! / (2! · 2!) = 6 interleavings) and for the
/// toy that knows states; the other one has more accesses to private memory than it has time for.
#[test]
fn small_ones_are_compared_with_all() {
    assert_eq!(agree(&[vec![0], vec![0]]), 4);
}

/// Where strategies once disagreed.
#[test]
fn what_once_differed() {
    // A thread stands before an access to a stack that goes away meanwhile: the access itself is the crash.
    agree(&[vec![12, 24, 1, 9], vec![13, 25, 12], vec![7, 6, 25]]);
}
