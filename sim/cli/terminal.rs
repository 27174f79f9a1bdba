//! Writing: to stdout or stderr, in colour or not, and without a word if nobody reads any more.

use std::fmt;
use std::io::{ErrorKind, StdoutLock, Write};

use sim_report::Style;

use crate::Failure;

/// Colours for stdout: on a terminal, unless `NO_COLOR` or `--no-color` says otherwise.
pub fn style(no_color: bool) -> Style {
    let choice = anstream::AutoStream::choice(&std::io::stdout());
    Style {
        color: !no_color && choice != anstream::ColorChoice::Never,
    }
}

/// Colours for stderr.
pub fn error_style() -> Style {
    let choice = anstream::AutoStream::choice(&std::io::stderr());
    Style {
        color: choice != anstream::ColorChoice::Never,
    }
}

/// Writes to stdout. A reader that has gone (`sim run … | head`) is no mistake.
pub fn print(text: &str) -> Result<(), Failure> {
    print_pieces(|out| out.write_str(text))
}

/// The same, for what is written in pieces. Nobody reads what comes after a piece that could not be written.
pub fn print_pieces(write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) -> Result<(), Failure> {
    let mut out = Pieces {
        out: std::io::stdout().lock(),
        failed: None,
    };
    // What went wrong is kept beside: `fmt::Error` does not say.
    let _ = write(&mut out);
    match out.failed.or_else(|| out.out.flush().err()) {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// Takes text for stdout.
struct Pieces<'a> {
    out: StdoutLock<'a>,
    /// Why it could not be written.
    failed: Option<std::io::Error>,
}

impl fmt::Write for Pieces<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_all(text.as_bytes()).map_err(|error| {
            self.failed = Some(error);
            fmt::Error
        })
    }
}

/// Writes to stderr; there is nobody to tell if that fails.
pub fn complain(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
