//! Diagnostics about statements, and the functions they are in.

use super::{error, warning};
use alloc::format;
use sim_abi::{Diagnostic, Span};

pub fn switch_type(span: Span, ty: &str) -> Diagnostic {
    error(span, format!("switch quantity not an integer: `{ty}`"))
}

pub fn outside_switch(span: Span, word: &str) -> Diagnostic {
    error(
        span,
        format!("`{word}` label not within a switch statement"),
    )
}

pub fn outside_loop(span: Span, word: &str, what: &str) -> Diagnostic {
    error(span, format!("`{word}` statement not within {what}"))
}

pub fn duplicate_case(span: Span, value: i64, old: Span) -> Diagnostic {
    error(span, format!("duplicate case value {value}")).note(old, "it was used here")
}

pub fn duplicate_default(span: Span, old: Span) -> Diagnostic {
    error(span, "multiple default labels in one switch").note(old, "the first one is here")
}

pub fn too_many_cases(span: Span) -> Diagnostic {
    error(span, "too many cases in a switch")
}

pub fn return_without_value(span: Span, name: &str, ty: &str) -> Diagnostic {
    warning(
        span,
        format!("`return` with no value, in `{name}` returning `{ty}`"),
    )
}

pub fn return_with_value(span: Span, name: &str) -> Diagnostic {
    warning(
        span,
        format!("`return` with a value, in `{name}` returning void"),
    )
}
