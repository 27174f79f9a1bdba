//! Diagnostics about names: unknown, defined twice, declared in two ways.

use super::{error, suggest, unsupported, warning};
use alloc::format;
use alloc::string::String;
use sim_abi::{Diagnostic, Span};

pub fn undeclared(
    span: Span,
    name: &str,
    close: Option<String>,
    header: Option<&str>,
) -> Diagnostic {
    suggest(
        error(span, format!("`{name}` undeclared")).label("not declared in this scope"),
        close,
        header,
    )
}

pub fn implicit_function(
    span: Span,
    name: &str,
    close: Option<String>,
    header: Option<&str>,
) -> Diagnostic {
    suggest(
        warning(span, format!("implicit declaration of function `{name}`")).label("not declared"),
        close,
        header,
    )
}

pub fn implicit_int(span: Span, name: &str, function: bool) -> Diagnostic {
    match function {
        true => warning(span, format!("return type of `{name}` defaults to `int`")),
        false => warning(
            span,
            format!("type defaults to `int` in declaration of `{name}`"),
        ),
    }
}

pub fn implicit_int_of_qualifiers(span: Span) -> Diagnostic {
    warning(span, "type defaults to `int`: only qualifiers are given")
}

pub fn misspelt(span: Span, name: &str, keyword: &str) -> Diagnostic {
    error(span, format!("unknown word `{name}`")).help(format!("did you mean `{keyword}`?"))
}

pub fn unknown_type(
    span: Span,
    name: &str,
    close: Option<String>,
    header: Option<&str>,
    tag: Option<String>,
) -> Diagnostic {
    let diagnostic = error(span, format!("unknown type name `{name}`"));
    match tag {
        Some(tag) => diagnostic.help(format!("did you mean `{tag}`?")),
        None => suggest(diagnostic, close, header),
    }
}

pub fn unknown_builtin(span: Span, name: &str) -> Diagnostic {
    let help = match name {
        "__builtin_alloca" => "use an array, or `malloc` and `free`",
        _ => "",
    };
    unsupported(span, &format!("the built-in function `{name}`"), help)
}

pub fn type_in_expression(span: Span, name: &str) -> Diagnostic {
    error(
        span,
        format!("expected an expression, found the type `{name}`"),
    )
}

pub fn redefinition(span: Span, name: &str, old: Span) -> Diagnostic {
    error(span, format!("redefinition of `{name}`")).note(old, "the previous definition is here")
}

pub fn duplicate_member(span: Span, name: &str, old: Span) -> Diagnostic {
    error(span, format!("duplicate member `{name}`")).note(old, "the first one is here")
}

pub fn conflicting_types(
    span: Span,
    name: &str,
    new: &str,
    old_type: &str,
    old: Span,
) -> Diagnostic {
    error(span, format!("conflicting types for `{name}`"))
        .label(format!("`{new}`"))
        .note(
            old,
            format!("the previous declaration has type `{old_type}`"),
        )
}

pub fn conflicts_with_use(span: Span, name: &str, new: &str, old: Span) -> Diagnostic {
    warning(span, format!("conflicting types for `{name}`"))
        .label(format!("`{new}`"))
        .note(
            old,
            "it was used before it was declared, as a function that returns `int`",
        )
}

pub fn static_after_extern(span: Span, name: &str, old: Span) -> Diagnostic {
    error(
        span,
        format!("static declaration of `{name}` follows non-static declaration"),
    )
    .note(old, "the previous declaration is here")
}

pub fn wrong_tag(span: Span, name: &str) -> Diagnostic {
    error(span, format!("`{name}` is the tag of another kind of type"))
}

pub fn undefined_label(span: Span, name: &str) -> Diagnostic {
    error(span, format!("label `{name}` used but not defined"))
}
