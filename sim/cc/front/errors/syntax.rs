//! Diagnostics about what is not C, or not the C of this compiler.

use super::{error, warning};
use alloc::format;
use sim_abi::{Diagnostic, Span};

pub fn expected(span: Span, what: &str, found: &str) -> Diagnostic {
    error(span, format!("expected {what}, found {found}")).label(format!("expected {what}"))
}

pub fn missing_semicolon(span: Span, found: &str) -> Diagnostic {
    error(span, format!("expected `;`, found {found}")).label("add `;` here")
}

pub fn unclosed(span: Span, open: Span, close: &str, found: &str) -> Diagnostic {
    error(span, format!("expected `{close}`, found {found}"))
        .label(format!("expected `{close}`"))
        .note(open, "to match this")
}

pub fn unclosed_brace(span: Span) -> Diagnostic {
    error(span, "this `{` is never closed").label("no matching `}` up to the end of the file")
}

pub fn statement_outside(span: Span) -> Diagnostic {
    error(span, "a statement outside of a function").help("is there a `}` too many before it?")
}

pub fn stray(span: Span, what: &str) -> Diagnostic {
    error(span, format!("`{what}` without its partner")).label("nothing is open here")
}

/// Instructions in the source.
pub fn inline_assembly(span: Span) -> Diagnostic {
    unsupported(
        span,
        "inline assembly",
        "write it in C: `<stdatomic.h>` has atomic operations and fences",
    )
}

pub fn unsupported(span: Span, what: &str, help: &str) -> Diagnostic {
    let diagnostic = error(span, format!("{what}: not supported"));
    if help.is_empty() {
        diagnostic
    } else {
        diagnostic.help(help)
    }
}

pub fn long_double(span: Span) -> Diagnostic {
    unsupported(span, "`long double`", "use `double`")
}

pub fn auto_type_without_value(span: Span) -> Diagnostic {
    error(span, "`__auto_type` needs an initializer")
        .label("the type is taken from `= value` behind the name")
}

pub fn nested_function(span: Span) -> Diagnostic {
    unsupported(
        span,
        "a function inside of a function",
        "is a `}` missing before it?",
    )
}

pub fn variable_length_array(span: Span) -> Diagnostic {
    unsupported(
        span,
        "a variable length here",
        "only variables of a function that are not `static`, its parameters and casts may have one: make it a constant, or use `malloc`",
    )
    .label("this size is not a constant")
}

pub fn else_without_if(span: Span) -> Diagnostic {
    error(span, "`else` without a previous `if`")
        .help("is there a `;` after the `if`, or a missing `{`?")
}

pub fn declaration_not_allowed(span: Span) -> Diagnostic {
    error(span, "a declaration is not a statement").help("put it into `{ }`")
}

pub fn bad_literal(span: Span, why: &str) -> Diagnostic {
    error(span, why)
}

pub fn integer_too_large(span: Span) -> Diagnostic {
    warning(span, "integer constant is too large for its type")
}

pub fn several_characters(span: Span) -> Diagnostic {
    warning(span, "multi-character character constant").help("a string is written with `\"`")
}
