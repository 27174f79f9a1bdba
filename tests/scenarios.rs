//! Every scenario is a test: it comes out as its `[expect]` says, looks as its snapshot, and is the same
//! every time.

use std::collections::BTreeSet;

use crate::command::{scenarios, sim, stderr, stdout};

/// Their traces have hundreds of thousands of lines: only the findings are kept.
const LONG: [&str; 5] = [
    "counter-messages",
    "counter-shared",
    "race",
    "race-fixed",
    "race-jitter",
];

/// Names of all scenarios, in order.
fn names() -> BTreeSet<String> {
    let entries = std::fs::read_dir(scenarios()).expect("the folder of scenarios can be read");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    let scenarios = paths.filter(|path| path.extension().is_some_and(|e| e == "toml"));
    scenarios
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect()
}

fn report(name: &str, more: &[&str]) -> (Option<i32>, String) {
    let file = format!("{name}.toml");
    let mut arguments = vec!["run", &file];
    if LONG.contains(&name) {
        arguments.extend(["--trace", "none"]);
    }
    arguments.extend(more);
    let output = sim(&scenarios(), &arguments);
    assert_eq!(stderr(&output), "", "{name}");
    (output.status.code(), stdout(&output))
}

#[test]
fn every_scenario_says_what_it_expects() {
    for name in names() {
        let text = std::fs::read_to_string(scenarios().join(format!("{name}.toml")))
            .expect("it can be read");
        assert!(text.contains("[expect]"), "{name} has no [expect]");
        let (code, report) = report(&name, &[]);
        assert_eq!(
            code,
            Some(0),
            "{name} did not come out as expected:\n{report}"
        );
        insta::assert_snapshot!(name.clone(), report);
    }
}

#[test]
fn every_bug_has_a_fixed_twin() {
    let names = names();
    for (bug, fixed) in [
        ("deadlock", "deadlock-ordered"),
        ("race", "race-fixed"),
        ("philosophers", "philosophers-ordered"),
        ("lost-wakeup", "lost-wakeup-fixed"),
        ("producer-consumer-broken", "producer-consumer"),
    ] {
        assert!(
            names.contains(bug) && names.contains(fixed),
            "{bug}, {fixed}"
        );
        for cores in ["1", "2", "4"] {
            let (_, text) = report(fixed, &["--cores", cores, "--format", "json"]);
            let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
            assert_eq!(json["verdict"], "ok", "{fixed} on {cores} cores");
            assert_eq!(
                json["findings"],
                serde_json::json!([]),
                "{fixed} on {cores} cores"
            );
        }
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    for name in names() {
        for format in ["text", "json"] {
            let first = report(&name, &["--format", format]);
            assert_eq!(first, report(&name, &["--format", format]), "{name}");
        }
    }
}

#[test]
fn json_times_add_up() {
    for name in names() {
        let (_, text) = report(&name, &["--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        for thread in json["threads"].as_array().expect("a list") {
            let number = |key: &str| thread[key].as_u64();
            let Some(finish) = number("finish") else {
                continue;
            };
            let parts = ["running", "ready", "blocked"].map(|key| number(key).expect("a number"));
            let arrival = number("arrival").expect("a number");
            assert_eq!(
                parts.iter().sum::<u64>(),
                finish - arrival,
                "{name}: {thread}"
            );
        }
        for core in json["cores"].as_array().expect("a list") {
            let parts =
                ["busy", "idle", "overhead"].map(|key| core[key].as_u64().expect("a number"));
            assert_eq!(
                parts.iter().sum::<u64>(),
                json["ticks"].as_u64().expect("a number"),
                "{name}: {core}"
            );
        }
    }
}

/// Bursts 24, 3, 3 and quantum 4: P1 runs 0–4, P2 4–7, P3 7–10, P1 10–30.
/// Waiting: P1 10 − 4 = 6, P2 4, P3 7; 17 in all.
#[test]
fn round_robin_on_paper_is_the_textbooks() {
    let (_, text) = report("round-robin", &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let of = |key: &str| -> Vec<u64> {
        let threads = json["threads"].as_array().expect("a list");
        threads
            .iter()
            .map(|t| t[key].as_u64().expect("a number"))
            .collect()
    };
    assert_eq!(of("finish"), [30, 7, 10]);
    assert_eq!(of("ready"), [6, 4, 7]);
    assert_eq!(of("first_run"), [0, 4, 7]);
}
