//! Diagnostics about declarations and types.

use super::error;
use alloc::format;
use sim_abi::{Diagnostic, Span};

pub fn two_types(span: Span) -> Diagnostic {
    error(span, "two or more data types in a declaration").help("is a `;` missing before it?")
}

pub fn two_classes(span: Span) -> Diagnostic {
    error(span, "multiple storage classes in a declaration")
}

pub fn name_in_type(span: Span) -> Diagnostic {
    error(span, "a type is expected here, without a name")
}

pub fn no_such_parameter(span: Span) -> Diagnostic {
    error(
        span,
        "a declaration for a parameter that is not in the list",
    )
}

pub fn void_parameter(span: Span) -> Diagnostic {
    error(span, "a parameter cannot have type `void`")
}

pub fn negative_array(span: Span) -> Diagnostic {
    error(span, "the size of an array is negative")
}

pub fn array_too_large(span: Span) -> Diagnostic {
    error(span, "the object is too large").label("more than 2 GiB")
}

pub fn array_size_type(span: Span, found: &str) -> Diagnostic {
    error(
        span,
        format!("the size of an array has type `{found}`, not an integer type"),
    )
}

pub fn bad_element(span: Span, found: &str) -> Diagnostic {
    error(
        span,
        format!("an array's elements cannot have type `{found}`"),
    )
}

pub fn bad_return_type(span: Span, found: &str) -> Diagnostic {
    error(span, format!("a function cannot return `{found}`"))
}

pub fn function_member(span: Span) -> Diagnostic {
    error(span, "a member cannot be a function").help("make it a pointer to a function")
}

pub fn bit_field_type(span: Span, found: &str) -> Diagnostic {
    error(span, format!("a bit-field cannot have type `{found}`"))
}

pub fn bit_field_width(span: Span, width: i64, ty: &str) -> Diagnostic {
    error(
        span,
        format!("invalid width {width} of a bit-field of type `{ty}`"),
    )
}

pub fn bad_alignment(span: Span) -> Diagnostic {
    error(span, "an alignment is a power of two, at most 4096")
}

pub fn bad_atomic(span: Span) -> Diagnostic {
    error(span, "an array or function cannot be `_Atomic`")
}

pub fn enumerator_range(span: Span) -> Diagnostic {
    error(span, "the value of an enumerator does not fit into 32 bits")
}

pub fn incomplete(span: Span, ty: &str, what: &str) -> Diagnostic {
    error(span, format!("`{ty}` is an incomplete type ({what})"))
        .label("its size is not known here")
}

pub fn incomplete_variable(span: Span, name: &str, ty: &str) -> Diagnostic {
    error(span, format!("storage size of `{name}` isn't known"))
        .label(format!("`{ty}` is incomplete"))
}

pub fn incomplete_record(span: Span, ty: &str, declared: Span) -> Diagnostic {
    error(span, format!("invalid use of incomplete type `{ty}`"))
        .note(declared, "it is only declared here")
}

pub fn initialised_variable_array(span: Span) -> Diagnostic {
    error(span, "an array of variable length cannot be initialized")
        .label("its size is not known here")
        .help("set its elements in a loop, or with `memset`")
}

pub fn initialised_function(span: Span, name: &str) -> Diagnostic {
    error(
        span,
        format!("function `{name}` is initialized like a variable"),
    )
}

pub fn thread_local_auto(span: Span) -> Diagnostic {
    error(
        span,
        "a thread-local variable in a function must be `static` or `extern`",
    )
}

pub fn static_assert_failed(span: Span, text: &str) -> Diagnostic {
    match text {
        "" => error(span, "static assertion failed"),
        _ => error(span, format!("static assertion failed: {text}")),
    }
}
