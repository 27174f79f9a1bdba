//! Wrong input: exit code 2, the right line and column, never a panic.

use std::path::Path;

use crate::command::{scratch, sim, stderr};

/// Writes `file`, runs it, and looks for `place` and `message` in what is said.
#[track_caller]
fn check(folder: &Path, file: &str, text: impl AsRef<[u8]>, place: &str, message: &str) {
    std::fs::write(folder.join(file), text).expect("the folder can be written");
    refuse(folder, &["run", file], place, message);
}

#[track_caller]
fn refuse(folder: &Path, arguments: &[&str], place: &str, message: &str) {
    let output = sim(folder, arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}:\n{said}");
    assert!(said.contains(place), "{place} is not in:\n{said}");
    assert!(said.contains(message), "{message} is not in:\n{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty());
}

const PROCESS: &str = "[[process]]\nprogram = \"good.c\"\n";

fn folder(test: &str) -> std::path::PathBuf {
    let folder = scratch(test);
    std::fs::write(folder.join("good.c"), "int main(void) { return 0; }\n").expect("written");
    folder
}

#[test]
fn scenarios() {
    let folder = folder("bad-scenarios");
    let scenario = |text: &str, place: &str, message: &str| {
        check(
            &folder,
            "bad.toml",
            text,
            &format!("bad.toml:{place}"),
            message,
        );
    };
    scenario("", "1:1", "needs a process");
    scenario("[machine\ncores = 2\n", "1:9", "not TOML");
    scenario("[machine]\ncores = 2\ncores = 3\n", "3:1", "duplicate key");
    scenario(
        &format!("[machine]\nquantom = 5\n{PROCESS}"),
        "2:1",
        "did you mean `quantum`?",
    );
    scenario(
        &format!("[machine]\ncores = 0\n{PROCESS}"),
        "2:9",
        "at least 1",
    );
    scenario(
        &format!("[machine]\ncores = \"two\"\n{PROCESS}"),
        "2:9",
        "must be an integer",
    );
    scenario(
        &format!("[machine]\npolicy = \"round-robbin\"\n{PROCESS}"),
        "2:10",
        "did you mean `round-robin`?",
    );
    scenario(&format!("{PROCESS}{PROCESS}"), "3:1", "used twice");
    scenario(
        "[[process]]\nprogram = \"none.c\"\n",
        "2:11",
        "no such file",
    );
    scenario(
        "[[process]]\nprogram = \"../../etc/passwd\"\n",
        "2:11",
        "below the scenario's folder",
    );
    scenario("[[process]]\nprogram = \".\"\n", "2:11", "must name a file");
    scenario("[[process]]\nbursts = [3, -1]\n", "2:14", "at least 1");
    scenario(
        &format!("{PROCESS}[expect]\nverdict = \"dead-lock\"\n"),
        "4:11",
        "did you mean `deadlock`?",
    );
    // A mistake in C inside of the scenario is at the scenario's line and column.
    scenario(
        "[[process]]\nsource = '''\nint main(void) {\n    return x;\n}\n'''\n",
        "4:12",
        "`x` undeclared",
    );
}

#[test]
fn programs() {
    let folder = folder("bad-programs");
    let program = |text: &str, place: &str, message: &str| {
        check(&folder, "bad.c", text, &format!("bad.c:{place}"), message);
    };
    program("", "1:1", "no function `main`");
    program("int main(void) { return x; }\n", "1:25", "`x` undeclared");
    program(
        "#include \"none.h\"\nint main(void) { return 0; }\n",
        "1:10",
        "`none.h` not found",
    );
    program(
        "#include \"../good.h\"\nint main(void) { return 0; }\n",
        "1:10",
        "not found",
    );
    program(
        "int main(void) {\n    int a = 1\n    return a;\n}\n",
        "2:14",
        "expected `;`",
    );
    program(
        "int main(void) {\n    long double d;\n}\n",
        "2:5",
        "not supported",
    );
    program(
        "int main(void) {\n    asm(\"nop\");\n}\n",
        "2:5",
        "not supported",
    );
}

#[test]
fn several_mistakes_are_reported_in_one_go() {
    let folder = folder("bad-several");
    let text = "int main(void) {\n    int a = x;\n    int b = y;\n    return a + b + z;\n}\n";
    std::fs::write(folder.join("bad.c"), text).expect("written");
    let said = stderr(&sim(&folder, &["run", "bad.c"]));
    for place in ["bad.c:2:13", "bad.c:3:13", "bad.c:4:20"] {
        assert!(said.contains(place), "{said}");
    }
}

#[test]
fn files_that_are_no_programs() {
    let folder = folder("bad-files");
    std::fs::create_dir_all(folder.join("folder.c")).expect("made");
    std::fs::write(folder.join("text.txt"), "hello").expect("written");
    refuse(&folder, &["run", "none.c"], "`none.c`", "no such file");
    refuse(
        &folder,
        &["run", "folder.c"],
        "`folder.c`",
        "it is a folder",
    );
    refuse(
        &folder,
        &["run", "text.txt"],
        "`text.txt`",
        "neither a scenario",
    );
    check(
        &folder,
        "binary.toml",
        b"\x00\xff\xfe\x01",
        "binary.toml",
        "UTF-8",
    );
    check(
        &folder,
        "binary.c",
        b"\x7f\x00\xff\xfe\x01",
        "binary.c",
        "error",
    );
    check(&folder, "short.elf", b"\x7fELF", "short.elf", "error");
    check(
        &folder,
        "zeros.elf",
        [b"\x7fELF".as_slice(), &[0; 500]].concat(),
        "zeros.elf",
        "error",
    );
    refuse(&folder, &["run"], "error", "FILE");
    refuse(
        &folder,
        &["run", "good.c", "--cores", "0"],
        "error",
        "--cores",
    );
    refuse(
        &folder,
        &["explain", "nothing"],
        "error",
        "there is no topic `nothing`",
    );
}

#[cfg(unix)]
#[test]
fn links_that_leave_the_folder() {
    let folder = folder("bad-links");
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link.c")).expect("linked");
    check(
        &folder,
        "link.toml",
        "[[process]]\nprogram = \"link.c\"\n",
        "link.toml:2:11",
        "outside",
    );
    check(
        &folder,
        "include.c",
        "#include \"link.c\"\nint main(void) {}\n",
        "include.c:1:10",
        "not found",
    );
}

#[test]
fn deep_and_long_input() {
    let folder = folder("bad-deep");
    let deep = format!(
        "int main(void) {{ return {}1{}; }}\n",
        "(".repeat(100_000),
        ")".repeat(100_000)
    );
    check(&folder, "deep.c", deep, "deep.c:1:", "error");
    check(
        &folder,
        "deep.toml",
        format!("x = {}", "[".repeat(100_000)),
        "deep.toml:1:",
        "error",
    );
    let long = format!("int main(void) {{ return {}; }}\n", "x".repeat(1_000_000));
    check(&folder, "long.c", long, "long.c:1:25", "undeclared");
}

/// Arguments and environment have to fit on the first stack.
#[test]
fn more_arguments_than_a_process_can_have() {
    let folder = folder("bad-arguments");
    let long = "a".repeat(100_000);
    let many = [long.as_str(); 12];
    check(
        &folder,
        "args.toml",
        format!("{PROCESS}args = {many:?}\n"),
        "args.toml:3:8",
        "`args` has 1200012 bytes",
    );
    check(
        &folder,
        "env.toml",
        format!("{PROCESS}env = {{ A = \"{}\" }}\n", "a".repeat(2_000_000)),
        "env.toml:3:7",
        "`env` has 2000003 bytes",
    );
    let arguments = ["run", "good.c", "--"].into_iter().chain(many);
    refuse(
        &folder,
        &arguments.collect::<Vec<_>>(),
        "good.c",
        "arguments have 1200012 bytes",
    );
}

/// A program's name is its first argument; even one of megabytes does no harm.
#[test]
fn a_name_of_megabytes() {
    let folder = folder("bad-name");
    let name = "a".repeat(2_000_000);
    let scenario = format!("[[process]]\nname = \"{name}\"\nsource = \"int main(void) {{}}\"\n");
    std::fs::write(folder.join("name.toml"), scenario).expect("written");
    let output = sim(&folder, &["run", "name.toml", "--trace", "none"]);
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    assert!(matches!(output.status.code(), Some(0..=2)));
}
