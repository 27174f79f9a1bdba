//! Writing: to stdout or stderr, in colour or not, and without a word if nobody reads any more.

use std::io::{ErrorKind, Write};

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
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to stderr; there is nobody to tell if that fails.
pub fn complain(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
