//! `sim build`: the ELF file does the same as the C, here and in qemu.

use std::process::Command;

use crate::command::{json, scratch, sim, stderr};

const PROGRAM: &str = r#"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

int main(int argc, char **argv) {
    char *text = malloc(32);
    double half = 0.5;
    strcpy(text, "heap");
    for (int i = 1; i < argc; i++) {
        printf("argument %s\n", argv[i]);
    }
    printf("%s %d %.3f %lld\n", text, fibonacci(15), half * 3, 1LL << 40);
    free(text);
    return 42;
}
"#;

const PRINTED: &str = "heap 610 1.500 1099511627776\n";

#[test]
fn an_elf_file_does_what_the_c_does() {
    let folder = scratch("elf");
    std::fs::write(folder.join("x.c"), PROGRAM).expect("the folder can be written");
    let built = sim(&folder, &["build", "x.c", "-o", "x.elf"]);
    assert_eq!(
        (stderr(&built).as_str(), built.status.code()),
        ("", Some(0))
    );
    for file in ["x.c", "x.elf"] {
        let run = json(&sim(&folder, &["run", file, "--format", "json"]));
        assert_eq!(run["verdict"], "ok", "{file}: {}", run["findings"]);
        assert_eq!(run["stdout"], PRINTED, "{file}");
        assert_eq!(run["processes"][0]["exit"], 42, "{file}");
    }
    let with = json(&sim(
        &folder,
        &["run", "x.elf", "--format", "json", "--", "a", "b"],
    ));
    assert_eq!(with["stdout"], format!("argument a\nargument b\n{PRINTED}"));
}

#[test]
fn qemu_runs_it_too() {
    let folder = scratch("qemu");
    std::fs::write(folder.join("x.c"), PROGRAM).expect("the folder can be written");
    sim(&folder, &["build", "x.c", "-o", "x.elf"]);
    let Ok(output) = Command::new("qemu-riscv32")
        .arg(folder.join("x.elf"))
        .arg("a")
        .output()
    else {
        eprintln!("NOT TESTED: there is no qemu-riscv32 on this machine");
        return;
    };
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("argument a\n{PRINTED}")
    );
    assert_eq!(output.status.code(), Some(42));
}
