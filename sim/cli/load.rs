//! Reading the files of a scenario or a program, and nothing else.
//!
//! What a scenario or a C file names is read only if it is a regular file in or below the scenario's
//! (the program's) folder or a `-I` folder, symbolic links followed. Files that are included are read
//! before anything is compiled; one that does not exist is missed only if the compiler asks for it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use sim_abi::Diagnostic;
use sim_report::diagnostics;
use sim_scenario::{Files, Options, Scenario};

use crate::Failure;
use crate::arguments::CompilerOptions;
use crate::terminal::error_style;

/// A program or scenario file larger than this is refused.
const SIZE_MAX: u64 = 64 << 20;
/// More included files than this are not read.
const INCLUDES_MAX: usize = 4096;

/// Files by the names that the compiler and reports use: relative to the folder.
pub struct Loader {
    folder: PathBuf,
    include_dirs: Vec<String>,
    /// Canonical folders that may be read.
    roots: Vec<PathBuf>,
    /// What was read.
    pub files: Files,
    /// Where each was read: what a person calls it.
    origins: BTreeMap<String, PathBuf>,
}

/// What a report calls the scenario: its title, or the name of the first file.
pub fn title(scenario: &Scenario, files: &[PathBuf]) -> String {
    match scenario.title.as_str() {
        "" => files[0]
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        title => title.to_string(),
    }
}

/// Reads a scenario or a program, and compiles it.
pub fn load(
    files: &[PathBuf],
    args: &[String],
    options: &CompilerOptions,
) -> Result<(Scenario, Loader), Failure> {
    let first = files
        .first()
        .ok_or_else(|| Failure::new("no file to run"))?;
    if first.extension().is_some_and(|e| e == "toml") {
        if files.len() > 1 {
            return Err(Failure::new(
                "a scenario stands alone: it names its programs itself",
            ));
        }
        if !args.is_empty() {
            return Err(Failure::new(
                "a scenario has the arguments of its programs in it: `args = […]`",
            ));
        }
        return scenario(first, options);
    }
    program(files, args, options)
}

fn scenario(path: &Path, options: &CompilerOptions) -> Result<(Scenario, Loader), Failure> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut loader = Loader::new(folder, options)?;
    loader.read_named(&name, path)?;
    let bytes = loader.files.get(&name).map_or(&[][..], Vec::as_slice);
    let document = sim_scenario::parse(&name, bytes).map_err(|errors| loader.failure(&errors))?;
    let mut unreadable = Vec::new();
    for source in document.sources() {
        let host = loader.folder.join(source);
        if let Err(why) = loader.read(source, &host) {
            unreadable.extend(document.unreadable(source, &why));
        }
    }
    if !unreadable.is_empty() {
        return Err(loader.failure(&unreadable));
    }
    for text in document.inline_sources() {
        loader.read_included("", text.as_bytes());
    }
    loader.read_includes();
    let scenario = sim_scenario::build(&document, &loader.files, &compile_options(options));
    loader.finish(scenario)
}

fn program(
    paths: &[PathBuf],
    args: &[String],
    options: &CompilerOptions,
) -> Result<(Scenario, Loader), Failure> {
    let parent = |p: &PathBuf| p.parent().unwrap_or(Path::new("")).to_path_buf();
    // Files of one folder are called by their names; of several, as they were written.
    let folder = parent(&paths[0]);
    let together = paths.iter().all(|p| parent(p) == folder);
    let mut loader = Loader::new(if together { &folder } else { Path::new("") }, options)?;
    let mut names = Vec::new();
    for path in paths {
        let name = match together {
            true => path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            false => {
                loader.add_root(&parent(path))?;
                sim_scenario::join("", &path.to_string_lossy())
            }
        };
        // What stands behind the first file and is none was perhaps meant for the program.
        if !names.is_empty() && path.extension().is_none() && !path.exists() {
            return Err(Failure::new(format!(
                "there is no file `{}`; arguments of the program stand behind `--`",
                path.display()
            )));
        }
        loader.read_named(&name, path)?;
        loader.check_kind(&name, path)?;
        names.push(name);
    }
    loader.read_includes();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let scenario = sim_scenario::program(&names, args, &loader.files, &compile_options(options));
    loader.finish(scenario)
}

fn compile_options(options: &CompilerOptions) -> Options {
    let define = |d: &String| match d.split_once('=') {
        Some((name, value)) => (name.to_string(), value.to_string()),
        None => (d.clone(), "1".to_string()),
    };
    Options {
        include_dirs: options.include.iter().map(|d| key(d)).collect(),
        defines: options.define.iter().map(define).collect(),
    }
}

/// A folder's name as the compiler writes it.
fn key(folder: &Path) -> String {
    sim_scenario::join("", &folder.to_string_lossy())
}

impl Loader {
    fn new(folder: &Path, options: &CompilerOptions) -> Result<Self, Failure> {
        let mut loader = Loader {
            folder: folder.to_path_buf(),
            include_dirs: options
                .include
                .iter()
                .map(|d| d.to_string_lossy().into_owned())
                .collect(),
            roots: Vec::new(),
            files: Files::new(),
            origins: BTreeMap::new(),
        };
        loader.add_root(folder)?;
        for dir in &options.include {
            loader.add_root(dir)?;
        }
        Ok(loader)
    }

    fn add_root(&mut self, folder: &Path) -> Result<(), Failure> {
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let canonical = fs::canonicalize(here).map_err(|error| {
            Failure::new(format!(
                "cannot read the folder `{}`: {}",
                here.display(),
                reason(&error)
            ))
        })?;
        self.roots.push(canonical);
        Ok(())
    }

    /// A file that the user named: wherever it is.
    fn read_named(&mut self, name: &str, path: &Path) -> Result<(), Failure> {
        let bytes = read_regular(path)
            .map_err(|why| Failure::new(format!("cannot read `{}`: {why}", path.display())))?;
        self.keep(name, path, bytes);
        Ok(())
    }

    /// A file that another file names: only below the roots.
    fn read(&mut self, name: &str, path: &Path) -> Result<(), String> {
        let canonical = fs::canonicalize(path).map_err(|e| reason(&e))?;
        if !self.roots.iter().any(|root| canonical.starts_with(root)) {
            return Err("it is outside of the scenario's folder".into());
        }
        let bytes = read_regular(&canonical)?;
        self.keep(name, path, bytes);
        Ok(())
    }

    fn keep(&mut self, name: &str, path: &Path, bytes: Vec<u8>) {
        self.origins.insert(name.into(), path.to_path_buf());
        self.files.insert(name.into(), bytes);
    }

    /// Reads what the files that are here include, and what those include, and so on.
    fn read_includes(&mut self) {
        let mut known = Vec::new();
        while let Some(name) = self.files.keys().find(|k| !known.contains(*k)).cloned() {
            if self.files.len() > INCLUDES_MAX {
                return;
            }
            let bytes = self.files.get(&name).cloned().unwrap_or_default();
            if !name.ends_with(".toml") && !bytes.starts_with(b"\x7fELF") {
                self.read_included(&name, &bytes);
            }
            known.push(name);
        }
    }

    /// Reads what this text, of the file `name`, includes.
    fn read_included(&mut self, name: &str, text: &[u8]) {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let here = match self.origins.get(name).and_then(|p| p.parent()) {
            Some(folder) => folder.to_path_buf(),
            None => self.folder.clone(),
        };
        for included in sim_scenario::includes(text) {
            let beside = (sim_scenario::join(folder, &included), here.join(&included));
            let elsewhere = self.include_dirs.iter().map(|dir| {
                (
                    sim_scenario::join(dir, &included),
                    Path::new(dir).join(&included),
                )
            });
            let candidates: Vec<(String, PathBuf)> =
                [beside].into_iter().chain(elsewhere).collect();
            for (name, path) in candidates {
                if !self.files.contains_key(&name) {
                    // One that cannot be read is reported by the compiler, if it needs it.
                    let _ = self.read(&name, &path);
                }
            }
        }
    }

    /// Is it C or ELF?
    fn check_kind(&self, name: &str, path: &Path) -> Result<(), Failure> {
        let elf = self
            .files
            .get(name)
            .is_some_and(|bytes| bytes.starts_with(b"\x7fELF"));
        if elf || path.extension().is_some_and(|e| e == "c") {
            return Ok(());
        }
        let path = path.display();
        Err(Failure::new(format!(
            "`{path}` is neither a scenario (.toml) nor C (.c) nor an ELF file"
        )))
    }

    fn finish(
        self,
        result: Result<Scenario, Vec<Diagnostic>>,
    ) -> Result<(Scenario, Loader), Failure> {
        match result {
            Ok(scenario) => {
                crate::terminal::complain(&self.render(&scenario.warnings));
                Ok((scenario, self))
            }
            Err(errors) => Err(self.failure(&errors)),
        }
    }

    fn failure(&self, errors: &[Diagnostic]) -> Failure {
        Failure {
            text: self.render(errors),
        }
    }

    /// Diagnostics, with files called as the user would call them.
    fn render(&self, list: &[Diagnostic]) -> String {
        let shown: Vec<Diagnostic> = list.iter().cloned().map(|d| self.with_origins(d)).collect();
        let names: BTreeMap<String, &str> = self
            .origins
            .keys()
            .map(|name| (self.origin(name), name.as_str()))
            .collect();
        let sources = |path: &str| self.source(names.get(path)?);
        diagnostics(&shown, &sources, error_style())
    }

    fn with_origins(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.span.file = self.origin(&diagnostic.span.file);
        for (span, _) in &mut diagnostic.notes {
            span.file = self.origin(&span.file);
        }
        diagnostic
    }

    fn origin(&self, name: &str) -> String {
        self.origins
            .get(name)
            .map_or(name.to_string(), |path| path.display().to_string())
    }

    /// The text of a file, by the name that reports use. Byte for byte, so that spans fit: each byte that
    /// is not UTF-8 becomes a question mark.
    pub fn source(&self, name: &str) -> Option<Cow<'_, str>> {
        let bytes = self.files.get(name)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(Cow::Borrowed(text)),
            Err(_) => Some(Cow::Owned(question_marks(bytes))),
        }
    }
}

fn read_regular(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|e| reason(&e))?;
    if metadata.is_dir() {
        return Err("it is a folder".into());
    }
    if !metadata.is_file() {
        return Err("it is not a regular file".into());
    }
    let file = fs::File::open(path).map_err(|e| reason(&e))?;
    let mut bytes = Vec::new();
    file.take(SIZE_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| reason(&e))?;
    if bytes.len() as u64 > SIZE_MAX {
        return Err(format!("it is larger than {} MiB", SIZE_MAX >> 20));
    }
    Ok(bytes)
}

/// The same words on every system.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}

fn question_marks(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}
