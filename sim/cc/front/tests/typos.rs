//! What beginners mistype, and what is said of it: one message at the right place, with help where there is
//! some, and nothing that only follows from it.

use super::read;
use std::format;
use std::string::String;
use std::vec::Vec;

/// A program, its messages as `line:column: message`, and the help of the first one; empty: none.
type Typo = (&'static str, &'static [&'static str], &'static str);

const TYPOS: &[Typo] = &[
    // Something is missing.
    (
        "int main(void) {\n    int x = 1\n    return x;\n}\n",
        &["2:14: expected `;`, found `return`"],
        "",
    ),
    (
        "int main(void) {\n    int x;\n    x = 1\n    return x;\n}\n",
        &["3:10: expected `;`, found `return`"],
        "",
    ),
    (
        "int x\nint main(void) {\n    return x;\n}\n",
        &["1:6: expected `;`, found `int`"],
        "",
    ),
    (
        "struct point { int x; }\nint main(void) {\n    return 0;\n}\n",
        &["1:24: expected `;`, found `int`"],
        "",
    ),
    (
        "typedef int lock_t;\nstruct point { int x; }\nlock_t lock;\n",
        &["2:24: expected `;`, found `lock_t`"],
        "",
    ),
    (
        "int main(void) {\n    int x = 1;\n    do {\n        x--;\n    } while (x > 0)\n    return 0;\n}\n",
        &["5:20: expected `;`, found `return`"],
        "",
    ),
    (
        "int main(void) {\n    if (1) {\n        return 1;\n    return 0;\n}\n",
        &["1:16: this `{` is never closed"],
        "",
    ),
    (
        "int f(void) {\n    return 1;\n\nint main(void) {\n    return f();\n}\n",
        &["4:5: a function inside of a function: not supported"],
        "is a `}` missing before it?",
    ),
    (
        "int f(int x);\nint main(void) {\n    f(1;\n    return 0;\n}\n",
        &["3:8: expected `)`, found `;`"],
        "",
    ),
    (
        "int main(void) {\n    if (1 {\n        return 1;\n    }\n    return 0;\n}\n",
        &["2:11: expected `)`, found `{`"],
        "",
    ),
    (
        "int main(void) {\n    int a[3;\n    a[0] = 1;\n    return a[0];\n}\n",
        &["2:12: expected `]`, found `;`"],
        "",
    ),
    (
        "int main(void) {\n    switch (1) {\n    case 1\n        break;\n    }\n    return 0;\n}\n",
        &["3:11: expected `:`, found `break`"],
        "",
    ),
    // Something is too much.
    (
        "int main(void) {\n    int x = 1;\n}\n    return 0;\n}\n",
        &["4:5: a statement outside of a function"],
        "is there a `}` too many before it?",
    ),
    (
        "int main(void) {\n    int x = 1;\n    if (x == 1);\n    {\n        x = 2;\n    }\n    else\n        x = 3;\n    return x;\n}\n",
        &["7:5: `else` without a previous `if`"],
        "is there a `;` after the `if`, or a missing `{`?",
    ),
    (
        "#define N 10;\nint main(void) {\n    int a[N];\n    return a[0];\n}\n",
        &["3:11: expected `]`, found `;`"],
        "",
    ),
    // A word is misspelt.
    (
        "int main(void) {\n    int x = 1;\n    retrun x;\n}\n",
        &["3:5: unknown word `retrun`"],
        "did you mean `return`?",
    ),
    (
        "int main(void) {\n    retrun 0;\n}\n",
        &["2:5: unknown word `retrun`"],
        "did you mean `return`?",
    ),
    (
        "int main(void) {\n    int x = 3;\n    whlie (x > 0) {\n        x--;\n    }\n    return x;\n}\n",
        &["3:5: unknown word `whlie`"],
        "did you mean `while`?",
    ),
    (
        "int main(void) {\n    int n = 0;\n    fro (int i = 0; i < 3; i++)\n        n += i;\n    return n;\n}\n",
        &["3:5: unknown word `fro`"],
        "did you mean `for`?",
    ),
    (
        "int main(void) {\n    int x;\n    if (1)\n        x = 1;\n    esle\n        x = 2;\n    return x;\n}\n",
        &["5:5: unknown word `esle`"],
        "did you mean `else`?",
    ),
    (
        "int main(void) {\n    swtich (1) {\n    csae 1:\n        break;\n    }\n    return 0;\n}\n",
        &["2:5: unknown word `swtich`", "3:5: unknown word `csae`"],
        "did you mean `switch`?",
    ),
    (
        "stuct point { int x; };\nint main(void) {\n    struct point p = { 1 };\n    return p.x;\n}\n",
        &["1:1: unknown type name `stuct`"],
        "did you mean `struct`?",
    ),
    (
        "viod f(int x) {\n}\nint main(void) {\n    f(1);\n    return 0;\n}\n",
        &["1:1: unknown type name `viod`"],
        "did you mean `void`?",
    ),
    (
        "int main(void) {\n    itn x = 1;\n    return x + 1;\n}\n",
        &["2:5: unknown type name `itn`"],
        "did you mean `int`?",
    ),
    (
        "int add(int a, flot b) {\n    return a + b;\n}\nint main(void) {\n    return add(1, 2);\n}\n",
        &["1:16: unknown type name `flot`"],
        "did you mean `float`?",
    ),
    (
        "typedef int pthread_mutex_t;\npthread_mutx_t lock;\nint main(void) {\n    return lock;\n}\n",
        &["2:1: unknown type name `pthread_mutx_t`"],
        "did you mean `pthread_mutex_t`?",
    ),
    (
        "int main(void) {\n    int counter = 0;\n    conter = 1;\n    conter++;\n    return counter;\n}\n",
        &["3:5: `conter` undeclared"],
        "did you mean `counter`?",
    ),
    // A header is missing.
    (
        "int main(void) {\n    puts(\"hi\");\n    puts(\"ho\");\n    return 0;\n}\n",
        &["2:5: warning: implicit declaration of function `puts`"],
        "it is declared in a header: add `#include <stdio.h>`",
    ),
    (
        "int main(void) {\n    pthread_t t;\n    return t;\n}\n",
        &["2:5: unknown type name `pthread_t`"],
        "it is declared in a header: add `#include <pthread.h>`",
    ),
    // One thing is meant, and another one written.
    (
        "int main(void) {\n    int x = 1;\n    if (x = 2)\n        return 1;\n    return 0;\n}\n",
        &["3:11: warning: a value is assigned where a condition is expected"],
        "to compare, write `==`",
    ),
    (
        "int add(int a, int b);\nint main(void) {\n    return add(1);\n}\n",
        &["3:12: too few arguments to function `add`"],
        "",
    ),
    (
        "int add(int a, int b);\nint main(void) {\n    return add(1, 2, 3);\n}\n",
        &["3:12: too many arguments to function `add`"],
        "",
    ),
    (
        "int printf(const char *, ...);\nint main(void) {\n    int x = 1;\n    printf(\"%s\\n\", x);\n    return 0;\n}\n",
        &[
            "4:20: warning: format `%s` expects argument of type `char *`, but argument 2 has type `int`",
        ],
        "",
    ),
    (
        "int main(void) {\n    char s[3];\n    s = \"ab\";\n    return s[0];\n}\n",
        &["3:7: assignment to expression with type `char [3]`"],
        "an array is not assigned as a whole: use `strcpy` or `memcpy`",
    ),
    (
        "struct point { int x; };\nint f(struct point *p) {\n    return p.x;\n}\n",
        &["3:13: request for member `x` in something not a structure or union: `struct point *`"],
        "it is a pointer: write `->x`",
    ),
    // Never closed.
    (
        "int puts(const char *);\nint main(void) {\n    puts(\"hello);\n    return 0;\n}\n",
        &["3:10: missing terminating `\"` character"],
        "a string literal ends on the line where it starts",
    ),
    (
        "int main(void) {\n    char c = 'a;\n    return c;\n}\n",
        &["2:14: missing terminating `'` character"],
        "",
    ),
    (
        "int main(void) {\n    /* never closed\n    return 0;\n}\n",
        &["2:5: unterminated comment"],
        "",
    ),
];

#[test]
fn one_message_for_one_typo() {
    for (source, expected, help) in TYPOS {
        let found = read(source).diagnostics;
        assert_eq!(super::messages(source), *expected, "{source}");
        assert_eq!(
            found[0].help.as_deref().unwrap_or_default(),
            *help,
            "{source}"
        );
    }
}

/// Words like keywords that are none: a function of another file, a type that is not known.
#[test]
fn names_close_to_keywords_are_names() {
    let of = |statement: &str| -> Vec<String> {
        super::messages(&format!("int main(void) {{ {statement} return 0; }}"))
    };
    let implicit = |name: &str| {
        [format!(
            "1:18: warning: implicit declaration of function `{name}`"
        )]
    };
    assert_eq!(of("fork(1);"), implicit("fork"));
    assert_eq!(of("fort(1);"), implicit("fort"));
    assert_eq!(of("iff(1) + 2;"), implicit("iff"));
    assert_eq!(of("base x;"), ["1:18: unknown type name `base`"]);
    assert_eq!(of("int elsa = 1; elsa = 2;"), [""; 0]);
}
