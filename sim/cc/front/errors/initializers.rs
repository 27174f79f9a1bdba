//! Diagnostics about initialisers.

use super::{error, warning};
use alloc::format;
use sim_abi::{Diagnostic, Span};

pub fn initializer_not_constant(span: Span) -> Diagnostic {
    error(span, "initializer element is not constant").label("not known before the program runs")
}

pub fn initializer_too_large(span: Span) -> Diagnostic {
    error(span, "the initializer is too large")
}

pub fn array_initializer(span: Span) -> Diagnostic {
    error(span, "invalid initializer of an array")
        .help("an array is initialized with `{ … }` or a string literal")
}

pub fn excess_initializer(span: Span) -> Diagnostic {
    warning(span, "excess elements in initializer").label("there is nothing left to initialize")
}

pub fn string_too_long(span: Span) -> Diagnostic {
    warning(span, "initializer-string is too long for the array")
}

pub fn string_width(span: Span, literal: &str, array: &str) -> Diagnostic {
    error(
        span,
        format!("a string of `{literal}` cannot initialize `{array}`"),
    )
}

pub fn flexible_local(span: Span) -> Diagnostic {
    error(
        span,
        "a flexible array member cannot be initialized in a local variable",
    )
}

pub fn designator_not_array(span: Span, ty: &str) -> Diagnostic {
    error(span, format!("array index in an initializer of `{ty}`"))
}

pub fn designator_not_struct(span: Span, ty: &str) -> Diagnostic {
    error(span, format!("member name in an initializer of `{ty}`"))
}

pub fn designator_range(span: Span) -> Diagnostic {
    error(span, "array index in initializer exceeds array bounds")
}
