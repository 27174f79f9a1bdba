//! The command line itself: the console blocks of `command/`, of the README and of the book.

#[test]
fn console_blocks() {
    trycmd::TestCases::new()
        .default_bin_path(env!("CARGO_BIN_EXE_sim"))
        .env("NO_COLOR", "1")
        .case("tests/command/*.trycmd")
        .case("README.md")
        .case("book/src/**/*.md");
}

/// `sim run … | head` ends quietly.
#[test]
fn a_closed_pipe_is_no_mistake() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_sim"))
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
