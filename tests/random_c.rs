//! Random C programs do the same here and compiled by the host's gcc.
//!
//! Each program is made of functions over global variables of every integer type, `double`, arrays, a
//! structure with bit-fields, and pointers, and prints a checksum of all of them. What C leaves open is
//! left out: calls stand alone (no order of evaluation to choose), divisors and shift counts are bounded,
//! no NaN is looked at, and gcc is told to wrap (`-fwrapv`) and to compute doubles as doubles (SSE).
//!
//! Not here: optimisation of our own (there is none), syntax (`sim/cc` tests it).

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use crate::command::{scratch, sim};

const PROGRAMS: u64 = 12;
const FUNCTIONS: u64 = 10;

const PROLOGUE: &str = r#"#include <stdio.h>
#include <string.h>
#define DIV(a, b) ((b) == 0 || (b) == -1 ? (a) : (a) / (b))
#define REM(a, b) ((b) == 0 || (b) == -1 ? (b) : (a) % (b))
signed char v0 = -3; unsigned char v1 = 200; short v2 = -30000; unsigned short v3 = 60000;
int v4 = -5; unsigned v5 = 4000000000u; long long v6 = -7000000000; unsigned long long v7 = 12345678901234567u;
_Bool v8 = 1; int *pointer = &v4;
int a0[8] = {1, -2, 3}; unsigned char a1[8] = "random"; long long a2[8] = {1ll << 40, -1}; short a3[8];
struct bits { int a : 5; unsigned b : 11; signed char c; long long d : 37; unsigned short e : 9; } s0 = {1, 2, 3, 4, 5}, s1[8];
double d0 = 0.5, d1 = -3e9, d2 = 1;
static unsigned sum = 1;
static void add(const void *what, int size) { const unsigned char *p = what; while (size-- > 0) sum = sum * 31 + *p++; }
static void add_number(long long n) { add(&n, sizeof n); }
static void add_double(double d) { if (d == d) add(&d, sizeof d); }
"#;

const EPILOGUE: &str = r#"    add_number(v0); add_number(v1); add_number(v2); add_number(v3); add_number(v4); add_number(v5);
    add_number(v6); add_number(v7); add_number(v8); add_number(*pointer);
    add(a0, sizeof a0); add(a1, sizeof a1); add(a2, sizeof a2); add(a3, sizeof a3);
    add_number(s0.a); add_number(s0.b); add_number(s0.c); add_number(s0.d); add_number(s0.e);
    for (int i = 0; i < 8; i++) { add_number(s1[i].a); add_number(s1[i].b); add_number(s1[i].d); }
    add_double(d0); add_double(d1); add_double(d2);
    printf("%08x\n", sum);
    return sum & 0x7f;
}
"#;

const TYPES: [&str; 8] = [
    "signed char",
    "unsigned char",
    "short",
    "unsigned short",
    "int",
    "unsigned",
    "long long",
    "unsigned long long",
];

/// Writes one program, by chance from a seed (xorshift).
struct Writer {
    state: u64,
    text: String,
    /// Functions that may be called: the ones before this.
    functions: u64,
    /// Loop counters around this place: they may be read.
    counters: u64,
    /// Variables of this function that may be read and written.
    locals: u64,
    indent: usize,
}

impl Writer {
    fn new(seed: u64) -> Writer {
        Writer {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            text: PROLOGUE.into(),
            functions: 0,
            counters: 0,
            locals: 0,
            indent: 1,
        }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % n
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let n = self.below(from.len() as u64);
        from[n as usize]
    }

    fn program(mut self) -> String {
        for _ in 0..FUNCTIONS {
            self.function();
        }
        self.text.push_str("int main(void)\n{\n");
        for n in 0..FUNCTIONS {
            let line = format!("    add_number(f{n}({n}, v6));\n");
            self.text.push_str(&line);
        }
        self.text.push_str(EPILOGUE);
        self.text
    }

    fn function(&mut self) {
        let (ret, first, second) = (self.pick(&TYPES), self.pick(&TYPES), self.pick(&TYPES));
        let n = self.functions;
        let head = format!("static {ret} f{n}({first} l0, {second} l1)\n{{\n");
        self.text.push_str(&head);
        self.locals = 2;
        for _ in 0..self.below(3) {
            let (ty, n, value) = (self.pick(&TYPES), self.locals, self.integer(2));
            self.line(&format!("{ty} l{n} = {value};"));
            self.locals += 1;
        }
        for _ in 0..4 + self.below(5) {
            self.statement(3);
        }
        let value = self.integer(3);
        self.line(&format!("return {value};"));
        self.text.push_str("}\n");
        self.functions += 1;
    }

    fn line(&mut self, text: &str) {
        let width = 4 * self.indent;
        writeln!(self.text, "{:width$}{text}", "").expect("a string takes everything");
    }

    fn block(&mut self, depth: u64) {
        self.indent += 1;
        for _ in 0..1 + self.below(3) {
            self.statement(depth);
        }
        self.indent -= 1;
    }

    fn statement(&mut self, depth: u64) {
        match self.below(if depth == 0 { 6 } else { 10 }) {
            0..=2 => {
                let (to, value) = (self.object(), self.integer(3));
                let op = self.pick(&["=", "=", "=", "+=", "-=", "*=", "&=", "|=", "^="]);
                self.line(&format!("{to} {op} {value};"));
            }
            3 => {
                let (to, op) = (self.object(), self.pick(&["++", "--"]));
                self.line(&format!("{to}{op};"));
            }
            4 => {
                let (to, value) = (self.below(3), self.floating(2));
                self.line(&format!("d{to} = {value};"));
            }
            5 => self.special(),
            6 | 7 => {
                let condition = self.integer(2);
                self.line(&format!("if ({condition}) {{"));
                self.block(depth - 1);
                if self.below(2) == 0 {
                    self.line("} else {");
                    self.block(depth - 1);
                }
                self.line("}");
            }
            8 => {
                let (n, rounds) = (self.counters, 1 + self.below(5));
                self.line(&format!("for (int i{n} = 0; i{n} < {rounds}; i{n}++) {{"));
                self.counters += 1;
                self.block(depth - 1);
                if self.below(3) == 0 {
                    let (condition, jump) = (self.integer(1), self.pick(&["break", "continue"]));
                    self.line(&format!("    if ({condition}) {jump};"));
                }
                self.counters -= 1;
                self.line("}");
            }
            _ => self.switch(depth - 1),
        }
    }

    fn switch(&mut self, depth: u64) {
        let value = self.integer(2);
        self.line(&format!("switch (({value}) & 7) {{"));
        for case in 0..1 + self.below(7) {
            self.line(&format!("case {case}:"));
            self.block(depth);
            if self.below(3) > 0 {
                self.line("    break;");
            }
        }
        self.line("default:");
        self.block(depth);
        self.line("}");
    }

    /// A call, a copy of a structure, another target for the pointer.
    fn special(&mut self) {
        let index = self.index();
        match self.below(4) {
            0 => self.line(&format!("s1[{index}] = s0;")),
            1 => self.line(&format!("pointer = &a0[{index}];")),
            2 => {
                let call = format!("memcpy(a1, &a0[{index} & 6], 8);");
                self.line(&call);
            }
            _ if self.functions > 0 => {
                // The target is no memory that the function might change the place of.
                let (to, f) = (self.below(9), self.below(self.functions));
                let (first, second) = (self.integer(2), self.integer(2));
                self.line(&format!("v{to} = f{f}({first}, {second});"));
            }
            _ => self.line("pointer = &v4;"),
        }
    }

    fn index(&mut self) -> String {
        let value = self.integer(1);
        format!("({value}) & 7")
    }

    /// Something to assign to.
    fn object(&mut self) -> String {
        match self.below(6) {
            0 | 1 => format!("v{}", self.below(8)),
            2 => {
                let (array, index) = (self.below(4), self.index());
                format!("a{array}[{index}]")
            }
            3 => format!("s0.{}", self.pick(&["a", "b", "c", "d", "e"])),
            4 if self.below(2) == 0 => "(*pointer)".into(),
            4 => {
                let (index, member) = (self.index(), self.pick(&["a", "b", "c", "d", "e"]));
                format!("s1[{index}].{member}")
            }
            _ => format!("l{}", self.below(self.locals)),
        }
    }

    /// An expression of integer type, without side effects.
    fn integer(&mut self, depth: u64) -> String {
        if depth == 0 || self.below(5) == 0 {
            return self.leaf();
        }
        let (a, b) = (self.integer(depth - 1), self.integer(depth - 1));
        match self.below(16) {
            0..=4 => {
                let op = self.pick(&["+", "-", "*", "&", "|", "^"]);
                format!("({a} {op} {b})")
            }
            5 => {
                let op = self.pick(&["<<", ">>"]);
                format!("({a} {op} ({b} & 15))")
            }
            6 => {
                let what = self.pick(&["DIV", "REM"]);
                format!("{what}({a}, {b})")
            }
            7 | 8 => {
                let op = self.pick(&["<", ">", "<=", ">=", "==", "!=", "&&", "||"]);
                format!("({a} {op} {b})")
            }
            9 => {
                let op = self.pick(&["-", "~", "!"]);
                format!("({op}{a})")
            }
            10 | 11 => {
                let ty = self.pick(&TYPES);
                format!("(({ty}){a})")
            }
            12 => {
                let c = self.integer(depth - 1);
                format!("({c} ? {a} : {b})")
            }
            13 => format!("(d{} < {a})", self.below(3)),
            _ => self.object(),
        }
    }

    fn leaf(&mut self) -> String {
        match self.below(8) {
            0 => format!("{}", self.below(100)),
            1 => format!("(-{})", 1 + self.below(70000)),
            2 => format!("{}u", self.below(1 << 32)),
            3 => format!("{:#x}ll", self.below(1 << 53)),
            4 if self.counters > 0 => format!("i{}", self.below(self.counters)),
            5 => format!("v{}", self.below(9)),
            _ => format!("l{}", self.below(self.locals)),
        }
    }

    fn floating(&mut self, depth: u64) -> String {
        if depth == 0 {
            return match self.below(3) {
                0 => format!("{}.{}", self.below(1000), self.below(100)),
                1 => format!("d{}", self.below(3)),
                _ => format!("(double){}", self.leaf()),
            };
        }
        let (a, b) = (self.floating(depth - 1), self.floating(depth - 1));
        match self.below(6) {
            0 => format!("(float)({a} + {b})"),
            1 => format!("({} > {a} ? {a} : {b})", self.floating(0)),
            _ => format!("({a} {} {b})", self.pick(&["+", "-", "*", "/"])),
        }
    }
}

/// `None` if there is no gcc for 32 bits.
fn native(folder: &Path, source: &Path) -> Option<(String, Option<i32>)> {
    let binary = folder.join("native");
    let mut gcc = Command::new("gcc");
    gcc.args(["-m32", "-malign-double", "-msse2", "-mfpmath=sse"])
        .args(["-fwrapv", "-fno-strict-aliasing", "-w", "-o"]);
    let built = gcc.arg(&binary).arg(source).output().ok()?;
    if !built.status.success() {
        return None;
    }
    let output = Command::new(&binary).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some((text, output.status.code()))
}

#[test]
fn random_programs_do_what_gcc_makes_them_do() {
    let folder = scratch("random_c");
    let source = folder.join("program.c");
    std::fs::write(
        &source,
        "#include <stdio.h>\nint main(void) { return 0; }\n",
    )
    .expect("written");
    if native(&folder, &source).is_none() {
        eprintln!("NOT TESTED: there is no gcc with -m32 (gcc-multilib) on this machine");
        return;
    }
    for seed in 0..PROGRAMS {
        let program = Writer::new(seed).program();
        std::fs::write(&source, &program).expect("the folder can be written");
        let there = native(&folder, &source).expect("gcc takes what the generator writes");
        let arguments = ["run", "program.c", "--trace", "none", "--format", "json"];
        let output = sim(&folder, &arguments);
        let here: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        let text = here["stdout"].as_str().expect("text").to_string();
        let exit = here["processes"][0]["exit"].as_i64().map(|n| n as i32);
        assert_eq!((text, exit), there, "seed {seed}:\n{program}");
    }
}
