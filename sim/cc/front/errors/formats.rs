//! Warnings about the formats of `printf` and `scanf`.

use super::warning;
use alloc::format;
use sim_abi::{Diagnostic, Span};

pub fn format_argument(
    span: Span,
    conversion: &str,
    wanted: &str,
    number: usize,
    found: &str,
) -> Diagnostic {
    warning(
        span,
        format!(
            "format `{conversion}` expects argument of type `{wanted}`, but argument {number} has type `{found}`"
        ),
    )
}

pub fn format_argument_missing(span: Span, conversion: &str, wanted: &str) -> Diagnostic {
    warning(
        span,
        format!("format `{conversion}` expects a matching `{wanted}` argument"),
    )
    .label("the call has no argument for it")
}

pub fn format_arguments_left(span: Span) -> Diagnostic {
    warning(span, "too many arguments for format").label("the format does not use this")
}

pub fn format_unknown(span: Span, conversion: &str) -> Diagnostic {
    warning(span, format!("unknown conversion `{conversion}` in format"))
}
