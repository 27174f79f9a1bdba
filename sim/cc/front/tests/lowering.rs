//! What expressions and declarations become: exactly one access for each in the source.

use super::accept;
use crate::tree::{BinaryOp, Expr, ExprKind, Function, Stmt, Storage, Unit};
use std::string::String;
use std::vec::Vec;

fn function<'u>(unit: &'u Unit, name: &str) -> &'u Function {
    unit.functions
        .iter()
        .find(|f| unit.symbols[f.symbol.0 as usize].name == name)
        .expect("the test defines it")
}

/// An expression in few letters.
fn show(unit: &Unit, f: &Function, e: &Expr) -> String {
    let s = |e: &Expr| show(unit, f, e);
    match &e.kind {
        ExprKind::Const(bits) => std::format!("{}", *bits as i64),
        ExprKind::Address(symbol, 0) => std::format!("&{}", unit.symbols[symbol.0 as usize].name),
        ExprKind::Address(symbol, n) => {
            std::format!("&{}+{n}", unit.symbols[symbol.0 as usize].name)
        }
        ExprKind::LocalAddress(local, n) => {
            std::format!("&{}+{n}", f.locals[local.0 as usize].name)
        }
        ExprKind::Local(local) => f.locals[local.0 as usize].name.clone(),
        ExprKind::SetLocal(local, value) => {
            std::format!("{}={}", f.locals[local.0 as usize].name, s(value))
        }
        ExprKind::Load { address, .. } => std::format!("[{}]", s(address)),
        ExprKind::Store { address, value, .. } => std::format!("[{}]={}", s(address), s(value)),
        ExprKind::Binary(op, a, b) => {
            let op = match op {
                BinaryOp::Add => "+",
                BinaryOp::Sub => "-",
                BinaryOp::Mul => "*",
                BinaryOp::Shl => "<<",
                BinaryOp::Lt => "<",
                BinaryOp::Ne => "!=",
                _ => "?",
            };
            std::format!("({}{op}{})", s(a), s(b))
        }
        ExprKind::Convert(a) => std::format!("cv({})", s(a)),
        ExprKind::Comma(a, b) => std::format!("({}, {})", s(a), s(b)),
        ExprKind::AtomicRmw { op, address, value } => {
            std::format!("{op:?}({}, {})", s(address), s(value))
        }
        ExprKind::Call { args, .. } => {
            std::format!(
                "call({})",
                args.iter().map(s).collect::<Vec<_>>().join(", ")
            )
        }
        ExprKind::Copy { size, .. } => std::format!("copy {size}"),
        ExprKind::Zero { size, .. } => std::format!("zero {size}"),
        other => std::format!("{other:?}"),
    }
}

/// The expression statements of `void f(void)` with this body, after these declarations.
fn body(declarations: &str, statements: &str) -> Vec<String> {
    let front = accept(&std::format!(
        "{declarations}\nvoid f(void) {{ {statements} }}"
    ));
    let f = function(&front.unit, "f");
    f.body
        .iter()
        .filter_map(|s| match s {
            Stmt::Expr(e) => Some(show(&front.unit, f, e)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_counter_is_a_load_an_add_and_a_store() {
    let expected = ["[&c]=([&c]+1)"; 4];
    assert_eq!(body("int c;", "c++; ++c; c += 1; c = c + 1;"), expected);
    assert_eq!(body("int c;", "int x = c++;"), ["x=(=[&c], ([&c]=(+1), ))"]);
    assert_eq!(
        body("", "int i = 0; i++; i--;"),
        ["i=0", "i=(i+1)", "i=(i-1)"]
    );
    assert_eq!(
        body("struct { int a, b; } *p;", "p->b += 2;"),
        ["(=([&p]+4), []=([]+2))"]
    );
    assert_eq!(
        body("", "int *p = 0; *p += 2; p[1]++;"),
        ["p=0", "[p]=([p]+2)", "[(p+4)]=([(p+4)]+1)"]
    );
}

#[test]
fn atomics_are_single_operations() {
    let expected = ["Add(&c, 1)", "Add(&c, 2)", "Sub(&c, 1)", "Or(&c, 4)"];
    assert_eq!(
        body("_Atomic int c;", "c++; c += 2; --c; c |= 4;"),
        expected
    );
    assert_eq!(body("int *_Atomic p;", "p++;"), ["Add(&p, 4)"]);
    assert_eq!(
        body("int c;", "__atomic_fetch_add(&c, 1, 5);"),
        ["Add(&c, 1)"]
    );
    assert_eq!(body("_Atomic int c;", "c *= 3;"), ["call(&c, 3)"]);
}

#[test]
fn addresses_are_folded_and_access_nothing() {
    assert_eq!(
        body(
            "int a[10], *p, i;",
            "p = &a[3]; p = a + i; i = sizeof *p; p = &*p;"
        ),
        [
            "[&p]=&a+12",
            "[&p]=(&a+(cv([&i])<<2))",
            "[&i]=4",
            "[&p]=[&p]",
        ]
    );
    assert_eq!(
        body(
            "struct { struct { int x, y; } in[2]; } s;",
            "s.in[1].y = 7;"
        ),
        ["[&s+12]=7"]
    );
}

#[test]
fn locals_live_in_registers_unless_their_address_is_taken() {
    let front = accept(
        "int g(int *); int f(int a, int b, int *c) { volatile int v = 1; return g(&a) + b + c[v & b] + g(&c[1]); }",
    );
    let storage: Vec<_> = function(&front.unit, "f")
        .locals
        .iter()
        .map(|l| (l.name.as_str(), l.storage))
        .collect();
    assert_eq!(
        storage,
        [
            ("a", Storage::Frame),
            ("b", Storage::Register),
            ("c", Storage::Register),
            ("v", Storage::Frame),
        ]
    );
}

/// gcc's layout: fields do not cross a boundary of their type, in packed structs they do.
#[test]
fn layout() {
    accept(
        "struct a { char c; int i; short s; long long l; double d; };
         _Static_assert(sizeof(struct a) == 32 && _Alignof(struct a) == 8, \"\");
         struct b { unsigned a:3, b:7; int c:5; unsigned :0; unsigned d:31; _Bool e:1; signed char g:4; };
         _Static_assert(sizeof(struct b) == 12, \"\");
         struct c { char c; int i; } __attribute__((packed));
         _Static_assert(sizeof(struct c) == 5, \"\");
         struct d { char c; int f:24; };
         _Static_assert(sizeof(struct d) == 4, \"\");
         struct e { int n; char rest[]; };
         _Static_assert(sizeof(struct e) == 4 && __builtin_offsetof(struct e, rest[2]) == 6, \"\");
         _Static_assert(sizeof(char[3][4]) == 12 && sizeof(enum { A }) == 4 && sizeof 'a' == 4, \"\");
         _Static_assert(-1 < 0u == 0 && -1L < 0u == 0 && (char)200 < 0 && 5 / -2 == -2 && -5 >> 1 == -3, \"\");
         _Static_assert(1.5f * 2 == 3.0 && (int)-1.9 == -1 && (unsigned char)257 == 1, \"\");",
    );
}

#[test]
fn static_initialisers() {
    let front = accept(
        "struct s { int a; struct { short x, y; } in[2]; char *p; unsigned f:4, g:4; };
         int v; struct s t = { 1, { 2, 3, [1].y = 5 }, &\"abc\"[1], .g = 9 }; int a[] = { [2] = 7, 8, [0] = 1 };
         int r[4] = { [0 ... 2] = 6 }; char name[] = \"ab\"; char *q = (char *)&v + 1;",
    );
    let data = |name: &str| {
        let unit = &front.unit;
        unit.data
            .iter()
            .find(|d| unit.symbols[d.symbol.0 as usize].name == name)
            .expect("defined")
            .clone()
    };
    let t = data("t");
    assert_eq!(
        t.bytes,
        [1, 0, 0, 0, 2, 0, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0x90]
    );
    assert_eq!(
        (t.size, t.relocations[0].offset, t.relocations[0].addend),
        (20, 12, 1)
    );
    assert_eq!((data("a").size, data("a").bytes[8]), (16, 7));
    assert_eq!(data("r").bytes, [6, 0, 0, 0, 6, 0, 0, 0, 6, 0, 0, 0]);
    assert_eq!(data("name").bytes, b"ab\0");
    assert_eq!(data("q").relocations[0].addend, 1);
}

#[test]
fn programs_of_every_kind() {
    for source in [
        "int f(a, b) int a; char b; { return a + b; } int main() { return f(1, 2); }",
        "typedef struct list { struct list *next; } list; list *f(list *l) { return l ? l->next : 0; }",
        "int f(int n) { switch (n) { case 0 ... 3: do { case 7: n--; } while (n); default: ; } return n; }",
        "int (*f(int (*g)(int)))(int) { return g; } int (*(*x[3])(void))[2];",
        "int f(int n, ...) { __builtin_va_list a; __builtin_va_start(a, n); double d = __builtin_va_arg(a, double); __builtin_va_end(a); return d; }",
        "static inline int sq(int x) { return x * x; } int f(void) { goto a; a: return ({ int y = sq(2); y + 1; }); }",
        "struct s { int a[4]; }; struct s g(void); int f(void) { return g().a[2] + (struct s){ 1 }.a[0]; }",
        "_Thread_local int t = 3; int *f(void) { static _Thread_local int u; u++; return &t; }",
        "int f(int x) { return _Generic(x, int: 1, default: \"no\"); } int g(char *p) { return __builtin_strlen(p); }",
        "enum e { A, B = -1, C }; enum e x = C; int f(enum e y) { return y == B; }",
        "void f(void) { for (int i = 0, *p = &i; i < 3; i++, p++) if (*p) continue; else break; }",
        "int x; extern int x; int x = 3; static int y; static int y; int g(void) { extern int x; return x + y; }",
    ] {
        accept(source);
    }
}
