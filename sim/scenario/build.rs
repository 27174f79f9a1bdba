//! Compiles the C library, once, when `sim` itself is built: a program that prints something needs 500 KB
//! of its headers and sources, and would wait for that longer than for everything else.

extern crate alloc;

#[path = "precompiled.rs"]
mod precompiled;

use std::path::Path;

use precompiled::Precompiled;
use sim_cc::tree::{Symbol, Unit};
use sim_cc::{Files, Options};
use sim_libc::{HEADERS, INCLUDE, ROOT, SOURCES};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=precompiled.rs");
    let mut files = Files::new();
    for (path, text) in HEADERS {
        files.insert(format!("{INCLUDE}/{path}"), text.as_bytes().into());
    }
    for (path, text) in SOURCES {
        files.insert(format!("{ROOT}{path}"), text.as_bytes().into());
    }
    let compiled = SOURCES.iter().map(|(path, _)| compile(&files, path));
    let units: Vec<(&str, Unit, Vec<u8>)> = compiled.collect();
    let table: Vec<Precompiled> = units.iter().map(|(p, u, b)| describe(p, u, b)).collect();
    let bytes = postcard::to_allocvec(&table).expect("a table in memory can be written");
    let folder = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&folder).join("library.bin"), bytes).expect("cargo made the folder");
}

fn compile<'a>(files: &Files, path: &'a str) -> (&'a str, Unit, Vec<u8>) {
    let options = Options {
        system_include: INCLUDE.into(),
        ..Options::default()
    };
    let front = sim_cc::front(files, &format!("{ROOT}{path}"), &options);
    assert!(front.diagnostics.is_empty(), "{:#?}", front.diagnostics);
    let bytes = postcard::to_allocvec(&front.unit).expect("a tree in memory can be written");
    (path, front.unit, bytes)
}

fn describe<'a>(path: &'a str, unit: &'a Unit, bytes: &'a [u8]) -> Precompiled<'a> {
    let functions = unit.functions.iter().map(|f| f.symbol);
    let defined = functions.chain(unit.data.iter().map(|d| d.symbol));
    let defined = defined.map(|id| &unit.symbols[id.0 as usize]);
    Precompiled {
        path,
        defines: names(defined),
        mentions: names(unit.symbols.iter()),
        unit: bytes,
    }
}

fn names<'a>(symbols: impl Iterator<Item = &'a Symbol>) -> Vec<&'a str> {
    let external = symbols.filter(|s| s.external);
    external.map(|s| s.name.as_str()).collect()
}
