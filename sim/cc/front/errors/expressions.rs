//! Diagnostics about expressions: operands, members, calls, constants.

use super::{error, plural, suggest, unsupported, warning};
use alloc::format;
use alloc::string::{String, ToString};
use sim_abi::{Diagnostic, Span};

pub fn lvalue_required(span: Span, what: &str) -> Diagnostic {
    error(span, format!("lvalue required as {what}")).label("this is a value, not an object")
}

pub fn assignment_as_condition(span: Span) -> Diagnostic {
    warning(span, "a value is assigned where a condition is expected")
        .help("to compare, write `==`")
}

pub fn not_assignable(span: Span, ty: &str) -> Diagnostic {
    let diagnostic = error(span, format!("assignment to expression with type `{ty}`"));
    match ty.contains('[') {
        true => diagnostic.help("an array is not assigned as a whole: use `strcpy` or `memcpy`"),
        false => diagnostic,
    }
}

pub fn assignment_to_const(span: Span, ty: &str, name: Option<&str>) -> Diagnostic {
    match name {
        Some(name) => error(span, format!("assignment of read-only variable `{name}`")),
        None => error(span, "assignment of read-only location"),
    }
    .label(format!("its type is `{ty}`"))
}

pub fn address_of_bit_field(span: Span) -> Diagnostic {
    error(span, "cannot take the address of a bit-field")
}

pub fn size_of_bit_field(span: Span) -> Diagnostic {
    error(span, "`sizeof` of a bit-field")
}

pub fn address_of_register(span: Span) -> Diagnostic {
    unsupported(
        span,
        "the address of a variable taken in this form",
        "take it as `&name`",
    )
}

pub fn not_constant(span: Span, what: &str) -> Diagnostic {
    error(span, format!("{what} is not an integer constant")).label("not known when compiling")
}

pub fn bad_operand(span: Span, operator: &str, ty: &str) -> Diagnostic {
    error(span, format!("wrong type argument to `{operator}`: `{ty}`"))
}

pub fn bad_operands(span: Span, operator: &str, left: &str, right: &str) -> Diagnostic {
    error(
        span,
        format!("invalid operands to `{operator}`: `{left}` and `{right}`"),
    )
}

pub fn bad_cast(span: Span, from: &str, to: &str) -> Diagnostic {
    error(span, format!("cannot convert `{from}` to `{to}`"))
}

pub fn not_a_condition(span: Span, ty: &str, what: &str) -> Diagnostic {
    error(span, format!("used `{ty}` value where scalar is required"))
        .label(format!("for `{what}`"))
}

pub fn not_a_pointer(span: Span, ty: &str) -> Diagnostic {
    error(
        span,
        format!("invalid type argument of unary `*`: `{ty}` is not a pointer"),
    )
}

pub fn not_an_array(span: Span, ty: &str) -> Diagnostic {
    error(
        span,
        format!("subscripted value is neither array nor pointer: `{ty}`"),
    )
}

pub fn bad_index(span: Span, ty: &str) -> Diagnostic {
    error(span, format!("array subscript is not an integer: `{ty}`"))
}

pub fn not_a_function(span: Span, ty: &str) -> Diagnostic {
    error(
        span,
        format!("called object is not a function or function pointer: `{ty}`"),
    )
}

pub fn no_members(span: Span, ty: &str, name: &str, pointer: bool) -> Diagnostic {
    let diagnostic = error(
        span,
        format!("request for member `{name}` in something not a structure or union: `{ty}`"),
    );
    if pointer {
        diagnostic.help(format!("it is a pointer: write `->{name}`"))
    } else {
        diagnostic
    }
}

pub fn arrow_needs_pointer(span: Span, ty: &str, record: bool) -> Diagnostic {
    let diagnostic = error(span, format!("invalid type argument of `->`: `{ty}`"));
    if record {
        diagnostic.help("it is not a pointer: write `.`")
    } else {
        diagnostic
    }
}

pub fn no_such_member(span: Span, record: &str, name: &str, close: Option<String>) -> Diagnostic {
    suggest(
        error(span, format!("`{record}` has no member named `{name}`")),
        close,
        None,
    )
}

pub fn no_generic_match(span: Span, ty: &str) -> Diagnostic {
    error(
        span,
        format!("`_Generic` selector of type `{ty}` is not compatible with any association"),
    )
}

pub fn argument_count(
    span: Span,
    name: Option<&str>,
    wanted: usize,
    found: usize,
    variadic: bool,
    declared: Option<Span>,
) -> Diagnostic {
    let few = if found < wanted { "few" } else { "many" };
    let function = name.map_or("function call".to_string(), |n| format!("function `{n}`"));
    let least = if variadic { "at least " } else { "" };
    let diagnostic = error(span, format!("too {few} arguments to {function}")).label(format!(
        "expected {least}{}, found {found}",
        plural(wanted, "argument")
    ));
    match declared {
        Some(declared) => diagnostic.note(declared, "it is declared here"),
        None => diagnostic,
    }
}

pub fn bad_argument(span: Span, ty: &str) -> Diagnostic {
    error(
        span,
        format!("a value of type `{ty}` cannot be an argument"),
    )
}

pub fn atomic_argument(span: Span, name: &str) -> Diagnostic {
    error(
        span,
        format!("the first argument of `{name}` must be a pointer to an integer or pointer"),
    )
}

pub fn va_start_outside(span: Span) -> Diagnostic {
    error(span, "`va_start` in a function without variable arguments")
}

pub fn va_list_expected(span: Span, ty: &str) -> Diagnostic {
    error(
        span,
        format!("the first argument of `va_arg` is a `{ty}`, not a `va_list`"),
    )
}

pub fn va_arg_promoted(span: Span, ty: &str) -> Diagnostic {
    warning(
        span,
        format!("`{ty}` is promoted when passed through `...`"),
    )
    .help("ask for `int` or `double`")
}

pub fn division_by_zero(span: Span) -> Diagnostic {
    warning(span, "division by zero")
}

pub fn shift_count(span: Span, negative: bool) -> Diagnostic {
    match negative {
        true => warning(span, "shift count is negative"),
        false => warning(span, "shift count >= width of type"),
    }
}

pub fn constant_overflow(span: Span, value: i64, ty: &str, kept: i64) -> Diagnostic {
    warning(
        span,
        format!("conversion to `{ty}` changes value from {value} to {kept}"),
    )
}
