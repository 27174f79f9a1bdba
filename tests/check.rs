//! `sim check`: exact numbers, twins, the same from every strategy, replays.
//!
//! Numbers by hand. Threads do only what the programs in `check/` say; main creates and joins them, which
//! are local steps. A shared load, a shared store, a lock and an unlock are one step each.
//!
//!   * interleavings of threads of n1, n2 … steps that never wait: (n1 + n2 + …)! / (n1! · n2! · …). Two
//!     threads of 4 steps: 8! / (4! · 4!) = 70. One writer and four readers: 5! = 120. Three threads of
//!     2 steps: 6! / 2³ = 90;
//!   * states of two threads that each read x and write x + 1, once: the positions 0, 1, 2 of both, told
//!     apart by x and by what was read where that is still needed (a register that is written before it is
//!     read again does not count: that is why the numbers are below those of tools that keep it).

use std::path::PathBuf;

use serde_json::Value;

use crate::command::{json, scratch, sim, stderr, stdout};

fn programs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/check")
}

/// Checks a program: its words are the file, then flags.
#[track_caller]
fn check(command: &str) -> Value {
    let mut arguments = vec!["check", "--format", "json"];
    arguments.extend(command.split_whitespace());
    let output = sim(&programs(), &arguments);
    assert_eq!(stderr(&output), "", "{command}");
    json(&output)
}

#[track_caller]
fn verdict(command: &str) -> String {
    let found = check(command);
    found["verdict"].as_str().expect("a verdict").to_string()
}

/// The strategies that try everything.
const EXHAUSTIVE: [&str; 4] = ["", "--no-reduction", "--strategy dpor", "--strategy dfs"];

/// Each of these strategies comes to the end with this verdict and these outcomes.
fn all_say(program: &str, strategies: &[&str], verdict: &str, outcomes: &[&str]) {
    for flags in strategies {
        let found = check(&format!("{program} {flags}"));
        assert_eq!(found["verdict"], verdict, "{program} {flags}");
        assert_eq!(found["complete"], true, "{program} {flags}");
        let seen = found["outcomes"].as_object().expect("an object");
        let texts: Vec<&str> = seen.keys().map(String::as_str).collect();
        assert_eq!(texts, outcomes, "{program} {flags}");
    }
}

/// Of each finding its kind and its lines.
fn told(found: &Value) -> Vec<String> {
    let findings = found["findings"].as_array().expect("a list");
    let line = |site: &Value| site["line"].to_string();
    let words = findings.iter().map(|finding| {
        let sites = finding["locations"].as_array().expect("a list");
        let mut lines: Vec<String> = sites.iter().map(line).collect();
        lines.sort();
        let kind = finding["kind"].as_str().expect("a kind");
        format!("{kind} {}", lines.join(" "))
    });
    let mut words: Vec<String> = words.collect();
    words.sort();
    words
}

/// One finding for each kind and places, from whoever finishes: also where the places are two calls of one
/// library function.
#[test]
fn all_findings_are_told() {
    for (program, expected) in [
        ("library.c", &["data-race 27 43", "data-race 32 43"][..]),
        (
            "library.c -D HEAP",
            &["memory-error 14 39 44", "memory-error 21 39 44"],
        ),
        ("fresh.c", &["memory-error 21 28"]),
        ("fresh.c -D CLEARED", &[]),
        ("twice.c", &["memory-error 10 21 9", "memory-error 15 21 9"]),
        ("copied.c", &["memory-error 12 17 28", "memory-error 17 28"]),
        (
            "reader.c",
            &["exit-holding-lock 11", "exit-holding-lock 18"],
        ),
    ] {
        for flags in ["", "--no-reduction", "--strategy dpor", "--strategy dfs"] {
            let found = check(&format!("{program} {flags}"));
            assert_eq!(found["complete"], true, "{program} {flags}");
            assert_eq!(told(&found), expected, "{program} {flags}");
        }
    }
}

/// All states, by fewer steps: at least one to each state but the first.
#[test]
fn reduction_leaves_out_steps_and_no_states() {
    for (program, unreduced) in [("philosophers.c -D N=5", 3_976), ("buffer.c", 4_236)] {
        let (some, all) = (check(program), check(&format!("{program} --no-reduction")));
        assert_eq!(all["transitions"], unreduced, "{program}");
        assert_eq!(some["states"], all["states"], "{program}");
        let steps = |found: &Value| found["transitions"].as_u64().expect("a number");
        assert!(steps(&some) <= steps(&all), "{program}");
        assert!(
            steps(&some) + 1 >= some["states"].as_u64().expect("a number"),
            "{program}"
        );
    }
}

/// The result is the same for any number of workers: a proof, a bound, a finding.
#[test]
fn workers_agree() {
    for command in [
        "philosophers.c -D N=7",
        "philosophers.c -D N=6 --no-reduction",
        "philosophers.c -D N=4 --strategy dfs --max-executions 2000",
        "philosophers.c -D N=7 --max-states 18000",
        "philosophers.c -D N=5 --preemptions 4",
        "lastzero.c -D N=6",
    ] {
        let with = |jobs: u32| {
            let mut found = check(&format!("{command} --jobs {jobs}"));
            let found = found.as_object_mut().expect("an object");
            found.remove("seconds");
            found.remove("memory_bytes");
            found.clone()
        };
        let one = with(1);
        for jobs in [2, 4] {
            assert_eq!(one, with(jobs), "{command}, {jobs} workers");
        }
    }
}

/// A thread that never comes to a step of its own accord does not keep others from being seen.
#[test]
fn endless_threads_are_seen_to_race() {
    let found = check("endless.c --max-states 2000");
    assert_eq!(
        (&found["verdict"], &found["complete"]),
        (&"data-race".into(), &false.into())
    );
    // 256 values, and a handful of positions each: it runs for ever by intention, which is no livelock.
    assert_eq!(verdict("endless.c -D LOCKED"), "ok");
}

/// Why another thread goes on, and the round of a livelock, are told.
#[test]
fn counterexamples_say_what_matters() {
    let text = |command: &str| {
        let words: Vec<&str> = ["check"].into_iter().chain(command.split(' ')).collect();
        stdout(&sim(&programs(), &words))
    };
    let deadlock = text("philosophers.c -D N=3 -D LEFT");
    assert!(deadlock.contains("-- switch: "), "{deadlock}");
    assert!(deadlock.contains("has yet to lock"), "{deadlock}");
    let livelock = text("spin.c -D TWO");
    assert!(
        livelock.contains("steps lead back to the same state"),
        "{livelock}"
    );
}

/// Every interleaving once.
#[test]
fn dfs_counts_interleavings() {
    for (program, interleavings) in [
        ("increments.c -D N=2 -D K=2", 70),
        ("increments.c -D N=3 -D K=1", 90),
        ("philosophers.c -D N=3", 142),
        ("readers.c -D N=4", 120),
        ("increments.c -D N=2 -D K=4", 12_870),
    ] {
        let found = check(&format!("{program} --strategy dfs"));
        assert_eq!(found["executions"], interleavings, "{program}");
        assert_eq!(found["complete"], true, "{program}");
    }
}

/// Every trace once: interleavings that differ only in the order of steps that commute are one.
///
///   * philosophers: what matters is who takes each fork first, for each of n forks one of its two
///     neighbours; all n forks the same way round would be a circle, which the order of forks forbids:
///     2ⁿ − 2 = 6, 30, 126;
///   * readers: each of four reads x before or after it is written: 2⁴ = 16;
///   * increments, lastzero, the bounded buffer: what other tools count.
#[test]
fn dpor_counts_traces() {
    for (program, traces) in [
        ("increments.c -D N=2 -D K=2", 34),
        ("increments.c -D N=2 -D K=4", 3_334),
        ("increments.c -D N=3 -D K=1", 36),
        ("philosophers.c -D N=3", 6),
        ("philosophers.c -D N=5", 30),
        ("philosophers.c -D N=7", 126),
        ("readers.c -D N=4", 16),
        ("lastzero.c -D N=4", 28),
    ] {
        let found = check(&format!("{program} --strategy dpor"));
        assert_eq!(found["executions"], traces, "{program}");
        assert_eq!(found["complete"], true, "{program}");
    }
}

/// Where nobody waits for anybody no execution is cut off half-way: every step leads to a state that is new, and
/// the start is one more.
#[test]
fn wakeup_trees_lead_to_the_end() {
    for program in [
        "increments.c -D N=2 -D K=4",
        "increments.c -D N=3 -D K=1",
        "readers.c -D N=4",
        "lastzero.c -D N=6",
    ] {
        let found = check(&format!("{program} --strategy dpor"));
        let number = |key: &str| found[key].as_u64().expect("a number");
        assert_eq!(number("transitions") + 1, number("states"), "{program}");
    }
}

/// The long ones: `cargo test --release -- --ignored`.
#[test]
#[ignore = "minutes without optimisation"]
fn dpor_counts_many_traces() {
    for (program, traces) in [
        ("increments.c -D N=3 -D K=2", 7_134),
        ("lastzero.c -D N=10", 3_328),
        ("buffer.c", 86_336),
    ] {
        let found = check(&format!("{program} --strategy dpor"));
        assert_eq!(found["executions"], traces, "{program}");
        assert_eq!(found["complete"], true, "{program}");
    }
}

/// Every state once.
#[test]
fn states_counts_states() {
    for (program, states) in STATES {
        let found = check(program);
        assert_eq!(found["states"], states, "{program}");
        assert_eq!(found["complete"], true, "{program}");
    }
}

/// Registers that are not read again do not count. With them it would be 75, 939, 84, 2,358, 499, 97 and,
/// for the buffer, 3,705: a model of that program, without registers, has 3,339.
const STATES: [(&str, u64); 10] = [
    ("increments.c -D N=2 -D K=2", 57),
    ("increments.c -D N=2 -D K=4", 541),
    ("increments.c -D N=3 -D K=1", 59),
    ("increments.c -D N=3 -D K=2", 904),
    ("philosophers.c -D N=3", 72),
    ("philosophers.c -D N=5", 1424),
    ("philosophers.c -D N=7", 28_192),
    ("lastzero.c -D N=4", 409),
    ("readers.c -D N=4", 57),
    ("buffer.c", 3_339),
];

/// x ends as any number from 2 to 4: of four additions at most two are lost. Seen by all who finish.
#[test]
fn strategies_agree() {
    for (program, expected) in [
        ("increments.c -D N=2 -D K=2", "data-race"),
        ("philosophers.c -D N=3", "ok"),
        ("philosophers.c -D N=3 -D LEFT", "deadlock"),
        ("assert.c", "assertion-failed"),
        ("assert.c -D LOCKED", "ok"),
        ("choose.c", "ok"),
        ("free.c -D ORDERED", "ok"),
        ("copies.c", "data-race"),
        ("copies.c -D LOCKED", "ok"),
        ("copies.c -D PIPE", "data-race"),
        ("copies.c -D PIPE -D LOCKED", "ok"),
        ("stack.c", "data-race"),
        ("stack.c -D WAITS", "ok"),
        ("killed.c", "ok"),
        ("killed.c -D KILL", "ok"),
        ("children.c", "assertion-failed"),
        ("children.c -D ORDERED", "ok"),
        ("behind.c", "deadlock"),
    ] {
        let states = check(program);
        let unreduced = check(&format!("{program} --no-reduction"));
        for key in [
            "verdict",
            "states",
            "outcomes",
            "counterexample",
            "complete",
        ] {
            assert_eq!(states[key], unreduced[key], "{program}: {key}");
        }
        let dfs = check(&format!("{program} --strategy dfs"));
        let dpor = check(&format!("{program} --strategy dpor"));
        assert_eq!(states["verdict"], expected, "{program}");
        for key in ["verdict", "counterexample", "complete"] {
            assert_eq!(states[key], dfs[key], "{program}: {key}");
            assert_eq!(states[key], dpor[key], "{program}: {key}");
        }
        let outcomes = |found: &Value| -> Vec<String> {
            let all = found["outcomes"].as_object().expect("an object");
            all.keys().cloned().collect()
        };
        assert_eq!(outcomes(&states), outcomes(&dfs), "{program}");
        assert_eq!(outcomes(&states), outcomes(&dpor), "{program}");
    }
}

#[test]
fn all_outcomes_are_seen_and_no_others() {
    let found = check("increments.c -D N=2 -D K=2");
    let outcomes = found["outcomes"].as_object().expect("an object");
    let texts: Vec<&str> = outcomes.keys().map(String::as_str).collect();
    assert_eq!(texts, ["x=2", "x=3", "x=4"]);
    let found = check("choose.c");
    let outcomes = found["outcomes"].as_object().expect("an object");
    let texts: Vec<&str> = outcomes.keys().map(String::as_str).collect();
    assert_eq!(texts, ["00", "01", "10", "11", "20", "21"]);
}

/// A program that could be looked at for ever ends the search by a limit, which is said.
#[test]
fn hostile_programs_come_to_an_end() {
    for (flags, limit) in [
        ("", "outcomes of one choice"),
        ("-D FORKS", "processes"),
        ("-D FORKS --strategy dfs", "processes"),
    ] {
        let found = check(&format!("hostile.c {flags}"));
        assert_eq!(found["verdict"], "unfinished", "{flags}");
        let why = found["unfinished"].as_str().unwrap_or_default();
        assert!(why.contains(limit), "{flags}: {why}");
    }
}

/// Conditions are told as what they are, and their names are no accesses.
#[test]
fn a_condition_is_a_line_of_the_trace() {
    let output = stdout(&sim(&programs(), &["check", "condition.c"]));
    for words in [
        "finds not true: both are there",
        "finds true: both are there",
    ] {
        assert!(output.contains(words), "{output}");
    }
    assert!(!output.contains("reads 0x"), "{output}");
}

/// What the kernel keeps for programs is part of a state: two ways that differ only in that do not meet.
#[test]
fn states_are_told_apart_by_what_the_kernel_keeps() {
    for (program, verdict, expected) in [
        ("kept.c -D NAMES", "ok", &["a", "b"][..]),
        ("kept.c -D OFFSETS", "ok", &["0", "2"]),
        ("kept.c -D RIGHTS", "crashed", &["written"]),
        ("which.toml", "ok", &["1", "2"]),
        // What a call changes for others is a step, and each order of two steps is looked at.
        ("noticed.c -D UNMAP", "crashed", &["killed", "lives"]),
        ("noticed.c -D PROTECT", "crashed", &["killed", "lives"]),
        ("noticed.c -D HANDLER", "ok", &["one", "two"]),
        ("noticed.c -D LATE", "ok", &["lost", "there"]),
        ("noticed.c -D PARENT", "ok", &["orphan", "parent"]),
    ] {
        all_say(program, &EXHAUSTIVE, verdict, expected);
    }
}

/// What the kernel and the library give out to who asks first: ids, addresses, stacks, bytes of an input.
/// Of small blocks the addresses do not depend on it, so that asking for one is no step.
#[test]
fn what_depends_on_who_is_first_comes_in_each_order() {
    let both = &["less", "more"][..];
    for (program, verdict, expected) in [
        ("order.c -D SBRK", "ok", both),
        ("order.c -D MMAP", "ok", both),
        ("order.c -D FD", "ok", both),
        ("order.c -D PIPE", "ok", both),
        ("order.c -D CREATE", "ok", both),
        ("order.c -D FORK", "ok", both),
        ("order.c -D RAND", "ok", both),
        ("order.c -D MALLOC=20000", "ok", both),
        ("order.c -D MALLOC=100", "ok", &["less"]),
        ("order.c -D OTHER -D UNMAP", "ok", &["other", "same"]),
        ("order.c -D OTHER -D STACK", "ok", &["other", "same"]),
        ("order.c -D OTHER -D DETACHED", "ok", &["down", "up"]),
        (
            "order.c -D OTHER -D TWICE",
            "misuse",
            &["detached", "joined"],
        ),
        ("order.c -D OTHER -D CLOSE", "ok", &["lost", "written"]),
        (
            "input.toml",
            "ok",
            &["call: a b", "call: b a", "library: a b", "library: b a"],
        ),
    ] {
        // Too many interleavings for `dfs`, as each thread makes many steps.
        let is_long = ["CREATE", "FORK", "DETACHED"]
            .iter()
            .any(|word| program.contains(word));
        let strategies = &EXHAUSTIVE[..if is_long { 3 } else { 4 }];
        all_say(program, strategies, verdict, expected);
    }
    let found = check("order.c -D MALLOC=100");
    assert_eq!(
        found["states"], 1,
        "a thread's own heap is its own business"
    );
}

/// A handler runs before any instruction of what it interrupts. A signal between looking and pausing is lost;
/// one that is blocked until `sigsuspend` is not. A call that waits is made again, interrupted, or not yet made.
#[test]
fn signals_come_at_any_moment() {
    for (program, verdict, expected) in [
        ("signals.c -D LOST", "deadlock", &[][..]),
        ("signals.c -D WAITS", "ok", &[]),
        ("signals.c -D LOCKS", "deadlock", &[]),
        ("reaper.c -D LOST", "deadlock", &[]),
        ("reaper.c", "ok", &[]),
        ("receiver.c", "ok", &["1", "2"]),
        // Before it blocks the signal the other one may get it.
        ("receiver.c -D BLOCKS", "ok", &["1", "2"]),
        (
            "signals.c -D READS",
            "ok",
            &["early 1", "later -1", "later 1"],
        ),
        ("signals.c -D BLOCKS", "ok", &["0 0", "0 1", "1 1"]),
    ] {
        all_say(program, &EXHAUSTIVE, verdict, expected);
    }
}

/// The process can end between `malloc` and `free` of another thread, though nobody else touches the block;
/// and wherever a thread holds locks.
#[test]
fn what_others_leave_is_seen() {
    for flags in EXHAUSTIVE {
        let kinds = |program: &str| -> Vec<String> {
            let found = check(&format!("{program} {flags}"));
            let findings = found["findings"].as_array().expect("a list");
            let kind = |finding: &Value| finding["kind"].as_str().map(String::from);
            findings.iter().filter_map(kind).collect()
        };
        assert_eq!(kinds("leak.c"), ["leak"], "{flags}");
        // Before it takes the first lock; with one lock; with both; waiting, with one again.
        let held = ["exit-holding-lock", "exit-holding-lock"];
        assert_eq!(kinds("left.c"), held, "{flags}");
        let given = ["misuse", "exit-holding-lock", "exit-holding-lock"];
        assert_eq!(kinds("given.c"), given, "{flags}");
        assert_eq!(kinds("leak.c -D JOINS"), [""; 0], "{flags}");
    }
}

/// Lock orders that no interleaving has both are told as what they are.
#[test]
fn lock_orders_say_whether_one_interleaving_has_them_all() {
    let apart = "there may be none that has all";
    let text = |flags: &str| stdout(&sim(&programs(), &["check", "orders.c", "-D", flags]));
    let (after, either) = (text("AFTER"), text("EITHER"));
    for text in [&after, &either] {
        assert!(text.contains("lock order: "), "{text}");
    }
    assert!(!after.contains(apart), "{after}");
    assert!(either.contains(apart), "{either}");
}

/// A walk that found nothing has not looked at everything.
#[test]
fn what_is_not_exhaustive_never_says_ok() {
    for flags in [
        "--strategy random --max-executions 20",
        "--strategy pct --max-executions 20",
        "--max-states 10",
        "--preemptions 0",
        "--strategy dfs --max-executions 5",
    ] {
        assert_eq!(
            verdict(&format!("philosophers.c {flags}")),
            "unfinished",
            "{flags}"
        );
    }
}

/// The shortest way into the deadlock of three philosophers: each takes one fork, and nobody is
/// interrupted: 3 steps, 2 switches.
#[test]
fn the_shortest_way_is_found() {
    for strategy in ["states", "dpor", "dfs", "random", "pct"] {
        let found = check(&format!(
            "philosophers.c -D LEFT --max-executions 1000 --strategy {strategy}"
        ));
        let way = &found["counterexample"];
        assert_eq!(found["verdict"], "deadlock", "{strategy}");
        assert_eq!(way["steps"], 3, "{strategy}");
        assert_eq!(way["switches"], 2, "{strategy}");
        assert_eq!(way["shortest"], true, "{strategy}");
    }
}

/// Which thread frees twice, and that one reads what it has freed itself, depends on the order of the frees.
#[test]
fn every_strategy_finds_who_frees_twice() {
    let said = ["states", "dpor", "dfs"].map(|strategy| {
        let found = check(&format!("freed-by-two.c --strategy {strategy}"));
        let findings = found["findings"].as_array().expect("a list");
        let lines = |f: &serde_json::Value| {
            let sites = f["locations"].as_array().expect("a list");
            format!(
                "{} {:?}",
                f["kind"],
                sites.iter().map(|s| &s["line"]).collect::<Vec<_>>()
            )
        };
        let mut said: Vec<String> = findings.iter().map(lines).collect();
        said.sort();
        said
    });
    assert_eq!(
        said[0].len(),
        4,
        "two frees, one read, one race: {:?}",
        said[0]
    );
    assert_eq!(said[0], said[1]);
    assert_eq!(said[0], said[2]);
}

#[test]
fn counterexamples_replay_and_belong_to_their_program() {
    let folder = scratch("replay");
    for (program, verdict) in [
        ("philosophers.c -D LEFT", "deadlock"),
        ("increments.c", "data-race"),
        ("assert.c", "assertion-failed"),
        ("free.c", "memory-error"),
    ] {
        let file = folder.join("found.schedule");
        let path = file.to_str().expect("the path is text");
        check(&format!("{program} --save {path}"));
        let mut arguments = vec!["run", "--format", "json", "--schedule", path];
        arguments.extend(program.split_whitespace());
        let output = sim(&programs(), &arguments);
        assert_eq!(stderr(&output), "", "{program}");
        assert_eq!(json(&output)["verdict"], verdict, "{program}");
        let output = sim(&programs(), &["run", "--schedule", path, "readers.c"]);
        assert_eq!(output.status.code(), Some(2), "{program}");
        assert!(stderr(&output).contains("another program"), "{program}");
    }
}

/// Invariants hold in every state; conditions that must be true some time are, in some interleaving.
#[test]
fn programs_speak_of_themselves() {
    for strategy in ["states", "dpor", "dfs"] {
        for (flags, verdict, message) in [
            ("", "ok", ""),
            ("-D CONSTANT", "assertion-failed", "the invariant constant"),
            ("-D NEVER", "assertion-failed", "never reached"),
            (
                "-D FALSE",
                "assertion-failed",
                "`a third has moved` in no interleaving",
            ),
        ] {
            let found = check(&format!("properties.c {flags} --strategy {strategy}"));
            assert_eq!(found["verdict"], verdict, "{strategy} {flags}");
            let first = &found["findings"][0]["message"];
            let first = first.as_str().unwrap_or_default();
            assert!(first.contains(message), "{strategy} {flags}: {first}");
        }
    }
}

/// Going round in circles is a livelock only if no fair scheduler ends it.
#[test]
fn livelocks_are_fair() {
    assert_eq!(verdict("spin.c"), "ok");
    assert_eq!(verdict("spin.c -D TWO"), "livelock");
    assert_eq!(verdict("spin.c -D TWO -D STUBBORN"), "livelock");
    assert_eq!(verdict("server.c"), "ok");
    assert_eq!(verdict("server.c -D SERVES"), "ok");
    assert_eq!(verdict("server.c -D ONCE"), "livelock");
    // A thread that waits for a change goes on when there is one; rounds that write never end for dpor.
    assert_eq!(verdict("spin.c --strategy dpor"), "ok");
    let flags = "--strategy dpor --max-steps 60 --max-executions 200";
    assert_eq!(verdict(&format!("spin.c -D TWO {flags}")), "unfinished");
}

/// Walks find livelocks too, those that no walk comes out of among them, and the schedule leads there again:
/// its last steps, made once more, too. None is seen in the fixed twins, in what runs for ever by intention, and
/// where others could move but for a bound on preemptions.
#[test]
fn walks_find_livelocks() {
    let folder = scratch("walks");
    let file = folder.join("round.schedule");
    let path = file.to_str().expect("the path is text");
    let scenarios = "../../scenarios";
    for strategy in ["random", "pct"] {
        let walks = format!("--strategy {strategy} --max-executions 100 --max-steps 500");
        for program in [
            "spin.c -D TWO",
            "spin.c -D TWO -D STUBBORN",
            "server.c -D ONCE",
            &format!("{scenarios}/bank-trylock.c"),
        ] {
            let found = check(&format!("{program} {walks} --save {path}"));
            assert_eq!(found["verdict"], "livelock", "{program} {strategy}");
            assert_eq!(found["complete"], false, "{program} {strategy}");
            let note = found["findings"][0]["notes"][0].as_str();
            let steps = note.and_then(|note| note.split_whitespace().nth(2));
            let steps = steps.and_then(|steps| steps.parse::<usize>().ok());
            let schedule = std::fs::read_to_string(path).expect("it was saved");
            let lines: Vec<&str> = schedule.lines().collect();
            let round = &lines[lines.len() - steps.expect("steps of a round")..];
            let more = [&lines, round, round].concat().join("\n");
            for schedule in [schedule, more] {
                std::fs::write(path, schedule).expect("it can be written");
                let mut arguments = vec!["run", "--schedule", path];
                arguments.extend(program.split_whitespace());
                let replayed = sim(&programs(), &arguments);
                assert_eq!(stderr(&replayed), "", "{program} {strategy}");
                assert_eq!(replayed.status.code(), Some(0), "{program} {strategy}");
            }
        }
        for program in [
            "spin.c",
            "server.c",
            "server.c -D SERVES",
            "endless.c -D LOCKED",
            "spin.c --preemptions 0",
            &format!("{scenarios}/bank-one-gives-way.c"),
            &format!("{scenarios}/deadlock-ordered.c"),
        ] {
            let found = check(&format!("{program} {walks}"));
            assert_eq!(found["verdict"], "unfinished", "{program} {strategy}");
        }
    }
}

#[test]
fn the_same_every_time() {
    let few = "--max-executions 50";
    for command in [
        &format!("check increments.c {few}"),
        &format!("check increments.c {few} --strategy random --seed 7"),
        &format!("check increments.c {few} --strategy pct"),
        &format!("check spin.c -D TWO {few} --strategy random --seed 7"),
        &format!("check spin.c -D TWO {few} --strategy pct"),
    ] {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let once = sim(&programs(), &arguments);
        let again = sim(&programs(), &arguments);
        assert_eq!(stdout(&once), stdout(&again), "{command}");
    }
}
