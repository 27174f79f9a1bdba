//! The programs of the scenarios against the host's gcc: what is deterministic prints the same.

use std::process::Command;

use crate::command::{scenarios, scratch, sim};

const DETERMINISTIC: [&str; 8] = [
    "deadlock-ordered",
    "race-fixed",
    "philosophers-ordered",
    "lost-wakeup-fixed",
    "fork",
    "pipe",
    "producer-consumer",
    "isolation-steady",
];

#[test]
fn a_program_prints_the_same_here_and_natively() {
    if Command::new("gcc").arg("--version").output().is_err() {
        eprintln!("NOT TESTED: there is no gcc on this machine");
        return;
    }
    let folder = scratch("programs");
    for name in DETERMINISTIC {
        let source = scenarios().join(format!("{name}.c"));
        let binary = folder.join(name);
        let built = Command::new("gcc")
            .args(["-pthread", "-Wall", "-Werror", "-o"])
            .arg(&binary)
            .arg(&source)
            .status();
        assert!(built.expect("gcc starts").success(), "{name}");
        let native = Command::new(&binary).output().expect("the program starts");
        let file = format!("{name}.c");
        let here = sim(
            &scenarios(),
            &["run", &file, "--trace", "none", "--format", "json"],
        );
        let json: serde_json::Value = serde_json::from_slice(&here.stdout).expect("it is JSON");
        let stdout = json["stdout"].as_str().expect("text");
        if name == "isolation-steady" {
            // It prints an address; only the shape of the first line is the same.
            assert_eq!(
                stdout.lines().skip(1).collect::<Vec<_>>(),
                String::from_utf8_lossy(&native.stdout)
                    .lines()
                    .skip(1)
                    .collect::<Vec<_>>()
            );
        } else {
            assert_eq!(stdout, String::from_utf8_lossy(&native.stdout), "{name}");
        }
    }
}
