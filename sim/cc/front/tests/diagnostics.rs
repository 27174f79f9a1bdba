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
        "void f(int n) { int a[n]; }",
        &["1:23: variable-length arrays: not supported"],
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
