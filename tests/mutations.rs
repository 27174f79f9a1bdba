//! Inputs that were right once: scenarios, C sources and ELF files with a few changes. Whatever they are now, the
//! command ends by itself with 0, 1 or 2, and says nothing of a panic.
//!
//! Changes are made of bytes and of words: a piece is left out, doubled, moved, taken from another file of its
//! kind; a word of a list takes a piece's place; a bit is flipped; and half of the changes only make another number
//! or another operator of one, so that many programs still run. Limits are in a scenario of their own, so that
//! what became an endless loop ends soon. `SIM_CASES=10000 cargo test --release mutations` for a long one.
//!
//! Not here: input made of nothing (`sim/cc`, `sim/scenario`, `sim/machine` test it).

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;

use crate::command::{scenarios, scratch, sim};

/// What replaces a piece.
const WORDS: &[&str] = &[
    "",
    "0",
    "-1",
    "2147483648",
    "18446744073709551616",
    "1e999",
    "0x",
    "'",
    "\"",
    "\\",
    "\n",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    "=",
    "==",
    ",",
    ";",
    "*",
    "&",
    "...",
    "#",
    "##",
    "//",
    "/*",
    "?",
    ":",
    "\u{0}",
    "é",
    "\u{feff}",
    "int",
    "char",
    "unsigned",
    "long long",
    "double",
    "void",
    "struct",
    "union",
    "enum",
    "typedef",
    "static",
    "const",
    "volatile",
    "_Atomic",
    "_Thread_local",
    "sizeof",
    "return",
    "goto",
    "switch",
    "case",
    "default",
    "while",
    "for",
    "do",
    "if",
    "else",
    "break",
    "continue",
    "#define",
    "#include",
    "#if",
    "#else",
    "#endif",
    "__VA_ARGS__",
    "main",
    "x",
    "true",
    "[process]",
    "[[process]]",
    "[machine]",
    "[limits]",
    "[expect]",
    "[check]",
    "cores",
    "quantum",
    "policy",
    "program",
    "source",
    "bursts",
    "arrive",
    "args",
    "verdict",
    "\"\"\"",
    "'''",
    "1979-05-27",
    "inf",
    "nan",
];

/// Nothing here takes a second; on a busy machine a few.
const PATIENCE: Duration = Duration::from_secs(60);

/// One change.
#[derive(Clone, Debug)]
struct Change {
    what: u8,
    at: Index,
    length: u8,
    other: Index,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = (0u8..14, any::<Index>(), 0u8..24, any::<Index>());
    let change = change.prop_map(|(what, at, length, other)| Change {
        what,
        at,
        length,
        other,
    });
    prop::collection::vec(change, 1..7)
}

/// Makes the changes; `donor` is another input of the same kind.
fn change(mut bytes: Vec<u8>, donor: &[u8], changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let start = change.at.index(bytes.len() + 1);
        let end = (start + usize::from(change.length)).min(bytes.len());
        let new: Vec<u8> = match change.what {
            0 => Vec::new(),
            1 => [&bytes[start..end], &bytes[start..end]].concat(),
            2 => WORDS[change.other.index(WORDS.len())].into(),
            3 => piece(donor, change),
            4 => piece(&bytes, change),
            5 => bytes[start..end].iter().rev().copied().collect(),
            6 => {
                let flip = 1 << change.other.index(8);
                bytes[start..end].iter().map(|b| b ^ flip).collect()
            }
            _ => {
                let by = change.other.index(9) + 1;
                bytes[start..end].iter().map(|b| alike(*b, by)).collect()
            }
        };
        bytes.splice(start..end, new);
    }
    bytes
}

/// Another digit, another operator: what is still right means something else.
fn alike(byte: u8, by: usize) -> u8 {
    let kinds: [&[u8]; 2] = [b"0123456789", b"+-*/%&|^<>"];
    let place = |kind: &&[u8]| Some((kind.iter().position(|&b| b == byte)?, kind.len()));
    kinds
        .iter()
        .find_map(|kind| place(kind).map(|(at, length)| kind[(at + by) % length]))
        .unwrap_or(byte)
}

/// So many bytes from somewhere else.
fn piece(from: &[u8], change: &Change) -> Vec<u8> {
    let start = change.other.index(from.len() + 1);
    let end = (start + usize::from(change.length)).min(from.len());
    from[start..end].to_vec()
}

/// The files of a folder that end like this, in order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    let mut found: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    found.sort();
    found
}

fn read(paths: &[PathBuf]) -> Vec<Vec<u8>> {
    let read = |path: &PathBuf| std::fs::read(path).expect("the file can be read");
    paths.iter().map(read).collect()
}

/// Short schedules and small programs: what a change makes of them ends soon.
fn scenario_texts() -> &'static [Vec<u8>] {
    static TEXTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    TEXTS.get_or_init(|| read(&files(&scenarios(), "toml")))
}

/// The scenarios' programs, where a changed scenario finds them.
fn copies() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch("mutations-scenario");
        for file in files(&scenarios(), "c") {
            let name = file.file_name().expect("a file has a name");
            std::fs::copy(&file, folder.join(name)).expect("the folder can be written");
        }
        folder
    })
}

fn sources() -> &'static [Vec<u8>] {
    static TEXTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let folders = [scenarios(), tests.join("programs"), tests.join("corners")];
        let paths: Vec<PathBuf> = folders.iter().flat_map(|f| files(f, "c")).collect();
        read(&paths)
    })
}

fn executables() -> &'static [Vec<u8>] {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = scratch("mutations-elf");
        let build = |name: &str| {
            let source = scenarios().join(name);
            let source = source.to_str().expect("our own names are UTF-8");
            let output = sim(&folder, &["build", source, "-o", "x.elf"]);
            assert!(output.status.success(), "{name}");
            std::fs::read(folder.join("x.elf")).expect("it was written")
        };
        ["fork.c", "anatomy.c"].map(build).to_vec()
    })
}

const LIMITS: &str = "\n[limits]\ninstructions = 300_000\noutput = 65_536\nmemory = 16_777_216\nprocesses = 16\nthreads = 64\n";

/// Runs or checks a file; it must end in time, by itself, with an exit code that is one of ours.
fn ends_well(folder: &Path, arguments: &[&str]) {
    let errors = folder.join("errors.txt");
    let mut command = Command::new(env!("CARGO_BIN_EXE_sim"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(File::create(&errors).expect("the folder can be written"))
        .spawn()
        .expect("the command starts");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = command.try_wait().expect("it can be waited for") {
            break status;
        }
        if start.elapsed() > PATIENCE {
            command.kill().expect("it can be killed");
            panic!("{arguments:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let said = std::fs::read(&errors).expect("the command has written it");
    let said = String::from_utf8_lossy(&said);
    let code = status.code();
    assert!(
        matches!(code, Some(0..=2)) && !said.contains("panicked"),
        "{code:?}: {said}"
    );
    assert!(
        code != Some(2) || !said.is_empty(),
        "refused without a word"
    );
}

/// A program under limits, run; every fourth is checked too.
fn program(folder: &Path, name: &str, bytes: &[u8], also_check: bool) {
    std::fs::write(folder.join(name), bytes).expect("the folder can be written");
    let scenario = format!("{LIMITS}[[process]]\nprogram = \"{name}\"\n");
    std::fs::write(folder.join("m.toml"), scenario).expect("the folder can be written");
    ends_well(folder, &["run", "m.toml"]);
    if also_check {
        ends_well(
            folder,
            &["check", "m.toml", "--max-states", "300", "--timeout", "5"],
        );
    }
}

fn cases() -> u32 {
    let asked = std::env::var("SIM_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(60)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 100,
        ..ProptestConfig::default()
    })]

    #[test]
    fn scenarios_with_changes_end_well(base: Index, donor: Index, changes in changes()) {
        let texts = scenario_texts();
        let bytes = change(base.get(texts).clone(), donor.get(texts).as_slice(), &changes);
        let limits = if bytes.windows(8).any(|w| w == b"[limits]") { "" } else { LIMITS };
        let folder = copies();
        std::fs::write(folder.join("mutated.toml"), [&bytes, limits.as_bytes()].concat())
            .expect("the folder can be written");
        ends_well(folder, &["run", "mutated.toml", "--trace", "none"]);
    }

    #[test]
    fn sources_with_changes_end_well(base: Index, donor: Index, changes in changes(), dice in 0u8..4) {
        let texts = sources();
        let bytes = change(base.get(texts).clone(), donor.get(texts).as_slice(), &changes);
        program(&scratch("mutations-source"), "m.c", &bytes, dice == 0);
    }

    #[test]
    fn executables_with_changes_end_well(base: Index, donor: Index, changes in changes(), near in any::<bool>(), dice in 0u8..4) {
        let files = executables();
        // Half of the changes are made to the headers.
        let base = base.get(files).clone();
        let split = if near { 0x200.min(base.len()) } else { base.len() };
        let (head, rest) = base.split_at(split);
        let bytes = [change(head.to_vec(), donor.get(files).as_slice(), &changes).as_slice(), rest].concat();
        program(&scratch("mutations-elf-run"), "m.elf", &bytes, dice == 0);
    }
}
