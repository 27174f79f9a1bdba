//! Names, sections, tables, diagnostics.

use super::build::{call, constant, data, function, load, returns, symbol, user};
use super::machine::execute;
use crate::back::symbols::display_name;
use crate::back::{LinkInput, link, write_elf};
use crate::tree::*;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use sim_abi::Diagnostic;

const INT: Ty = Ty::Scalar(Scalar::I32);

/// A unit that defines each name as a function returning a number.
fn unit(file: &str, functions: &[(&str, i64)]) -> Unit {
    let symbols = functions
        .iter()
        .map(|(name, _)| symbol(name, SymbolKind::Function));
    let numbered = functions.iter().enumerate();
    let functions = numbered.map(|(n, (_, value))| {
        let body = vec![returns(constant(*value, Scalar::I32))];
        function(SymbolId(n as u32), INT, body)
    });
    Unit {
        files: vec![file.into()],
        symbols: symbols.collect(),
        functions: functions.collect(),
        data: Vec::new(),
    }
}

/// `main` calls one function by name.
fn caller(name: &str) -> Unit {
    let mut unit = unit("main.c", &[("main", 0)]);
    unit.symbols.push(symbol(name, SymbolKind::Function));
    unit.functions[0].body = vec![returns(call(SymbolId(1)))];
    unit
}

fn library(unit: &Unit) -> LinkInput<'_> {
    LinkInput {
        unit,
        library: true,
    }
}

fn messages(result: Result<sim_abi::Image, Vec<Diagnostic>>) -> Vec<String> {
    let errors = result.expect_err("the program is wrong");
    errors.into_iter().map(|e| e.message).collect()
}

#[test]
fn what_is_missing_is_said() {
    let undefined = messages(link(&[user(&caller("nowhere"))]));
    assert_eq!(undefined, ["`nowhere` is used but nowhere defined"]);
    let no_main = messages(link(&[user(&unit("a.c", &[("f", 1)]))]));
    assert_eq!(no_main, ["the program has no function `main`"]);
}

#[test]
fn what_is_there_twice_is_said() {
    let (a, b) = (
        unit("a.c", &[("main", 1), ("f", 1)]),
        unit("b.c", &[("f", 2)]),
    );
    let errors = messages(link(&[user(&a), user(&b)]));
    assert_eq!(errors, ["`f` is defined twice"]);
}

/// R2 and R3: the user's `f` for the user, the library's for the library.
#[test]
fn a_program_may_replace_a_function_for_itself_only() {
    let mut main = caller("entry");
    main.symbols.push(symbol("f", SymbolKind::Function));
    main.functions.push(function(
        SymbolId(2),
        INT,
        vec![returns(constant(1, Scalar::I32))],
    ));
    let mut libc = unit("libc.c", &[("entry", 0), ("f", 2), ("unused", 3)]);
    libc.functions[0].body = vec![returns(call(SymbolId(1)))];
    let image = link(&[user(&main), library(&libc)]).expect("the program is complete");
    assert_eq!(execute(&image).status, 2);
    let named = |name: &str| image.functions.iter().filter(|f| f.name == name).count();
    assert_eq!((named("f"), named("entry"), named("unused")), (2, 1, 0));
    let entry = image.functions.iter().find(|f| f.name == "entry");
    let entry = entry.expect("entry is linked");
    assert!(entry.library && image.library_text.contains(&entry.start));
}

/// Thread-locals: offsets from `tp`, initial bytes in `tls`, the first block in `.data`.
#[test]
fn thread_locals_have_a_block() {
    for size in [8, 5000] {
        let mut unit = unit("tls.c", &[("main", 0)]);
        unit.symbols.push(symbol("first", SymbolKind::ThreadLocal));
        unit.symbols.push(symbol("second", SymbolKind::ThreadLocal));
        unit.data = vec![
            data(SymbolId(1), size, &[1]),
            data(SymbolId(2), 8, &[0, 0, 0, 0, 42]),
        ];
        unit.functions[0].body = vec![returns(load(SymbolId(2), 4))];
        let image = link(&[user(&unit)]).expect("the program is complete");
        assert_eq!(execute(&image).status, 42);
        assert_eq!(image.tls.size, size + 8);
        assert_eq!(
            image.symbol("second").expect("it has a symbol").address,
            size
        );
    }
}

#[test]
fn names_as_the_source_has_them() {
    assert_eq!(display_name("counter").as_deref(), Some("counter"));
    assert_eq!(display_name("main.count").as_deref(), Some("main::count"));
    assert_eq!(display_name("main.count.2").as_deref(), Some("main::count"));
    assert_eq!(display_name(".str3"), None);
}

/// The image's tables: functions and lines in order, segments apart.
#[test]
fn tables_are_sorted() {
    let unit = unit("a.c", &[("main", 1), ("f", 2), ("g", 3)]);
    let image = link(&[user(&unit)]).expect("the program is complete");
    assert!(image.functions.is_sorted_by_key(|f| f.start));
    assert!(image.lines.is_sorted_by_key(|l| l.address));
    assert!(image.symbols.is_sorted_by_key(|s| s.address));
    assert!(image.segments.is_sorted_by_key(|s| s.address));
    assert_eq!(
        image.function_at(image.entry).map(|f| f.name.as_str()),
        Some("_start")
    );
}

/// The machine's loader reads the ELF file back.
#[test]
fn an_elf_file_is_the_same_program() {
    let mut unit = caller("main");
    unit.functions[0].body = vec![returns(load(SymbolId(2), 0))];
    unit.symbols.push(symbol("object", SymbolKind::Object));
    unit.data = vec![data(SymbolId(2), 100, &[7])];
    let image = link(&[user(&unit)]).expect("the program is complete");
    let loaded = sim_machine::load_elf(&write_elf(&image)).expect("a valid file");
    assert_eq!(loaded.entry, image.entry);
    assert_eq!(execute(&loaded).status, 7);
}
