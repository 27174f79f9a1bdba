//! Diagnostics: what is wrong with the *input*: a C program, a scenario, a schedule file.
//!
//! One of the three kinds of failure, never mixed with the others: wrong input is a [`Diagnostic`]
//! (exit code 2), a wrong *simulated program* is a `Fault` or a `Finding`, a wrong simulator is a
//! failed assertion. Values only: `report` renders them.

use alloc::string::String;
use alloc::vec::Vec;

/// How bad a diagnostic is. Only [`Severity::Error`] stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// The input can be used, but is probably not what its author meant.
    Warning,
}

/// A range of bytes of one source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span {
    /// The file's path as the user wrote it.
    pub file: String,
    /// First byte, counted from 0.
    pub start: usize,
    /// One past the last byte; equal to `start` for a point.
    pub end: usize,
    /// Line of `start`, counted from 1; 0 if the file has no text (it is missing, or binary).
    pub line: u32,
    /// Column of `start` in characters, counted from 1.
    pub column: u32,
}

/// One mistake in the input, with all a person needs to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One sentence, lower case, no full stop: what is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// A few words beside the underlined place; may be empty.
    pub label: String,
    /// Other places that belong to it ("previous definition is here").
    pub notes: Vec<(Span, String)>,
    /// What to do about it, if that is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span`; add `label` and `help` where they are known.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            span,
            label: String::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A warning at `span`.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Self::error(span, message)
        }
    }

    /// With words beside the underlined place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With another place that belongs to it.
    pub fn note(mut self, span: Span, text: impl Into<String>) -> Self {
        self.notes.push((span, text.into()));
        self
    }

    /// With what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
