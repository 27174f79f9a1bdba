//! The diagnostics of a translation unit, as they come in.
//!
//! After [`ERRORS_MAX`] errors nothing more is said. A line with a broken literal is muted: what the
//! parser would say about its rest is a consequence.

use alloc::vec::Vec;
use sim_abi::{Diagnostic, Severity, Span};

/// More errors than this help nobody.
pub const ERRORS_MAX: usize = 50;

/// Collected diagnostics.
#[derive(Default)]
pub struct Report {
    pub diagnostics: Vec<Diagnostic>,
    errors: usize,
    muted: Vec<(u16, u32)>,
    stopped: bool,
    rest_lost: bool,
}

impl Report {
    /// Adds a diagnostic, unless the same was said or there are too many.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        if self.errors >= ERRORS_MAX {
            return;
        }
        let same = |d: &Diagnostic| d.span == diagnostic.span && d.message == diagnostic.message;
        if self.diagnostics.iter().rev().take(8).any(same) {
            return;
        }
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        self.diagnostics.push(diagnostic);
    }

    /// Adds a diagnostic of the parser; not on a muted line.
    pub fn add_at(&mut self, file: u16, line: u32, diagnostic: Diagnostic) {
        if !self.muted.contains(&(file, line)) {
            self.add(diagnostic);
        }
    }

    /// The parser says nothing more about this line.
    pub fn mute(&mut self, file: u16, line: u32) {
        self.muted.push((file, line));
    }

    /// What follows makes no sense to parse.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// The end of the file is not where it seems to be.
    pub fn lose_rest(&mut self) {
        self.rest_lost = true;
    }

    /// What is open at the end of the file is no mistake of its own: it is in a comment without end, or was
    /// said before.
    pub fn rest_lost(&self) -> bool {
        self.rest_lost
    }

    /// Is it pointless to go on?
    pub fn stopped(&self) -> bool {
        self.stopped || self.errors >= ERRORS_MAX
    }

    /// The diagnostics, in the order in which they were found: that of the source.
    pub fn finish(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}

/// A span of no bytes just after another: where something is missing.
pub fn after(span: Span) -> Span {
    let length = (span.end - span.start) as u32;
    Span {
        start: span.end,
        column: span.column + length,
        ..span
    }
}
