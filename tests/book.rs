//! The book cannot go stale: every block of every page is shown, as mdBook would, without mdBook.

use std::path::{Path, PathBuf};

use crate::command::{scenarios, scratch, sim, stderr, stdout};

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book")
}

/// An empty book beside an empty folder of scenarios.
fn empty_book(test: &str) -> PathBuf {
    let folder = scratch(test);
    for below in ["book/src", "scenarios"] {
        std::fs::create_dir_all(folder.join(below)).expect("a folder can be made");
    }
    folder
}

/// Every block shows what its page says, every link of the table of contents leads to a page.
#[test]
fn every_block_shows_what_its_page_says() {
    let output = sim(&book(), &["mdbook", "check", "."]);
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Each of these is wrong in one way; file and line say where.
#[test]
fn what_a_page_claims_wrongly_is_found() {
    let folder = empty_book("book-wrong");
    let program = "int main(void) {\n    return 0;\n}\n";
    std::fs::write(folder.join("scenarios/a.c"), program).expect("it can be written");
    for (block, line, why) in [
        ("run = \"none.toml\"", 3, "cannot read"),
        ("run = \"../book/src/page.md\"", 3, "neither a scenario"),
        (
            "run = \"a.c\"\nexpect = \"deadlock\"",
            5,
            "the verdict is ok",
        ),
        (
            "run = \"a.c\"\nwords = \"no such words\"",
            5,
            "does not occur",
        ),
        ("run = \"a.c\"\nabsent = \"ok\"", 5, "occurs in"),
        ("run = \"a.c\"\nshow = \"picture\"", 5, "cannot be shown"),
        ("run = \"a.c\"\nsohw = \"trace\"", 5, "no key `sohw`"),
        ("run = \"a.c\"\nfrom = \"locks\"", 5, "no line of the trace"),
        ("source = \"../a.c\"", 3, "there is no file"),
        ("source = \"a.c\"\nfunction = \"f\"", 5, "no function f"),
        (
            "source = \"a.c\"\nlines = \"2-9999999999\"\nmark = \"5\"",
            6,
            "`5` does not occur",
        ),
        (
            "disassembly = \"a.c\"\nfunction = \"f\"",
            5,
            "no function f",
        ),
        ("= 3", 4, ""),
    ] {
        // `show` makes `from` and its like mean something.
        let show = match block.contains("from =") {
            true => "show = \"trace\"",
            false => "",
        };
        let page = format!("A page.\n\n```sim\n{block}\n{show}\n```\n");
        std::fs::write(folder.join("book/src/page.md"), &page).expect("it can be written");
        let output = sim(&folder, &["mdbook", "check", "book"]);
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{page}{text}");
        let place = format!("page.md:{line}: ");
        assert!(text.contains(&place) && text.contains(why), "{page}{text}");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let folder = empty_book("book-links");
    let summary = "# Summary\n\n- [Draft]()\n- [Gone](gone.md)\n";
    std::fs::write(folder.join("book/src/SUMMARY.md"), summary).expect("it can be written");
    let text = stderr(&sim(&folder, &["mdbook", "check", "book"]));
    assert!(
        text.contains("SUMMARY.md:4: there is no file `gone.md`"),
        "{text}"
    );
    assert!(!text.contains(":3:"), "{text}");
}

/// mdBook's protocol: which renderers there are, and a book through stdin to stdout.
#[test]
fn mdbook_is_answered() {
    let code = |renderer: &str| {
        sim(&book(), &["mdbook", "supports", renderer])
            .status
            .code()
    };
    assert_eq!((code("html"), code("latex")), (Some(0), Some(1)));
    let chapter = serde_json::json!({
        "name": "Tour", "source_path": "tour.md", "path": "tour.md", "sub_items": [],
        "content": "See:\n\n```sim\nrun = \"deadlock.toml\"\nshow = [\"findings\", \"waits\"]\n```\n\nSo."
    });
    let input = serde_json::json!([{ "root": book() }, { "items": [{ "Chapter": chapter }] }]);
    let output = with_input(&input.to_string());
    let book: serde_json::Value = serde_json::from_str(&output).expect("it is JSON");
    let page = book["items"][0]["Chapter"]["content"]
        .as_str()
        .expect("a page");
    assert!(
        page.starts_with("See:\n\n<figure class=\"sim\" data-sim=\"{"),
        "{page}"
    );
    assert!(page.ends_with("</figure>\n\nSo."), "{page}");
    assert!(
        page.contains("waits for b") && page.contains("<svg "),
        "{page}"
    );
}

fn with_input(input: &str) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_sim"))
        .arg("mdbook")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    stdout(&child.wait_with_output().expect("it ends"))
}

/// The last part of a core's line is its thread's, which has gone when it is told.
#[test]
fn whoever_ended_has_a_name_in_the_time_line() {
    let folder = scratch("timeline");
    for scenario in ["states", "deadlock-ordered"] {
        let file = scenarios().join(format!("{scenario}.toml"));
        let file = file.to_str().expect("the path is UTF-8");
        sim(&folder, &["run", file, "--svg", "timeline=picture.svg"]);
        let svg = std::fs::read_to_string(folder.join("picture.svg")).expect("it was written");
        assert!(!svg.contains(">thread "), "{scenario}: {svg}");
        assert!(svg.contains("</svg>"), "{scenario}");
    }
}

/// Pictures are well-formed, the same each time, and say what they show.
#[test]
fn pictures_of_a_run() {
    let folder = scratch("pictures");
    let scenario = scenarios().join("deadlock.toml");
    let scenario = scenario.to_str().expect("the path is UTF-8");
    let draw = |kind: &str| {
        let file = folder.join("picture.svg");
        let flag = format!("{kind}={}", file.display());
        let output = sim(
            &folder,
            &["run", scenario, "--trace", "none", "--svg", &flag],
        );
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        std::fs::read_to_string(file).expect("it was written")
    };
    for (kind, words) in [
        (
            "timeline",
            &["core 0", "core 1", ">t1<", ">t2<", "deadlock"][..],
        ),
        (
            "memory",
            &[
                "bank",
                "balance_a",
                "stack of t1",
                "guard page",
                "text",
                "rodata",
            ],
        ),
        (
            "waits",
            &[">t1<", ">t2<", ">a<", ">b<", "waits for", "is held by"],
        ),
    ] {
        let svg = draw(kind);
        assert_eq!(svg, draw(kind), "{kind}");
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
        for word in words {
            assert!(svg.contains(word), "{kind} has no {word}:\n{svg}");
        }
    }
}
