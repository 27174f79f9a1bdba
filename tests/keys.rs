//! The keys of a scenario and the exit codes: arguments, stdin, files, daemons, limits, `[expect]`.

use std::path::Path;

use serde_json::Value;

use crate::command::{json, scratch, sim, stderr};

/// Runs a scenario; its exit code and its JSON.
#[track_caller]
fn run(folder: &Path, scenario: &str) -> (i32, Value) {
    std::fs::write(folder.join("it.toml"), scenario).expect("the folder can be written");
    let output = sim(
        folder,
        &["run", "it.toml", "--trace", "none", "--format", "json"],
    );
    assert_eq!(stderr(&output), "", "{scenario}");
    (output.status.code().expect("it ends"), json(&output))
}

fn program(source: &str) -> String {
    format!("[[process]]\nname = \"p\"\nsource = '''\n{source}\n'''\n")
}

const CAT: &str = "#include <stdio.h>\n\
                   int main(void) { int c; while ((c = getchar()) != EOF) putchar(c); return 0; }";

#[test]
fn standard_input() {
    let folder = scratch("stdin");
    let (code, run) = run(
        &folder,
        &format!("{}stdin = \"one\\ntwo\\n\"\n", program(CAT)),
    );
    assert_eq!((code, &run["stdout"]), (0, &"one\ntwo\n".into()));
}

#[test]
fn arguments_of_scenario_and_command() {
    let folder = scratch("arguments");
    let source = "#include <stdio.h>\nint main(int n, char **a) { for (int i = 1; i < n; i++) puts(a[i]); return n; }";
    let scenario = format!("{}args = [\"one\", \"two words\"]\n", program(source));
    assert_eq!(run(&folder, &scenario).1["stdout"], "one\ntwo words\n");
    std::fs::write(folder.join("a.c"), source).expect("written");
    let output = sim(
        &folder,
        &["run", "a.c", "--format", "json", "--", "-x", "--trace"],
    );
    let run = json(&output);
    assert_eq!(run["stdout"], "-x\n--trace\n");
    // A program's own exit status is no finding.
    assert_eq!(
        (output.status.code(), &run["processes"][0]["exit"]),
        (Some(0), &3.into())
    );
    assert_eq!(run["expected"], Value::Null);
}

/// `--registers` in JSON: every thread of a program, its registers by name; `null` if nobody asks.
#[test]
fn registers_in_json() {
    let folder = scratch("registers");
    std::fs::write(folder.join("a.c"), "int main(void) { return 0; }").expect("written");
    let asked = ["run", "a.c", "--format", "json", "--registers", "2"];
    let files = json(&sim(&folder, &asked))["registers"].clone();
    assert_eq!(files.as_array().expect("a list").len(), 1);
    let file = &files[0];
    assert_eq!(
        (&file["thread"], &file["tick"]),
        (&"a/main".into(), &3.into())
    );
    let x = file["x"].as_object().expect("registers by name");
    assert_eq!((x.len(), &x["zero"]), (32, &0.into()));
    assert_ne!((&x["sp"], &file["pc"]), (&0.into(), &0.into()));
    let run = json(&sim(&folder, &asked[..4]));
    assert_eq!(run["registers"], Value::Null);
}

#[test]
fn several_files_are_one_program() {
    let folder = scratch("several");
    std::fs::write(
        folder.join("a.c"),
        "int two(void);\nint main(void) { return two(); }\n",
    )
    .expect("written");
    std::fs::write(folder.join("b.c"), "int two(void) { return LEVEL; }\n").expect("written");
    let run = json(&sim(
        &folder,
        &["run", "a.c", "b.c", "-D", "LEVEL=2", "--format", "json"],
    ));
    assert_eq!(run["processes"][0]["exit"], 2);
}

/// A daemon may wait for ever: neither a deadlock nor a reason to go on.
#[test]
fn daemons() {
    let folder = scratch("daemon");
    let waits = "#include <unistd.h>\nint main(void) { int e[2]; char c; pipe(e); read(e[0], &c, 1); return 0; }";
    let other = "[[process]]\nname = \"other\"\nbursts = [500]\n";
    let daemon = format!("{}daemon = true\n{other}", program(waits));
    let (code, report) = run(&folder, &daemon);
    assert_eq!(
        (code, &report["verdict"]),
        (0, &"ok".into()),
        "{}",
        report["findings"]
    );
    let (code, report) = run(&folder, &format!("{}{other}", program(waits)));
    assert_eq!((code, &report["verdict"]), (1, &"deadlock".into()));
}

/// Each limit ends what has no end, and what was written before is reported.
#[test]
fn limits() {
    let folder = scratch("limits");
    let check = |limit: &str, source: &str| {
        let scenario = format!("{}[limits]\n{limit}\n", program(source));
        let (code, run) = run(&folder, &scenario);
        let name = limit.split(' ').next().expect("a name");
        assert_eq!(
            (code, &run["verdict"]),
            (1, &"limit-reached".into()),
            "{limit}"
        );
        let message = run["findings"].as_array().expect("a list").iter().any(|f| {
            f["kind"] == "limit-reached" && f["message"].as_str().is_some_and(|m| m.contains(name))
        });
        assert!(message, "{limit}: {}", run["findings"]);
        run["stdout"].as_str().expect("text").to_string()
    };
    let hello = "#include <stdio.h>\n#include <unistd.h>\nint main(void) { puts(\"hello\"); fflush(stdout); for (;;) { ";
    let said = check("instructions = 100000", &format!("{hello} }} }}"));
    assert_eq!(said, "hello\n");
    check("ticks = 5000000", &format!("{hello} sleep(1); }} }}"));
    let said = check("output = 1000", &format!("{hello} puts(\"again\"); }} }}"));
    assert!(
        said.starts_with("hello\nagain\n") && said.len() <= 1006,
        "{}",
        said.len()
    );
    check("processes = 20", &format!("{hello} fork(); }} }}"));
    check(
        "threads = 20",
        "#include <pthread.h>\n#include <unistd.h>\nvoid *f(void *a) { pause(); return a; }\n\
         int main(void) { pthread_t t; for (;;) pthread_create(&t, 0, f, 0); }",
    );
    check(
        "memory = 4000000",
        "#include <stdlib.h>\nint main(void) { for (;;) { char *p = malloc(10000); if (p) p[0] = p[5000] = 1; } }",
    );
}

/// `[expect]` makes exit code 0 of what it says, and 1 of everything else, also of `ok`.
#[test]
fn exit_codes() {
    let folder = scratch("exit");
    let good = program("int main(void) { return 3; }");
    let bad = program("int main(void) { return *(volatile int *)0; }");
    let expect = |verdict: &str| format!("[expect]\nverdict = \"{verdict}\"\n");
    for (scenario, code, expected) in [
        (good.clone(), 0, Value::Null),
        (bad.clone(), 1, Value::Null),
        (good.clone() + &expect("ok"), 0, true.into()),
        (bad.clone() + &expect("crashed"), 0, true.into()),
        (bad + &expect("deadlock"), 1, false.into()),
        (good.clone() + &expect("crashed"), 1, false.into()),
        (good + "[expect]\nstdout = \"x\"\n", 1, false.into()),
    ] {
        let (exit, run) = run(&folder, &scenario);
        assert_eq!((exit, &run["expected"]), (code, &expected), "{scenario}");
    }
}

/// Who is killed by a signal was somewhere: also after another process has failed an assertion.
#[test]
fn a_deadly_signal_has_a_place() {
    let folder = scratch("deadly");
    let source = "#include <assert.h>\n#include <stdlib.h>\n#include <sys/wait.h>\n#include <unistd.h>\n\
                  int main(void) {\n  if (fork() == 0) assert(0);\n  wait(0);\n  abort();\n}";
    let (code, run) = run(&folder, &program(source));
    let place = |n: usize| {
        let finding = &run["findings"][n];
        (&finding["kind"], &finding["locations"][0]["line"])
    };
    assert_eq!(code, 1);
    assert_eq!(place(0), (&"assertion-failed".into(), &9.into()));
    assert_eq!(place(1), (&"crashed".into(), &11.into()));
}

/// `--format json` prints exactly one object with at least the documented keys.
#[test]
fn json_has_the_documented_keys() {
    let output = sim(
        &crate::command::scenarios(),
        &["run", "deadlock.toml", "--format", "json"],
    );
    let run = json(&output);
    let has = |value: &Value, keys: &[&str]| {
        for key in keys {
            assert!(value.get(key).is_some(), "{key} is not in {value}");
        }
    };
    has(
        &run,
        &[
            "verdict",
            "expected",
            "ticks",
            "seed",
            "stdout",
            "findings",
            "processes",
            "threads",
            "cores",
        ],
    );
    let finding = &run["findings"][0];
    has(
        finding,
        &["kind", "message", "tick", "threads", "locations"],
    );
    has(&finding["locations"][0], &["file", "line", "what"]);
    has(&run["processes"][0], &["pid", "name", "exit", "signal"]);
    has(
        &run["threads"][0],
        &[
            "tid",
            "name",
            "process",
            "arrival",
            "first_run",
            "finish",
            "running",
            "ready",
            "blocked",
            "switches",
        ],
    );
    has(&run["cores"][0], &["busy", "idle", "overhead"]);
    assert_eq!(
        (&run["verdict"], &run["expected"], &finding["kind"]),
        (&"deadlock".into(), &true.into(), &"deadlock".into())
    );
}
