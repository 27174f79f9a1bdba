//! `programs/*.c`: small C programs with what must come out of them in their first lines, bugs and their
//! fixed twins side by side:
//!
//! ```c
//! // run: --cores 2        more arguments for the command
//! // expect: deadlock      the verdict
//! // finds: itself         is in the message of a finding; without any, an `ok` must come without findings
//! // prints: text          a line of stdout
//! // native: no            gcc's would be something else: say why behind it
//! ```
//!
//! What ends with `ok` prints the same when the host's gcc has compiled it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::command::{json, scenarios, scratch, sim, stderr};

/// Programs of scenarios whose output does not depend on the schedule.
const SCENARIOS: [&str; 7] = [
    "deadlock-ordered",
    "race-fixed",
    "philosophers-ordered",
    "lost-wakeup-fixed",
    "fork",
    "pipe",
    "producer-consumer",
];

/// What the first lines of a program say.
struct Promise {
    path: PathBuf,
    arguments: Vec<String>,
    verdict: String,
    finds: Vec<String>,
    stdout: String,
    native: bool,
}

impl Promise {
    fn read(path: &Path) -> Promise {
        let text = std::fs::read_to_string(path).expect("a program can be read");
        let lines = |key: &str| -> Vec<String> {
            let key = format!("// {key}: ");
            let lines = text.lines().filter_map(|line| line.strip_prefix(&key));
            lines.map(String::from).collect()
        };
        let verdicts = lines("expect");
        assert_eq!(verdicts.len(), 1, "{}: one verdict", path.display());
        let arguments = lines("run").join(" ");
        Promise {
            path: path.to_path_buf(),
            arguments: arguments.split_whitespace().map(String::from).collect(),
            verdict: verdicts[0].clone(),
            finds: lines("finds"),
            stdout: lines("prints").iter().map(|l| format!("{l}\n")).collect(),
            native: lines("native").is_empty(),
        }
    }

    fn name(&self) -> String {
        let name = self.path.file_name().expect("a program has a name");
        name.to_string_lossy().into_owned()
    }

    fn run(&self) -> Value {
        let name = self.name();
        let mut arguments = vec!["run", &name, "--trace", "none", "--format", "json"];
        arguments.extend(self.arguments.iter().map(String::as_str));
        let folder = self.path.parent().expect("a program is in a folder");
        let output = sim(folder, &arguments);
        assert_eq!(stderr(&output), "", "{name}");
        let expected = i32::from(self.verdict != "ok");
        assert_eq!(output.status.code(), Some(expected), "{name}: exit code");
        json(&output)
    }

    fn check(&self) {
        let name = self.name();
        let run = self.run();
        assert_eq!(run["verdict"], self.verdict, "{name}: {}", run["findings"]);
        assert_eq!(run["stdout"], self.stdout, "{name}");
        let findings = run["findings"].as_array().expect("a list");
        let messages: Vec<&str> = findings
            .iter()
            .filter_map(|f| f["message"].as_str())
            .collect();
        for part in &self.finds {
            let found = messages.iter().any(|message| message.contains(part));
            assert!(found, "{name}: {part} is not in {messages:?}");
        }
        if self.verdict == "ok" && self.finds.is_empty() {
            assert!(messages.is_empty(), "{name}: false alarm: {messages:?}");
        }
    }
}

fn promises() -> Vec<Promise> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let entries = std::fs::read_dir(folder).expect("the folder of programs can be read");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    paths.sort();
    paths.iter().map(|path| Promise::read(path)).collect()
}

#[test]
fn every_program_keeps_its_promise() {
    for promise in promises() {
        promise.check();
    }
}

/// No false alarm whatever the schedule, and the same output.
#[test]
fn fixed_programs_are_fine_under_other_schedules() {
    for mut promise in promises().into_iter().filter(|p| p.verdict == "ok") {
        for schedule in [
            "--cores 1 --quantum 3",
            "--cores 3 --quantum 1",
            "--cores 4 --quantum 50",
        ] {
            promise.arguments = schedule.split(' ').map(String::from).collect();
            promise.check();
        }
    }
}

fn gcc() -> bool {
    let found = Command::new("gcc").arg("--version").output().is_ok();
    if !found {
        eprintln!("NOT TESTED: there is no gcc on this machine");
    }
    found
}

/// What a program prints that the host's gcc has compiled.
fn native(folder: &Path, source: &Path) -> String {
    let binary = folder.join(source.file_stem().expect("a program has a name"));
    let built = Command::new("gcc")
        .args(["-pthread", "-w", "-o"])
        .arg(&binary)
        .arg(source)
        .status();
    assert!(built.expect("gcc starts").success(), "{}", source.display());
    let output = Command::new(&binary).output().expect("the program starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn programs_print_the_same_here_and_natively() {
    if !gcc() {
        return;
    }
    let folder = scratch("programs");
    for promise in promises() {
        if promise.verdict == "ok" && promise.native {
            let name = promise.name();
            assert_eq!(native(&folder, &promise.path), promise.stdout, "{name}");
        }
    }
    for name in SCENARIOS {
        let file = format!("{name}.c");
        let here = json(&sim(
            &scenarios(),
            &["run", &file, "--trace", "none", "--format", "json"],
        ));
        let there = native(&folder, &scenarios().join(&file));
        assert_eq!(here["stdout"], there, "{name}");
    }
}
