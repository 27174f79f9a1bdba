//! Every diagnostic of the front end, each made by a constructor of its own.
//!
//! Errors where gcc gives errors; warnings where gcc warns without being asked and goes on.
//! A message says what is wrong, the label what is at the place, the help what to do about it.

use alloc::format;
use alloc::string::{String, ToString};
use sim_abi::{Diagnostic, Span};

fn error(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(span, message)
}

fn warning(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(span, message)
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        format!("{count} {word}")
    } else {
        format!("{count} {word}s")
    }
}

/// "did you mean" or "include <…>".
fn suggest(mut diagnostic: Diagnostic, close: Option<String>, header: Option<&str>) -> Diagnostic {
    if let Some(header) = header {
        diagnostic = diagnostic.help(format!(
            "it is declared in a header: add `#include <{header}>`"
        ));
    } else if let Some(close) = close {
        diagnostic = diagnostic.help(format!("did you mean `{close}`?"));
    }
    diagnostic
}

// Files and preprocessing.

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
    let close = super::spelling::closest(text, words.into_iter());
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

// Syntax.

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

pub fn stray(span: Span, what: &str) -> Diagnostic {
    error(span, format!("`{what}` without its partner")).label("nothing is open here")
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
        "variable-length arrays",
        "make the size a constant, or use `malloc`",
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

// Names.

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

// Declarations.

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

// Initialisers.

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

// Expressions.

pub fn lvalue_required(span: Span, what: &str) -> Diagnostic {
    error(span, format!("lvalue required as {what}")).label("this is a value, not an object")
}

pub fn not_assignable(span: Span, ty: &str) -> Diagnostic {
    error(span, format!("assignment to expression with type `{ty}`"))
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

// Conversions.

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

// Statements.

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

pub fn case_range_too_large(span: Span) -> Diagnostic {
    error(span, "too many values in the cases of a switch")
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
