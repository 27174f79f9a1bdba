//! Diagnostics about values of one type where another is expected.

use super::{error, warning};
use alloc::format;
use sim_abi::{Diagnostic, Span};

pub fn incompatible(span: Span, from: &str, to: &str, context: &str) -> Diagnostic {
    error(
        span,
        format!("incompatible types {context}: expected `{to}`, found `{from}`"),
    )
}

pub fn int_pointer(span: Span, from: &str, to: &str, context: &str) -> Diagnostic {
    let direction = if to.contains('*') {
        "makes pointer from integer"
    } else {
        "makes integer from pointer"
    };
    warning(span, format!("{direction} without a cast {context}"))
        .label(format!("expected `{to}`, found `{from}`"))
}

pub fn incompatible_pointers(span: Span, from: &str, to: &str, context: &str) -> Diagnostic {
    warning(span, format!("incompatible pointer types {context}"))
        .label(format!("expected `{to}`, found `{from}`"))
}

pub fn discards_qualifier(span: Span, word: &str, context: &str) -> Diagnostic {
    warning(
        span,
        format!("discards `{word}` qualifier from pointer target type {context}"),
    )
}

pub fn distinct_pointers(span: Span, left: &str, right: &str) -> Diagnostic {
    warning(
        span,
        format!("comparison of distinct pointer types `{left}` and `{right}`"),
    )
}

pub fn conditional_pointers(span: Span, left: &str, right: &str) -> Diagnostic {
    warning(
        span,
        format!("pointer type mismatch in conditional expression: `{left}` and `{right}`"),
    )
}

pub fn pointer_and_integer(span: Span, pointer: &str) -> Diagnostic {
    warning(
        span,
        format!("`{pointer}` and an integer: pointer and integer mixed"),
    )
}
