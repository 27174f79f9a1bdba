//! Diagnostics about files, directives and macros.

use super::{error, plural, suggest, warning};
use alloc::format;
use alloc::string::String;
use sim_abi::{Diagnostic, Span};

pub fn no_such_file(path: &str) -> Diagnostic {
    error(
        Span {
            file: path.into(),
            ..Span::default()
        },
        format!("no such file: `{path}`"),
    )
}

pub fn header_not_found(span: Span, name: &str, system: bool, close: Option<String>) -> Diagnostic {
    let diagnostic = error(span, format!("header `{name}` not found")).label("no such header");
    match close {
        Some(close) => diagnostic.help(format!("did you mean `{close}`?")),
        None if system => diagnostic.help("a header of your own is included as `#include \"file.h\"`; `-I DIR` adds a place to look"),
        None => diagnostic.help("it is looked for beside the including file and in the `-I` directories"),
    }
}

pub fn bad_include(span: Span) -> Diagnostic {
    error(span, "`#include` expects \"file\" or <file>")
}

pub fn too_many_tokens(span: Span) -> Diagnostic {
    error(span, "the translation unit is too large")
}

pub fn expansion_too_large(span: Span) -> Diagnostic {
    error(span, "macro expansion gives too many tokens").label("while expanding this")
}

pub fn nested_too_deeply(span: Span, what: &str) -> Diagnostic {
    error(span, format!("{what} nested too deeply")).label("more levels than the compiler takes")
}

pub fn unterminated_if(span: Span) -> Diagnostic {
    error(span, "unterminated conditional directive").label("this has no `#endif`")
}

pub fn without_if(span: Span, word: &str) -> Diagnostic {
    error(span, format!("`#{word}` without `#if`"))
}

pub fn after_else(span: Span, opened: Span, word: &str) -> Diagnostic {
    error(span, format!("`#{word}` after `#else`")).note(opened, "the conditional began here")
}

pub fn bad_condition(span: Span, why: &str) -> Diagnostic {
    error(span, why)
}

pub fn unterminated_comment(span: Span) -> Diagnostic {
    error(span, "unterminated comment").label("this `/*` has no `*/`")
}

pub fn unterminated_string(span: Span) -> Diagnostic {
    error(span, "missing terminating `\"` character")
        .label("the string starts here")
        .help("a string literal ends on the line where it starts")
}

pub fn unterminated_character(span: Span) -> Diagnostic {
    error(span, "missing terminating `'` character").label("the character starts here")
}

pub fn unknown_directive(span: Span, text: &str) -> Diagnostic {
    let words = [
        "include", "define", "undef", "ifdef", "ifndef", "if", "elif", "else", "endif", "error",
        "pragma", "line",
    ];
    let close = crate::front::spelling::closest(text, words.into_iter());
    suggest(
        error(span, format!("invalid preprocessing directive `#{text}`")),
        close,
        None,
    )
}

pub fn error_directive(span: Span, text: &str) -> Diagnostic {
    error(span, format!("#error {text}"))
}

pub fn warning_directive(span: Span, text: &str) -> Diagnostic {
    warning(span, format!("#warning {text}"))
}

pub fn bad_line_directive(span: Span) -> Diagnostic {
    error(span, "`#line` expects a line number")
}

pub fn macro_name_missing(span: Span) -> Diagnostic {
    error(span, "a macro's name is expected here")
}

pub fn reserved_macro_name(span: Span, name: &str) -> Diagnostic {
    error(span, format!("`{name}` cannot be used as a macro name"))
}

pub fn bad_macro_parameters(span: Span) -> Diagnostic {
    error(span, "invalid parameter list of a macro")
}

pub fn paste_at_end(span: Span) -> Diagnostic {
    error(span, "`##` cannot be at an end of a macro expansion")
}

pub fn stringify_what(span: Span) -> Diagnostic {
    error(span, "`#` is not followed by a macro parameter")
}

pub fn macro_redefined(span: Span, old: Span, name: &str) -> Diagnostic {
    warning(span, format!("`{name}` redefined")).note(old, "the previous definition is here")
}

pub fn unterminated_macro_call(span: Span, name: &str) -> Diagnostic {
    error(
        span,
        format!("unterminated argument list of the macro `{name}`"),
    )
    .label("no closing `)`")
}

pub fn macro_arguments(
    span: Span,
    defined: Span,
    name: &str,
    wanted: usize,
    found: usize,
) -> Diagnostic {
    error(
        span,
        format!(
            "the macro `{name}` takes {} but got {found}",
            plural(wanted, "argument")
        ),
    )
    .note(defined, "it is defined here")
}

pub fn invalid_paste(span: Span, text: &str) -> Diagnostic {
    error(
        span,
        format!("pasting gives `{text}`, which is not a valid token"),
    )
}
