//! `sim mdbook`: a preprocessor for mdBook that puts runs into pages, so that no output in the book can go
//! stale. What a block may say is in `book/BLOCKS.md`.
//!
//! mdBook asks `sim mdbook supports html`, then gives `[context, book]` as JSON and takes the book back.
//! `sim mdbook check book` does the same work for the files in `book/src` and writes nothing: every block
//! is shown, every link of SUMMARY.md leads to a file. Files are below `scenarios`, beside the book.
//!
//! Here: the two protocols. `mdbook/block.rs` reads a block, `mdbook/show.rs` does what it says,
//! `mdbook/html.rs` makes HTML of it.

mod block;
mod html;
mod show;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use crate::arguments::{MdbookCommand, MdbookOptions};
use crate::{Failure, terminal};
use block::Fence;
use show::Shower;

/// Answers mdBook, or checks a book.
pub fn mdbook(options: &MdbookOptions) -> Result<ExitCode, Failure> {
    match &options.command {
        Some(MdbookCommand::Supports { renderer }) => {
            Ok(ExitCode::from(u8::from(renderer != "html")))
        }
        Some(MdbookCommand::Check { book }) => check(book),
        None => preprocess(),
    }
}

fn preprocess() -> Result<ExitCode, Failure> {
    let mut input = String::new();
    std::io::stdin()
        .read_to_string(&mut input)
        .map_err(|error| Failure::new(format!("cannot read what mdBook says: {error}")))?;
    let wrong =
        |why: &str| Failure::new(format!("mdBook says something else than expected: {why}"));
    let input: Value = serde_json::from_str(&input).map_err(|e| wrong(&e.to_string()))?;
    let Value::Array(mut parts) = input else {
        return Err(wrong("no list"));
    };
    let (Some(mut book), Some(context)) = (parts.pop(), parts.pop()) else {
        return Err(wrong("no context and book"));
    };
    let root = context["root"].as_str().ok_or_else(|| wrong("no root"))?;
    let mut pages = Pages::new(Path::new(root));
    pages.items(&mut book);
    pages.verdict()?;
    terminal::print(&book.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// Looks at the files as they are.
fn check(book: &Path) -> Result<ExitCode, Failure> {
    let source = book.join("src");
    let mut files = Vec::new();
    markdown_below(&source, &mut files)
        .map_err(|e| Failure::new(format!("cannot read `{}`: {e}", source.display())))?;
    let mut pages = Pages::new(book);
    for file in &files {
        let text = fs::read_to_string(file)
            .map_err(|e| Failure::new(format!("cannot read `{}`: {e}", file.display())))?;
        pages.page(&file.display().to_string(), &text);
        if file.file_name().is_some_and(|name| name == "SUMMARY.md") {
            pages.links(&source, file, &text);
        }
    }
    pages.verdict()?;
    terminal::print(&format!(
        "{} pages, {} blocks: all shown\n",
        files.len(),
        pages.blocks
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn markdown_below(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            markdown_below(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "md") {
            files.push(path);
        }
    }
    Ok(())
}

/// Pages in which blocks are replaced by what they show.
struct Pages {
    shower: Shower,
    source: PathBuf,
    blocks: usize,
    /// What is wrong, ready to be read.
    errors: String,
}

impl Pages {
    fn new(root: &Path) -> Pages {
        Pages {
            shower: Shower::new(root.join("../scenarios")),
            source: root.join("src"),
            blocks: 0,
            errors: String::new(),
        }
    }

    /// Chapters, wherever they are in mdBook's tree.
    fn items(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.items(item)),
            Value::Object(object) => {
                let path = object.get("source_path").and_then(Value::as_str);
                let name = path.map(|p| self.source.join(p).display().to_string());
                if let (Some(name), Some(Value::String(content))) =
                    (name, object.get_mut("content"))
                {
                    *content = self.page(&name, content);
                }
                for key in ["items", "sections", "Chapter", "sub_items"] {
                    if let Some(below) = object.get_mut(key) {
                        self.items(below);
                    }
                }
            }
            _ => {}
        }
    }

    /// A page with its blocks replaced.
    fn page(&mut self, name: &str, text: &str) -> String {
        let mut out = String::new();
        let mut rest = 0;
        for fence in block::fences(text).into_iter().filter(|f| f.is_sim()) {
            out.push_str(&text[rest..fence.start]);
            rest = fence.end;
            self.blocks += 1;
            match self.figure(&fence) {
                Ok(figure) => out.push_str(&figure),
                Err(error) => {
                    let line = error.line.map_or(fence.line, |n| fence.line + 1 + n);
                    let why = error.text.trim_end().replace('\n', "\n    ");
                    self.errors.push_str(&format!("{name}:{line}: {why}\n"));
                }
            }
        }
        out.push_str(&text[rest..]);
        out
    }

    fn figure(&mut self, fence: &Fence) -> Result<String, block::Wrong> {
        let block = block::read(fence.content)?;
        let shown = self.shower.show(&block)?;
        Ok(html::figure(&block, &shown))
    }

    /// Links of the table of contents.
    fn links(&mut self, folder: &Path, file: &Path, text: &str) {
        for (index, line) in text.lines().enumerate() {
            for part in line.split("](").skip(1) {
                let link = part.split(')').next().unwrap_or("");
                let leads = link.is_empty() || link.contains("://") || folder.join(link).is_file();
                if !leads {
                    let place = format!("{}:{}", file.display(), index + 1);
                    self.errors
                        .push_str(&format!("{place}: there is no file `{link}`\n"));
                }
            }
        }
    }

    fn verdict(&self) -> Result<(), Failure> {
        match self.errors.is_empty() {
            true => Ok(()),
            false => Err(Failure {
                text: self.errors.clone(),
            }),
        }
    }
}
