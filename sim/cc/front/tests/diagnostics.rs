//! What is said about wrong programs, and where.

use super::{messages, read};

fn check(source: &str, expected: &[&str]) {
    assert_eq!(messages(source), expected, "{source}");
}

#[test]
fn several_errors_in_one_go() {
    check(
        "int f(int a);\nint main(void) {\n  int n = 0\n  int i;\n  x = 3;\n  f();\n  return n +;\n}\nint g( {\n",
        &[
            "3:12: expected `;`, found `int`",
            "5:3: `x` undeclared",
            "6:3: too few arguments to function `f`",
            "7:13: expected an expression, found `;`",
            "9:8: expected a type, found `{`",
        ],
    );
}

#[test]
fn suggestions() {
    let help = |source: &str| read(source).diagnostics[0].help.clone().unwrap_or_default();
    assert_eq!(
        help("int printf(const char *, ...); int main(void) { prinft(\"\"); }"),
        "did you mean `printf`?"
    );
    assert_eq!(
        help("int main(void) { puts(\"\"); }"),
        "it is declared in a header: add `#include <stdio.h>`"
    );
    assert_eq!(
        help("struct s { int count; } s; int x(void) { return s.cuont; }"),
        "did you mean `count`?"
    );
    assert_eq!(
        help("typedef int number; nubmer n;"),
        "did you mean `number`?"
    );
    assert_eq!(help("#inclde <stdio.h>\n"), "did you mean `include`?");
    assert_eq!(
        help("struct s { int a; } *p; int x(void) { return p.a; }"),
        "it is a pointer: write `->a`"
    );
}

#[test]
fn types_that_do_not_fit() {
    check(
        "struct a { int x; } a; struct b { int x; } b; void f(void) { a = b; }",
        &["1:66: incompatible types in assignment: expected `struct a`, found `struct b`"],
    );
    check(
        "int *p = 5;",
        &["1:10: warning: makes pointer from integer without a cast in initialization"],
    );
    check(
        "int x; char *p = &x;",
        &["1:18: warning: incompatible pointer types in initialization"],
    );
    check(
        "const int c = 1; void f(void) { c = 2; }",
        &["1:35: assignment of read-only variable `c`"],
    );
    check(
        "void f(void) { 1 = 2; }",
        &["1:18: lvalue required as left operand of assignment"],
    );
    check("int x = f;", &["1:9: `f` undeclared"]);
    check(
        "int y; int x = y;",
        &["1:16: initializer element is not constant"],
    );
    check(
        "int f(void) { return 1; } int f(void) { return 2; }",
        &["1:31: redefinition of `f`"],
    );
    check(
        "char c = 300;",
        &["1:10: warning: conversion to `char` changes value from 300 to 44"],
    );
    check(
        "int a[2] = { 1, 2, 3 };",
        &["1:20: warning: excess elements in initializer"],
    );
}

#[test]
fn unsupported_features_are_named() {
    check(
        "void f(int n) { static int a[n]; struct { int m[n]; } s; typedef int t[n]; static t b; }",
        &[
            "1:30: a variable length here: not supported",
            "1:49: a variable length here: not supported",
            "1:85: a variable length here: not supported",
        ],
    );
    check(
        "int n; int a[n]; int f(n, m) int n, m[n]; { return 0; }",
        &[
            "1:14: the size of an array at file scope is not an integer constant",
            "1:39: the size of an array at file scope is not an integer constant",
        ],
    );
    check(
        "void f(int n) { int a[n] = { 1, 2 }; }",
        &["1:26: an array of variable length cannot be initialized"],
    );
    check("long double x;", &["1:1: `long double`: not supported"]);
    check("double x = 1.0L;", &["1:12: `long double`: not supported"]);
    check(
        "_Complex double x;",
        &["1:1: complex numbers: not supported"],
    );
    check(
        "void f(void) { asm(\"nop\"); }",
        &["1:16: inline assembly: not supported"],
    );
    check(
        "_Atomic long long x; void f(void) { x = 1; }",
        &["1:39: atomic objects of more than 4 bytes: not supported"],
    );
}

#[test]
fn statements_out_of_place() {
    check(
        "void f(void) { break; }",
        &["1:16: `break` statement not within a loop or `switch`"],
    );
    check(
        "void f(void) { goto x; }",
        &["1:16: label `x` used but not defined"],
    );
    check(
        "void f(int n) { switch (n) { case 1: case 1:; } }",
        &["1:38: duplicate case value 1"],
    );
    check(
        "int f(int n) { if (n) return 1; else else return 2; }",
        &["1:38: `else` without a previous `if`"],
    );
    check(
        "int f(void) {\n  return 1;\n",
        &["1:13: this `{` is never closed"],
    );
}

#[test]
fn a_macro_is_blamed_where_it_is_used() {
    check(
        "#define BAD (1 + nothing)\nint f(void) {\n  return BAD;\n}\n",
        &["3:10: `nothing` undeclared"],
    );
}

/// Columns count characters; bytes that are no text do no harm.
#[test]
fn columns_count_characters() {
    check("int a; /* äöü */ int a = b;", &["1:26: `b` undeclared"]);
    let front = read(b"char *s = \"\xff\xfe\"; /* \xc3 */ int x = y;\n");
    assert_eq!(front.diagnostics.len(), 1);
}

#[test]
fn formats_and_their_arguments() {
    let call = |call: &str| {
        messages(&std::format!(
            "int printf(const char *, ...); int scanf(const char *, ...); char c, s[4]; int i; long long l;\n\
             double d; float f; void *p;\nvoid g(void) {{ {call}; }}"
        ))
    };
    let fine = [
        r#"printf("%d %u %x %c %ld %zu %hhd", c, i, 1u, c, 1l, sizeof i, c)"#,
        r#"printf("%lld %llx %jd %f %g %s %p %p %%", l, l, l, d, f, s, s, p)"#,
        r#"printf("%*d %.*f %-5s|%5.2f", 1, 2, 3, d, s, d)"#,
        r#"printf("%1$d %1$d", i)"#,
        r#"scanf("%d %lld %lf %f %s %c %[^]x]%n %*d", &i, &l, &d, &f, s, &c, s, &i)"#,
        r#"printf(s, i)"#,
    ];
    for line in fine {
        assert_eq!(call(line), [""; 0], "{line}");
    }
    let wrong = [
        (
            r#"printf("%d", d)"#,
            "3:29: warning: format `%d` expects argument of type `int`, but argument 2 has type `double`",
        ),
        (
            r#"printf("%f", i)"#,
            "3:29: warning: format `%f` expects argument of type `double`, but argument 2 has type `int`",
        ),
        (
            r#"printf("%d", l)"#,
            "3:29: warning: format `%d` expects argument of type `int`, but argument 2 has type `long long`",
        ),
        (
            r#"printf("%s", i)"#,
            "3:29: warning: format `%s` expects argument of type `char *`, but argument 2 has type `int`",
        ),
        (
            r#"printf("%5lld", i)"#,
            "3:32: warning: format `%5lld` expects argument of type `long long`, but argument 2 has type `int`",
        ),
        (
            r#"printf("%d %d", i)"#,
            "3:16: warning: format `%d` expects a matching `int` argument",
        ),
        (
            r#"printf("%d", i, i)"#,
            "3:32: warning: too many arguments for format",
        ),
        (
            r#"printf("%y", i)"#,
            "3:16: warning: unknown conversion `%y` in format",
        ),
        (
            r#"scanf("%d", i)"#,
            "3:28: warning: format `%d` expects argument of type `int *`, but argument 2 has type `int`",
        ),
        (
            r#"scanf("%lf", &f)"#,
            "3:29: warning: format `%lf` expects argument of type `double *`, but argument 2 has type `float *`",
        ),
    ];
    for (line, expected) in wrong {
        assert_eq!(call(line), [expected], "{line}");
    }
}

#[test]
fn labels_as_values() {
    check(
        "void f(int x) { void *p = &&there; goto *x; goto *p; }\nvoid *q = &&nowhere;",
        &[
            "1:42: wrong type argument to `goto *`: `int`",
            "1:29: label `there` used but not defined",
            "2:11: the value of a label outside of a function: not supported",
        ],
    );
}

#[test]
fn all_missing_headers_are_named() {
    check(
        "#include <stdoi.h>\n#include \"mine.h\"\nsize_t x;\n",
        &[
            "1:10: header `stdoi.h` not found",
            "2:10: header `mine.h` not found",
        ],
    );
}
