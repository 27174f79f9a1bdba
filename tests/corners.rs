//! `corners/*.c`: the corners of C, where compilers differ, beside the host's gcc.

use std::path::Path;
use std::process::Command;

use crate::command::{scratch, sim};

/// `-m32 -malign-double`: the sizes and alignments of the simulated computer.
#[test]
fn the_corners_of_c_are_those_of_gcc() {
    let folder = scratch("corners");
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corners");
    let empty = folder.join("empty.c");
    std::fs::write(&empty, "#include <stdio.h>\nint main(void) { return 0; }\n").expect("written");
    if !compiled_for_32_bits(&empty, &folder.join("empty")) {
        eprintln!("NOT TESTED: there is no gcc with -m32 (gcc-multilib) on this machine");
        return;
    }
    for entry in std::fs::read_dir(&programs).expect("the folder is there") {
        let source = entry.expect("it can be read").path();
        let binary = folder.join(source.file_stem().expect("a file has a name"));
        assert!(compiled_for_32_bits(&source, &binary), "{source:?}");
        let native = Command::new(&binary).output().expect("the program starts");
        let file = source.to_str().expect("our own names are UTF-8");
        let here = sim(
            &programs,
            &["run", file, "--trace", "none", "--format", "json"],
        );
        let json: serde_json::Value = serde_json::from_slice(&here.stdout).expect("it is JSON");
        let stdout = json["stdout"].as_str().expect("text");
        assert_eq!(stdout, String::from_utf8_lossy(&native.stdout), "{file}");
        assert_eq!(
            json["processes"][0]["exit"].as_i64(),
            native.status.code().map(i64::from),
            "{file}"
        );
    }
}

fn compiled_for_32_bits(source: &Path, binary: &Path) -> bool {
    let options = ["-m32", "-malign-double", "-fwrapv", "-w", "-o"];
    let mut gcc = Command::new("gcc");
    let gcc = gcc.args(options).arg(binary).arg(source).arg("-lm");
    gcc.output().is_ok_and(|output| output.status.success())
}
