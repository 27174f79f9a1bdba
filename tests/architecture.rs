//! ARCHITECTURE.md is true: what it names exists, and dependencies follow its arrows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between backquotes outside of indented blocks.
fn names(text: &str) -> BTreeSet<&str> {
    let prose = text.lines().filter(|line| !line.starts_with("    "));
    prose
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// All Rust sources.
fn sources(folder: &Path, text: &mut String) {
    let entries = std::fs::read_dir(folder).expect("a folder of sources can be read");
    for entry in entries {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|e| e == "rs") {
            text.push_str(&read(&path));
        }
    }
}

#[test]
fn what_it_names_exists() {
    let map = read(&root().join("ARCHITECTURE.md"));
    let mut code = String::new();
    sources(&root().join("sim"), &mut code);
    let words: BTreeSet<&str> = code
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    let mut checked = 0;
    for name in names(&map) {
        if name.contains('/') && !name.contains(' ') {
            assert!(root().join(name).exists(), "{name} does not exist");
            checked += 1;
        } else if name.starts_with(char::is_uppercase)
            && !name.contains([' ', '.'])
            && name.chars().any(char::is_lowercase)
        {
            for part in name.split("::") {
                assert!(words.contains(part), "{name} is not in the sources");
            }
            checked += 1;
        }
    }
    assert!(
        checked > 40,
        "the map names files and types: only {checked}"
    );
}

/// `room → room room`, as drawn.
fn arrows(map: &str) -> BTreeMap<String, BTreeSet<String>> {
    let (_, rest) = map
        .split_once("who may import whom\n")
        .expect("the map has the rooms");
    let drawn = rest
        .lines()
        .skip_while(|line| line.is_empty())
        .take_while(|line| line.starts_with("    "));
    drawn
        .map(|line| {
            let mut words = line.split_whitespace().filter(|word| *word != "→");
            let room = words.next().expect("a room").to_string();
            (room, words.map(String::from).collect())
        })
        .collect()
}

/// The rooms that a package's `[dependencies]` name.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let (_, rest) = manifest
        .split_once("\n[dependencies]\n")
        .expect("a package has dependencies");
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.strip_prefix("sim-"))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .map(String::from)
        .collect()
}

#[test]
fn dependencies_follow_the_arrows() {
    let arrows = arrows(&read(&root().join("ARCHITECTURE.md")));
    let mut rooms = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("sim")).expect("the folder of rooms can be read") {
        let path = entry.expect("an entry can be read").path();
        let room = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let manifest = match room.as_str() {
            "cli" => root().join("Cargo.toml"),
            _ => path.join("Cargo.toml"),
        };
        let real = dependencies(&read(&manifest));
        assert_eq!(arrows.get(&room), Some(&real), "the arrows of {room}");
        rooms.insert(room);
    }
    assert_eq!(rooms, arrows.into_keys().collect(), "the rooms");
}

/// Every library does without std, forbids unsafe code, and takes its lints from the workspace.
#[test]
fn every_room_keeps_the_rules() {
    let workspace = read(&root().join("Cargo.toml"));
    assert!(workspace.contains("unsafe_code = \"forbid\""));
    for entry in std::fs::read_dir(root().join("sim")).expect("the folder of rooms can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.ends_with("cli") {
            continue;
        }
        let library = read(&path.join("lib.rs"));
        assert!(
            library.lines().any(|line| line == "#![no_std]"),
            "{}",
            path.display()
        );
        let manifest = read(&path.join("Cargo.toml"));
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{}",
            path.display()
        );
        assert!(
            workspace.contains(&format!(
                "\"sim/{}\"",
                path.file_name().expect("a name").to_string_lossy()
            )),
            "{} is no member",
            path.display()
        );
    }
}

/// Nothing random comes from the host, in tests neither: `.cargo/config.toml` gives properties their seed.
#[test]
fn properties_draw_the_same_cases_at_every_run() {
    use proptest::test_runner::{Config, RngSeed};
    assert_ne!(Config::default().rng_seed, RngSeed::Random);
}
