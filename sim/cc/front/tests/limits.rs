//! No input panics, overflows the stack or takes for ever.

use super::{messages, read};
use std::string::String;
use std::vec::Vec;

/// What a test thread has, as a floor for every caller.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(test)
        .expect("a thread");
    thread.join().expect("no panic, no overflow");
}

#[test]
fn nesting_is_bounded() {
    on_a_small_stack(|| {
        let deep = |open: &str, close: &str, n: usize| {
            std::format!("{}1{}", open.repeat(n), close.repeat(n))
        };
        for n in [150, 100_000] {
            for source in [
                std::format!("int x = {};", deep("(", ")", n)),
                std::format!("int x = {};", deep("-", "", n)),
                std::format!("int x = {};", deep("- - ~!", "", n)),
                std::format!("int x = {};", deep("(int)", "", n)),
                std::format!("int x = {};", deep("1 ? 1 : ", "", n)),
                std::format!("int x = {};", deep("sizeof ", "", n)),
                std::format!("int x = {};", deep("{", "}", n)),
                std::format!("int y; int f(void) {{ return {}; }}", deep("y = ", "", n)),
                std::format!("int y[9]; int f(void) {{ return {}; }}", deep("y[", "]", n)),
                std::format!("int f(int x) {{ return {}; }}", deep("f(", ")", n)),
                std::format!("void f(void) {{ {}; {} }}", "{".repeat(n), "}".repeat(n)),
                std::format!("void f(int x) {{ {}; }}", "if (x) ".repeat(n)),
                std::format!(
                    "void f(int x) {{ {}; }}",
                    "while (x) for (;;) do ".repeat(n)
                ),
                std::format!("void f(int x) {{ {}; }}", "if (x) ; else ".repeat(n)),
                std::format!("int {}x{};", "(".repeat(n), ")".repeat(n)),
                std::format!("int {}x;", "*".repeat(n)),
                std::format!("int x{};", "[1]".repeat(n)),
                std::format!("int x{};", "(int (*".repeat(n)),
                std::format!("{} int x; {}", "struct {".repeat(n), "};".repeat(n)),
                std::format!("#if {}\n#endif\n", deep("(", ")", n)),
                std::format!("#if {}\n#endif\n", deep("1 ? ", " : 2", n)),
                std::format!("#if {}\n#endif\n", deep("!", "", n)),
                "#if 1\n".repeat(n),
                std::format!("#define f(x) x\nint y = {};", deep("f(", ")", n)),
            ] {
                let _ = read(source);
            }
        }
    });
}

#[test]
fn long_chains_are_bounded() {
    on_a_small_stack(|| {
        let chain = |part: &str, n: usize| part.repeat(n);
        for n in [500, 100_000] {
            let _ = read(std::format!(
                "int y; int f(void) {{ return 1{}; }}",
                chain(" + y", n)
            ));
            let _ = read(std::format!(
                "int y; int f(void) {{ return 1{}; }}",
                chain(", y", n)
            ));
            let _ = read(std::format!(
                "int y; int f(void) {{ return y{}; }}",
                chain(" && y", n)
            ));
            let _ = read(std::format!(
                "struct s {{ struct s *n; }} s; void *f(void) {{ return s.n{}; }}",
                chain("->n", n)
            ));
            let _ = read(std::format!(
                "int y; void f(void) {{ {} ; }}",
                chain("if (y) y++; else ", n)
            ));
            let _ = read(std::format!(
                "int f(int y) {{ switch (y) {{ {} ; }} }}",
                chain("default: a: ", n)
            ));
            let _ = read(std::format!(
                "void f(void) {{ int a[] = {{ {} }}; }}",
                chain("a[0], ", n)
            ));
            let _ = read(std::format!("char *s = {};", chain("\"abc\" ", n)));
        }
        assert_eq!(
            messages(&std::format!("int y, z = 1{};", " + 1".repeat(700))),
            [] as [&str; 0]
        );
    });
}

#[test]
fn huge_things_are_refused() {
    let say = |source: &str| messages(source).first().cloned().unwrap_or_default();
    assert_eq!(say("int a[1 << 28];"), "");
    assert_eq!(say("int a[1 << 30];"), "1:6: the object is too large");
    assert_eq!(
        say("int a[1 << 28] = { [(1 << 28) - 1] = 1 };"),
        "1:38: the initializer is too large"
    );
    assert_eq!(
        say("int a[1 << 28] = { [0 ... (1 << 28) - 1] = 1 };"),
        "1:44: the initializer is too large"
    );
    let doubling: String = (0..60)
        .map(|i| std::format!("#define a{} a{i} a{i}\n", i + 1))
        .collect();
    assert_eq!(
        say(&std::format!("{doubling}int a60;")),
        "61:5: macro expansion gives too many tokens"
    );
    let cases: String = (0..70_000).map(|n| std::format!("case {n}:\n")).collect();
    assert_eq!(
        say(&std::format!(
            "void f(int x) {{ switch (x) {{\n{cases}}} }}"
        )),
        "65539:6: too many cases in a switch"
    );
}

/// A small deterministic generator: the tests must not differ between runs.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

const PROGRAM: &str = r#"
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define LOG(fmt, ...) print(fmt, ##__VA_ARGS__)
#if defined(MAX) && 1 + 1 == 2
int print(const char *, ...);
#endif
typedef struct node { struct node *next; union { int i; float f; }; unsigned bits : 5, : 0, more : 9; } node;
static node list = { .i = 3, .bits = 1 }, *head = &list, many[] = { [1 ... 3] = { &list, { 4 } } };
_Atomic int counter; _Thread_local long long wide = 1LL << 40; enum e { A, B = -5 } e;
int f(int n, ...) { __builtin_va_list ap; __builtin_va_start(ap, n); int s = __builtin_va_arg(ap, int); return s; }
double g(double x) { static const double t[] = { 1, 2.5e3, 0x1p-3 }; return x * t[1] - (float)x / 3; }
int main(int argc, char **argv) {
  for (int i = 0, *p = &i; i < 10; i++, ++*p) { if (i & 1) continue; counter += i; wide <<= 2; }
  switch (argc) { case 0 ... 3: case 'x': goto out; default: do counter--; while (counter > 0); }
  node n = *head, *q = &(node){ .f = 1.5 }; n.more ^= q->bits++; (void)sizeof(int[3]);
out: LOG("%s %d\n" "x", argv[0], MAX(argc, n.i)); return _Generic(n.f, float: f(1, 2), default: 0) ? : !e;
}
"#;

#[test]
fn the_program_of_the_fuzzer_is_right() {
    super::accept(PROGRAM);
}

#[test]
fn truncated_programs() {
    on_a_small_stack(|| {
        for end in 0..PROGRAM.len() {
            let _ = read(&PROGRAM.as_bytes()[..end]);
        }
    });
}

/// Tokens of the program left out, doubled, swapped and replaced by others.
#[test]
fn mutated_programs() {
    on_a_small_stack(|| {
        let words: Vec<&str> = PROGRAM
            .split_inclusive([' ', ';', '(', ')', '\n', ',', '.', '[', '{'])
            .collect();
        let mut random = Random(1);
        for _ in 0..1000 {
            let mut mutant = words.clone();
            for _ in 0..1 + random.below(4) {
                let (at, other) = (random.below(mutant.len()), random.below(words.len()));
                match random.below(4) {
                    0 => drop(mutant.remove(at)),
                    1 => mutant.insert(at, words[other]),
                    2 => mutant[at] = words[other],
                    _ => mutant.swap(at, other.min(words.len() - 5).min(at)),
                }
            }
            let _ = read(mutant.concat());
        }
    });
}

#[test]
fn token_soup() {
    on_a_small_stack(|| {
        let tokens = [
            "int ",
            "x ",
            "y ",
            "f ",
            "* ",
            "( ",
            ") ",
            "{ ",
            "} ",
            "[ ",
            "] ",
            "; ",
            ", ",
            "= ",
            "+ ",
            "++ ",
            "1 ",
            "\"s\" ",
            "'c' ",
            "struct ",
            "s ",
            "union ",
            "enum ",
            ". ",
            "-> ",
            "& ",
            "&& ",
            "? ",
            ": ",
            "if ",
            "else ",
            "for ",
            "while ",
            "do ",
            "switch ",
            "case ",
            "default ",
            "return ",
            "goto ",
            "break ",
            "sizeof ",
            "typedef ",
            "static ",
            "extern ",
            "const ",
            "_Atomic ",
            "double ",
            "char ",
            "long ",
            "void ",
            "... ",
            "1.5 ",
            "\n#define x ",
            "\n#define f(x) x ",
            "## ",
            "# ",
            "\n#if ",
            "\n#else\n",
            "\n#endif\n",
            "\n#undef x\n",
            "_Generic ",
            "__attribute__((packed)) ",
            "__builtin_va_arg ",
            "\\",
            "'",
            "\"",
            "/*",
            "@",
            "\u{e9}",
            "0x",
            "__VA_ARGS__ ",
            "defined ",
            "_Static_assert ",
            "_Alignas ",
            "typeof ",
            "inline ",
            "_Thread_local ",
        ];
        let mut random = Random(7);
        for _ in 0..4_000 {
            let count = 1 + random.below(40);
            let soup: String = (0..count)
                .map(|_| tokens[random.below(tokens.len())])
                .collect();
            let _ = read(&soup);
            let _ = read(std::format!(
                "int x, y; struct s {{ int x; }} s; void f(void) {{ {soup}"
            ));
        }
    });
}

#[test]
fn any_bytes() {
    let mut random = Random(3);
    for _ in 0..2000 {
        let bytes: Vec<u8> = (0..random.below(200))
            .map(|_| random.below(256) as u8)
            .collect();
        let _ = read(bytes);
    }
}

#[test]
fn at_most_fifty_errors() {
    let errors = messages(&"int f(void) { return nothing; }\n".repeat(200));
    assert_eq!(errors.len(), 50);
}
