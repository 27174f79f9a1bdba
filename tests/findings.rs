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
    let said = "assertion failed: 0";
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
    let said = "data race: counter is written by program/t1 and read by program/t2, and nothing orders the two";
    for command in ["run", "check"] {
        says(command, source, &["data-race", said]);
    }
}

const TWO_LOCKS: &str = r#"
#include <pthread.h>
#include <time.h>
pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
void *other(void *_) {
    pthread_mutex_lock(&b);
    if (LOCK(&a) == 0)
        pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b);
    return 0;
}
int main(void) {
    pthread_t t;
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&b);
    pthread_mutex_unlock(&b);
    pthread_mutex_unlock(&a);
    pthread_create(&t, 0, other, 0);
    pthread_join(t, 0);
}
"#;

/// Who asks for its second lock with a time limit, or not at all if it is taken, is in no deadlock.
#[test]
fn a_timed_lock_and_a_try_lock_are_in_no_order() {
    let lock = |how: &str| format!("#define LOCK(m) {how}\n{TWO_LOCKS}");
    let order = "lock order: b and a are taken in different orders";
    says("run", &lock("pthread_mutex_lock(m)"), &["ok", order]);
    says("run", &lock("pthread_mutex_trylock(m)"), &["ok"]);
    let timed = lock("pthread_mutex_timedlock(m, &(struct timespec){1, 0})");
    says("run", &timed, &["ok"]);
}

/// What POSIX defines as an error is one; where it defines nothing, it is misuse.
#[test]
fn to_unlock_what_is_not_locked_is_misuse_unless_it_is_an_error() {
    let source = r#"
#include <assert.h>
#include <errno.h>
#include <pthread.h>
int main(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, KIND);
    pthread_mutex_t m;
    pthread_mutex_init(&m, &attributes);
    assert(pthread_mutex_unlock(&m) == EPERM);
}
"#;
    let of = |kind: &str| format!("#define KIND PTHREAD_MUTEX_{kind}\n{source}");
    let said = "misuse: program/main unlocks main::m, which is not locked";
    for command in ["run", "check"] {
        says(command, &of("NORMAL"), &["misuse", said]);
        says(command, &of("ERRORCHECK"), &["ok"]);
        says(command, &of("RECURSIVE"), &["ok"]);
    }
}

/// Memory from `mmap` is known by the line that asked for it, in every process that has it.
#[test]
fn mapped_memory_has_a_name() {
    let source = r#"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int *shared;
void *write_it(void *_) { shared[2] = 1; return 0; }
int main(void) {
    shared = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | KIND, -1, 0);
    munmap(shared, 4096);
    shared += 1024;
    START
    write_it(0);
    WAIT
}
"#;
    let with = |kind: &str, start: &str, wait: &str| {
        let source = source.replace("KIND", kind).replace("START", start);
        source.replace("WAIT", wait)
    };
    let thread = "pthread_t t; pthread_create(&t, 0, write_it, 0);";
    let processes = with("MAP_SHARED", "int pid = fork();", "if (pid) wait(0);");
    let threads = with("MAP_PRIVATE", thread, "pthread_join(t, 0);");
    for (source, name, one, two) in [
        (processes, "shared memory", "program/main", "program.1/main"),
        (threads, "memory", "program/main", "program/t"),
    ] {
        let name = format!("{name} from line 9 + 4104");
        let said = format!(
            "data race: {name} is written by {one} and written by {two}, and nothing orders the two"
        );
        says("check", &source, &["data-race", &said]);
    }
}
