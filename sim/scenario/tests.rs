//! Malformed scenarios: each mistake is found, at the right line and column, and all of them at once.

use crate::document::{Document, parse};
use alloc::string::String;
use alloc::vec::Vec;
use sim_abi::Diagnostic;
use std::format;

const GOOD: &str = r#"
title = "T"
[machine]
cores = 2
quantum = 5
[machine.cost]
thread-switch = 0
[[process]]
name = "bank"
program = "bank.c"
args = ["2"]
env = { HOME = "/" }
affinity = [1, 0]
[[process]]
bursts = [5, 3, 2]
arrive = 4
[[file]]
path = "/etc/motd"
text = "hello"
[limits]
memory = 8192
[expect]
run = "ok"
check = "deadlock"
"#;

fn errors(text: &str) -> Vec<Diagnostic> {
    parse("x.toml", text.as_bytes()).err().unwrap_or_default()
}

fn places(text: &str) -> Vec<String> {
    errors(text)
        .iter()
        .map(|d| format!("{}:{} {}", d.span.line, d.span.column, d.message))
        .collect()
}

/// One mistake, at this place, with this in its message.
#[track_caller]
fn check(text: &str, line: u32, column: u32, message: &str) {
    let errors = errors(text);
    assert_eq!(errors.len(), 1, "{text}: {:?}", places(text));
    let error = &errors[0];
    assert_eq!(
        (error.span.line, error.span.column),
        (line, column),
        "{text}: {}",
        error.message
    );
    assert!(error.message.contains(message), "{text}: {}", error.message);
}

fn good() -> Document {
    parse("x.toml", GOOD.as_bytes()).expect("the scenario is good")
}

#[test]
fn a_good_scenario_is_read() {
    let document = good();
    assert_eq!(document.sources(), ["bank.c"]);
    assert_eq!((document.config.cores, document.config.quantum), (2, 5));
    assert_eq!(
        (
            document.config.cost.thread_switch,
            document.config.cost.process_switch
        ),
        (0, 10)
    );
    assert_eq!(document.config.limits.pages, 2);
    assert_eq!(document.processes[0].affinity, [0, 1]);
    assert_eq!(document.processes[1].name, "p2");
    let expect = document.expect.expect("there is [expect]");
    assert_eq!(expect.run, Some(sim_abi::Verdict::Ok));
    assert_eq!(expect.check, Some(sim_abi::Verdict::Deadlock));
}

#[test]
fn each_mistake_has_its_place() {
    const P: &str = "\n[[process]]\nprogram = \"a.c\"\n";
    let with = |text: &str| format!("{text}{P}");
    check(&with("titel = \"x\""), 1, 1, "unknown key `titel`");
    check(&with("title = 3"), 1, 9, "`title` must be a string");
    check(
        &with("[machine]\nquantom = 3"),
        2,
        1,
        "unknown key `quantom` in [machine]",
    );
    check(
        &with("[machine]\n  cores = 0"),
        2,
        11,
        "`cores` must be at least 1",
    );
    check(
        &with("[machine]\ncores = 99999999999999999999"),
        2,
        9,
        "64 bits",
    );
    check(
        &with("[machine]\ncores = 2.5"),
        2,
        9,
        "`cores` must be an integer",
    );
    check(
        &with("[machine]\npolicy = \"lottery\""),
        2,
        10,
        "`policy` cannot be `lottery`",
    );
    check(
        &with("[machine]\nquantum = 5\njitter = 5"),
        3,
        10,
        "smaller than `quantum`",
    );
    check(&with("[machine.cost]\ncopy = -1"), 2, 8, "at least 0");
    check(&with("machine = 3"), 1, 11, "`machine` must be a table");
    check(&with("[[machine]]"), 1, 1, "`machine` must be one table");
    check(
        "[process]\nprogram = \"a.c\"",
        1,
        1,
        "`process` must be a list of tables",
    );
    check("", 1, 1, "needs a process");
    check("title = \"x\"", 1, 1, "needs a process");
    check("[[process]]\nname = \"x\"", 1, 1, "[[process]] needs");
    check("[[process]]\nprogram = \"\"", 2, 11, "must name a file");
    check("[[process]]\nprogram = \"/etc/passwd\"", 2, 11, "relative");
    check(
        "[[process]]\nprogram = \"../a.c\"",
        2,
        11,
        "below the scenario's folder",
    );
    check(
        "[[process]]\nprogram = [\"a.c\", \"./a.c\"]",
        2,
        19,
        "named twice",
    );
    check(
        "[[process]]\nprogram = \"a.c\"\nsource = \"\"",
        3,
        1,
        "exclude each other",
    );
    check(
        "[[process]]\nbursts = [1]\nargs = []",
        3,
        1,
        "does not go with `bursts`",
    );
    check("[[process]]\nbursts = [1, 0]", 2, 14, "at least 1");
    check("[[process]]\nbursts = []", 2, 10, "cannot be empty");
    check(
        "[[process]]\nbursts = [1, \"2\"]",
        2,
        14,
        "a list of integers",
    );
    check(&format!("{P}affinity = [1]"), 4, 13, "no core 1");
    check(&format!("{P}daemon = 1"), 4, 10, "true or false");
    check(
        &format!("{P}env = {{ \"a=b\" = \"\" }}"),
        4,
        9,
        "environment variable",
    );
    check(&format!("{P}{P}"), 5, 1, "the name `a` is used twice");
    check(&with("[[file]]\ntext = \"x\""), 1, 1, "needs a `path`");
    check(&with("[[file]]\npath = \"motd\""), 2, 8, "absolute path");
    check(
        &with("[expect]\nverdict = \"fine\""),
        2,
        11,
        "cannot be `fine`",
    );
    check(
        &with("[expect]\nrun = \"unfinished\""),
        2,
        7,
        "cannot be `unfinished`",
    );
    check(
        &with("[expect]\nverdict = \"ok\"\nrun = \"ok\""),
        3,
        1,
        "excludes `run`",
    );
}

#[test]
fn mistakes_of_toml_itself_have_a_place_too() {
    for (text, line) in [
        ("title = ", 1),
        ("a = 1\n\"b", 2),
        ("[machine\ncores = 1", 1),
        ("x = [1,\n2", 2),
    ] {
        let errors = errors(text);
        assert!(
            errors
                .iter()
                .any(|e| e.message.starts_with("not TOML") && e.span.line == line),
            "{text}: {:?}",
            places(text)
        );
    }
}

#[test]
fn all_mistakes_are_reported_in_one_go() {
    let text =
        "titel = 1\n[machine]\ncores = 0\nquantum = \"x\"\n[[process]]\nprogram = \"../x\"\n";
    let lines: Vec<u32> = errors(text).iter().map(|e| e.span.line).collect();
    assert_eq!(lines, [1, 3, 4, 6]);
}

#[test]
fn a_misspelt_key_gets_a_suggestion() {
    assert_eq!(
        errors("[machine]\nquantom = 3")[0].label,
        "did you mean `quantum`?"
    );
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    check("\u{feff}[[process]]\nprogram = \"../x\"", 2, 11, "below");
}

#[test]
fn binary_files_are_refused() {
    let errors = parse("x.toml", b"title = 1\n\xff\xfe").expect_err("not UTF-8");
    assert_eq!((errors[0].span.line, errors[0].span.column), (2, 1));
}

#[test]
fn lines_of_an_inline_program_are_the_scenarios() {
    let text = "[[process]]\nsource = '''\nint main(void) {}\n'''\n";
    let document = parse("x.toml", text.as_bytes()).expect("good");
    let source = document.inline_sources().next().expect("one program");
    assert_eq!(source, "\n\nint main(void) {}\n");
}

proptest::proptest! {
    #[test]
    fn no_input_panics(text in ".*") {
        let _ = parse("x.toml", text.as_bytes());
    }

    #[test]
    fn no_change_of_a_good_scenario_panics(at in 0..GOOD.len(), insert in "[\\[\\]\"'={},.0-9a-z\n-]{0,4}", remove in 0usize..6) {
        let end = (at + remove).min(GOOD.len());
        let text = [&GOOD[..at], &insert, &GOOD[end..]].concat();
        let _ = parse("x.toml", text.as_bytes());
    }
}
