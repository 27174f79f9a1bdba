//! What the pages of the book say by themselves, beside their blocks: links lead somewhere, chapters have their
//! parts, and the reference names every key, flag and header, and no other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{json, scenarios, sim, stdout};

/// The folder of the project.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files with this extension in the folder and below, in order.
fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn pages() -> Vec<PathBuf> {
    files_below(&top().join("book/src"), "md")
}

/// A page without its fenced code.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// The ids that mdBook gives to the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text);
    let headings = headings.lines().filter(|line| line.starts_with('#'));
    let id = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = |c: char| match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        };
        words.chars().filter_map(kept).collect()
    };
    headings.map(id).collect()
}

/// Targets of the links of a page, in its prose.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1);
    targets
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_string()))
        .collect()
}

/// Every link of the pages, of README.md and of ARCHITECTURE.md leads to a file, and to a heading in it.
#[test]
fn links_lead_somewhere() {
    let mut from = pages();
    for file in ["README.md", "ARCHITECTURE.md", "book/BLOCKS.md"] {
        from.push(top().join(file));
    }
    let mut seen = 0;
    for page in from {
        let text = read(&page);
        for link in links(&text) {
            if link.contains("://") {
                continue;
            }
            seen += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().expect("a file is in a folder").join(file),
            };
            assert!(target.exists(), "{}: {link}", page.display());
            let known = || anchors(&read(&target)).contains(anchor);
            assert!(anchor.is_empty() || known(), "{}: {link}", page.display());
        }
    }
    assert!(seen > 60, "only {seen} links were seen");
}

/// Every page is in the table of contents.
#[test]
fn no_page_is_forgotten() {
    let source = top().join("book/src");
    let contents = links(&read(&source.join("SUMMARY.md")));
    for page in pages() {
        let name = page.strip_prefix(&source).expect("it is below");
        let name = name.to_str().expect("names are UTF-8").to_string();
        assert!(name == "SUMMARY.md" || contents.contains(&name), "{name}");
    }
}

/// A chapter has a question, the idea, a picture, a run, what to look at, what to change, where real systems
/// differ, what goes wrong, and two or three exercises.
#[test]
fn chapters_have_their_parts() {
    let source = top().join("book/src");
    let chapters = pages().into_iter().filter(|page| {
        let name = page.strip_prefix(&source).expect("it is below");
        name.components().count() == 2 && !name.starts_with("reference")
    });
    let missing: Vec<String> = chapters.flat_map(|c| missing_parts(&c)).collect();
    assert_eq!(missing, [] as [String; 0]);
}

/// What a chapter should have and has not.
fn missing_parts(chapter: &Path) -> Vec<String> {
    let text = read(chapter);
    let any = |words: &[&str]| words.iter().any(|w| text.contains(w));
    let exercises = text.split("\n## Exercises\n").nth(1).unwrap_or("");
    let exercise = |n: usize| exercises.contains(&format!("\n{n}. "));
    let question = text.lines().nth(2).unwrap_or("");
    let parts = [
        (
            "question",
            question.starts_with("**") && question.ends_with("?**"),
        ),
        ("idea", any(&["\n## The idea\n"])),
        // Drawn by the simulator, or with letters.
        (
            "picture",
            any(&["\"timeline\"", "\"memory\"", "\"waits\"", "```text"]),
        ),
        ("run", any(&["\nrun ", "\ncheck "])),
        ("what to look at", any(&["\n## What to look at"])),
        ("change", any(&["\n## Change it and run again"])),
        ("real systems", any(&["\n## Where real systems differ\n"])),
        (
            "what goes wrong",
            any(&["oes wrong", "\n## What a check cannot do\n"]),
        ),
        ("two or three exercises", exercise(2) && !exercise(4)),
    ];
    let missing = parts.iter().filter(|(_, there)| !there);
    let name = chapter.display();
    missing.map(|(part, _)| format!("{name}: {part}")).collect()
}

/// Rows `| `key` | … | meaning |` of the table under each heading: heading, key, last cell.
fn rows(page: &str) -> Vec<(String, String, String)> {
    let mut heading = String::new();
    let mut found = Vec::new();
    for line in page.lines() {
        if let Some(words) = line.strip_prefix("## ") {
            heading = words.to_string();
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        let first = cells[0].strip_prefix("| `");
        if let Some(key) = first.and_then(|cell| cell.strip_suffix('`')) {
            let last = cells[cells.len() - 1].trim_end_matches(" |");
            found.push((heading.clone(), key.to_string(), last.to_string()));
        }
    }
    found
}

/// The reference has exactly the keys of the schema, each with the schema's words.
#[test]
fn the_reference_has_every_key() {
    let schema = json(&sim(&scenarios(), &["schema"]));
    let page = read(&top().join("book/src/reference/scenario.md"));
    let mut rows = rows(&page);
    let mut expect = |heading: &str, table: &Value| {
        let keys = table["properties"].as_object().expect("a table has keys");
        for (key, value) in keys {
            let about = value["description"].as_str().expect("a key is described");
            let row = (heading.to_string(), key.clone(), about.to_string());
            let place = rows.iter().position(|r| *r == row);
            rows.remove(place.unwrap_or_else(|| panic!("scenario.md has no {row:?}")));
        }
    };
    let table = |name: &str| &schema["properties"][name];
    expect("The whole file", &schema);
    expect("`[machine]`: the computer", table("machine"));
    let cost = &table("machine")["properties"]["cost"];
    expect("`[machine.cost]`: prices", cost);
    expect("`[[process]]`: what runs", &table("process")["items"]);
    let program = &table("program")["items"];
    expect("`[[program]]`: what `exec` can load", program);
    expect("`[[file]]`: files", &table("file")["items"]);
    expect("`[limits]`: how far a run may go", table("limits"));
    expect("`[expect]`: what should come out", table("expect"));
    let check = table("check");
    expect("`[check]`: how interleavings are explored", check);
    assert_eq!(rows, [], "scenario.md has keys that do not exist");
}

/// Flags in a text: `--cores`, `-D`.
fn flags(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    let is_flag = |word: &&str| {
        let letters = word.trim_start_matches('-');
        match word.len() - letters.len() {
            1 => letters.len() == 1,
            2 => letters.starts_with(|c: char| c.is_ascii_lowercase()),
            _ => false,
        }
    };
    words.filter(is_flag).map(String::from).collect()
}

/// The reference names every command and, in its section, every flag of it; and no flag that does not exist.
#[test]
fn the_reference_has_every_flag() {
    let page = read(&top().join("book/src/reference/command.md"));
    let help = |command: &str| stdout(&sim(&scenarios(), &[command, "--help"]));
    let all = stdout(&sim(&scenarios(), &["--help"]));
    let commands = all.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = commands
        .map_while(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"run"), "{all}");
    let mut known = flags(&all);
    for command in commands {
        let heading = format!("## `sim {command}`\n");
        let section = page
            .split(&heading)
            .nth(1)
            .and_then(|s| s.split("\n## ").next());
        let section = section.unwrap_or_else(|| panic!("no section {heading}"));
        let there = flags(section);
        // Lines of options begin with the flag; other words may name flags of other commands.
        let help = help(command);
        let options = help
            .lines()
            .filter(|line| line.trim_start().starts_with('-'));
        for flag in options.flat_map(flags) {
            let general = ["-h", "--help", "-V", "--version"].contains(&flag.as_str());
            assert!(general || there.contains(&flag), "{command}: {flag}");
            known.insert(flag);
        }
    }
    let shell = ["--quiet", "--release", "--locked"];
    let unknown = flags(&page).into_iter();
    let unknown: Vec<String> = unknown
        .filter(|flag| !known.contains(flag) && !shell.contains(&flag.as_str()))
        .collect();
    assert_eq!(unknown, [] as [String; 0]);
}

/// The reference names every header of the library.
#[test]
fn the_reference_has_every_header() {
    let page = read(&top().join("book/src/reference/calls.md"));
    let include = top().join("sim/libc/include");
    for header in files_below(&include, "h") {
        let name = header.strip_prefix(&include).expect("it is below");
        let name = name.to_str().expect("names are UTF-8");
        let own = name.starts_with("bits/");
        assert!(own || page.contains(&format!("`{name}`")), "{name}");
    }
}
