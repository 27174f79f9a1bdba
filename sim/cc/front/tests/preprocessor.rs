//! The preprocessor, by what the program's strings become.

use super::{messages, read, read_files};
use std::string::String;

/// The bytes of the first string literal of a program.
fn first_string(source: &str) -> String {
    let front = read(source);
    assert!(
        front.diagnostics.is_empty(),
        "{source}\n{:#?}",
        front.diagnostics
    );
    let bytes = &front.unit.data[0].bytes;
    String::from_utf8_lossy(&bytes[..bytes.len() - 1]).into_owned()
}

/// What `text` expands to after `definitions`, spelled.
fn expand(definitions: &str, text: &str) -> String {
    first_string(&std::format!(
        "#define STR_(...) #__VA_ARGS__\n#define STR(...) STR_(__VA_ARGS__)\n{definitions}\nchar *s = STR({text});\n"
    ))
}

/// The examples of C17 §6.10.3.5.
#[test]
fn examples_of_the_standard() {
    let definitions = "#define x 3\n#define f(a) f(x * (a))\n#undef x\n#define x 2\n#define g f\n#define z z[0]\n\
        #define m(a) a(w)\n#define w 0,1\n#define t(a) a\n#define p() int\n#define q(x) x\n#define r(x,y) x ## y";
    assert_eq!(
        expand(definitions, "f(y+1) + f(f(z)) % t(t(g)(0) + t)(1)"),
        "f(2 * (y+1)) + f(2 * (f(2 * (z[0])))) % f(2 * (0)) + t(1)"
    );
    assert_eq!(expand(definitions, "m(f)^m(m)"), "f(2 * (0,1))^m(0,1)");
    assert_eq!(
        expand(
            definitions,
            "p() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) }"
        ),
        "int i[] = { 1, 23, 4, 5, }"
    );
    let joins = "#define t(x,y,z) x ## y ## z";
    assert_eq!(
        expand(
            joins,
            "t(1,2,3), t(,4,5), t(6,,7), t(8,9,), t(10,,), t(,11,), t(,,12), t(,,)"
        ),
        "123, 45, 67, 89, 10, 11, 12,"
    );
    let hashes = "#define hash_hash # ## #\n#define mkstr(a) # a\n#define in_between(a) mkstr(a)\n\
        #define join(c, d) in_between(c hash_hash d)";
    assert_eq!(expand(hashes, "join(x, y)"), "\"x ## y\"");
}

#[test]
fn self_reference_ends() {
    assert_eq!(expand("#define a b\n#define b a", "a b"), "a b");
    assert_eq!(
        expand("#define f(x) g(x)\n#define g(x) f(x) + 1", "f(f(2))"),
        "f(f(2) + 1) + 1"
    );
    let nil = "#define NIL(xxx) xxx\n#define G_0(arg) NIL(G_1)(arg)\n#define G_1(arg) NIL(arg)";
    assert_eq!(expand(nil, "G_0(42)"), "42");
}

#[test]
fn variable_arguments() {
    let e = "#define e(fmt, ...) fmt, ## __VA_ARGS__";
    assert_eq!(expand(e, "e(1)"), "1");
    assert_eq!(expand(e, "e(1, 2, 3)"), "1, 2, 3");
    assert_eq!(
        expand("#define o(a, ...) a __VA_OPT__(yes) end", "o(1) o(1, 2)"),
        "1 end 1 yes end"
    );
    assert_eq!(expand("#define n(args...) <args>", "n(1, 2)"), "<1, 2>");
}

#[test]
fn conditions() {
    let source = "#if defined X || (1 ? 2 : 3) == 2 && -1 > 0u && 'a' == 97 && !defined(Y)\nchar *s = \"yes\";\n\
        #elif 1 / 0\nchar *s = \"no\";\n#else\nchar *s = \"no\";\n#endif\n#if 0\ndon't \"\n#endif\n";
    assert_eq!(first_string(source), "yes");
    assert_eq!(
        messages("#if 1 / 0\n#endif\n"),
        ["1:7: division by zero in the condition"]
    );
    assert_eq!(
        messages("int x;\n#ifdef A\n"),
        ["2:2: unterminated conditional directive"]
    );
    assert_eq!(messages("#endif\n"), ["1:2: `#endif` without `#if`"]);
    assert_eq!(messages("#error no good\n"), ["1:2: #error no good"]);
}

#[test]
fn splices_and_lines() {
    assert_eq!(
        first_string("#define A \\\n  \"x\\\ny\"\nchar *s = A;\n"),
        "xy"
    );
    assert_eq!(
        messages("int\\\n a;\nint b = c;\n"),
        ["3:9: `c` undeclared"]
    );
    assert_eq!(
        first_string("char a[__LINE__ == 1 ? 1 : -1];\n#line 7 \"z.c\"\nchar *s = __FILE__;"),
        "z.c"
    );
}

#[test]
fn includes() {
    let front = read_files(&[
        (
            "dir/a.c",
            b"#include \"b.h\"\n#include <c.h>\n#include \"b.h\"\nint x = B + C;",
        ),
        (
            "dir/b.h",
            b"#pragma once\nenum { B = 1 };\n#include \"sub/d.h\"\n",
        ),
        ("dir/sub/d.h", b"#include \"../e.h\"\n"),
        ("dir/e.h", b"int e;\n"),
        ("sys/c.h", b"enum { C = 2 };\n"),
    ]);
    assert!(front.diagnostics.is_empty(), "{:#?}", front.diagnostics);
    assert_eq!(
        front.unit.files,
        ["dir/a.c", "dir/b.h", "dir/sub/d.h", "dir/e.h", "sys/c.h"]
    );
    assert_eq!(
        messages("#include <nope.h>\nfoo bar baz;\n"),
        ["1:10: header `nope.h` not found"]
    );
    assert_eq!(
        messages("#include \"a.c\"\n"),
        ["1:10: #include nested too deeply"]
    );
}
