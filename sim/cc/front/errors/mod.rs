//! Every diagnostic of the front end, each made by a constructor of its own.
//!
//! Errors where gcc gives errors; warnings where gcc warns without being asked and goes on.
//! A message says what is wrong, the label what is at the place, the help what to do about it.

mod conversions;
mod declarations;
mod expressions;
mod formats;
mod initializers;
mod names;
mod preprocessing;
mod statements;
mod syntax;

pub use conversions::*;
pub use declarations::*;
pub use expressions::*;
pub use formats::*;
pub use initializers::*;
pub use names::*;
pub use preprocessing::*;
pub use statements::*;
pub use syntax::*;

use alloc::format;
use alloc::string::String;
use sim_abi::{Diagnostic, Span};

fn error(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(span, message)
}

fn warning(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(span, message)
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        format!("{count} {word}")
    } else {
        format!("{count} {word}s")
    }
}

/// "did you mean" or "include <…>".
fn suggest(mut diagnostic: Diagnostic, close: Option<String>, header: Option<&str>) -> Diagnostic {
    if let Some(header) = header {
        diagnostic = diagnostic.help(format!(
            "it is declared in a header: add `#include <{header}>`"
        ));
    } else if let Some(close) = close {
        diagnostic = diagnostic.help(format!("did you mean `{close}`?"));
    }
    diagnostic
}
