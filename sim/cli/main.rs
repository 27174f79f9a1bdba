//! The command. The only room with files, arguments, environment and a terminal.
//!
//! Exit codes: 0 – the verdict is ok, or exactly what `[expect]` says; 1 – anything else was found;
//! 2 – the input is wrong. One file for each subcommand; `load.rs` reads files, `terminal.rs` writes.

mod arguments;
mod build;
mod check;
mod dump;
mod explain;
mod load;
mod machine;
mod mdbook;
mod picture;
mod run;
mod schema;
mod terminal;
mod workers;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Command::Run(options) => run::run(options),
        Command::Check(options) => check::check(options),
        Command::Dump(options) => dump::dump(options),
        Command::Build(options) => build::build(options),
        Command::Explain(options) => explain::explain(options),
        Command::Schema => schema::schema(),
        Command::Mdbook(options) => mdbook::mdbook(options),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            terminal::complain(&failure.text);
            ExitCode::from(2)
        }
    }
}

/// The input is wrong: what to tell, ready to be written.
#[derive(Debug)]
pub struct Failure {
    text: String,
}

impl Failure {
    /// A failure that has no place in a file.
    pub fn new(message: impl std::fmt::Display) -> Self {
        Failure {
            text: format!("error: {message}\n"),
        }
    }
}
