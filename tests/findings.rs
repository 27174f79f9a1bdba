//! What is said of a program, and what is not: every message of `sim run` and of `sim check`, in order, and
//! nothing else. Small programs, each bug beside what looks like it and is none.

use std::path::Path;

use serde_json::Value;

use crate::command::{json, scratch, sim, stderr};

/// All findings of a program, by their messages; the verdict before them.
fn findings(folder: &Path, command: &str, source: &str) -> Vec<String> {
    std::fs::write(folder.join("program.c"), source).expect("a program can be written");
    let output = sim(folder, &[command, "program.c", "--format", "json"]);
    assert_eq!(stderr(&output), "", "{source}");
    let found = json(&output);
    let mut said = vec![found["verdict"].as_str().expect("a verdict").to_string()];
    let list = found["findings"].as_array().expect("a list");
    let message = |f: &Value| f["message"].as_str().expect("a message").to_string();
    said.extend(list.iter().map(message));
    said
}

#[track_caller]
fn says(command: &str, source: &str, expected: &[&str]) {
    let line = std::panic::Location::caller().line();
    let folder = scratch(&format!("findings-{line}-{command}"));
    assert_eq!(
        findings(&folder, command, source),
        expected,
        "sim {command}\n{source}"
    );
}

/// Who is killed had no chance to unlock: the assertion is the finding.
#[test]
fn the_killed_are_not_blamed_for_locks() {
    let source = r#"
#include <assert.h>
#include <pthread.h>
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int main(void) {
    pthread_mutex_lock(&lock);
    assert(0);
}
"#;
    let said = "assertion failed: 0 in program/main";
    for command in ["run", "check"] {
        says(command, source, &["assertion-failed", said]);
        let ends = source.replace("assert(0);", "pthread_exit(0);");
        let said = "exit holding a lock: program/main ends while it holds lock";
        says(command, &ends, &["ok", said]);
    }
}

/// A race of one line is one finding, however many of its accesses race.
#[test]
fn a_race_of_two_lines_is_one_finding() {
    let source = r#"
#include <pthread.h>
int counter;
void *work(void *_) { counter++; return 0; }
int main(void) {
    pthread_t t1, t2;
    pthread_create(&t1, 0, work, 0);
    pthread_create(&t2, 0, work, 0);
    pthread_join(t1, 0);
    pthread_join(t2, 0);
}
"#;
    for command in ["run", "check"] {
        let said = "data race: counter is read by program/t1 and written by program/t2, and nothing orders the two";
        says(command, source, &["data-race", said]);
    }
}
