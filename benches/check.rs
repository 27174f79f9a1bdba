//! Searches, from C source to verdict: the time of the whole and, as throughput, transitions a second.
//!
//! The programs are those whose states and traces are counted by hand in `tests/check.rs`. Each is searched
//! by the strategies that suit it; `states, unreduced` leaves out the sleep sets. `compile` is the part
//! of it that is no search.

#![allow(missing_docs)] // `criterion_group!` writes a public function.

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_abi::check::CheckRecord;
use sim_explore::check::{Options, StrategyKind, check};
use sim_scenario::Scenario;

/// A program of `tests/check/` and its numbers.
struct Program {
    file: &'static str,
    n: u32,
    k: u32,
}

impl Program {
    fn compile(&self) -> Scenario {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check");
        let source = std::fs::read(folder.join(self.file)).expect("the program can be read");
        let define = |name: &str, value: u32| (name.to_string(), value.to_string());
        let options = sim_scenario::Options {
            defines: vec![define("N", self.n), define("K", self.k)],
            ..Default::default()
        };
        let files = [(self.file.to_string(), source)].into();
        sim_scenario::program(&[self.file], &[], &files, &options).expect("the program is right")
    }

    fn check(&self, options: &Options) -> CheckRecord {
        check(&self.compile().config, options, &mut |_| true)
    }
}

fn searches(criterion: &mut Criterion) {
    let states = Options::default();
    let unreduced = Options {
        reduction: false,
        ..Options::default()
    };
    let dpor = Options {
        strategy: StrategyKind::Dpor,
        ..Options::default()
    };
    let program = |file, n, k| Program { file, n, k };
    for (name, program, strategies) in [
        (
            "7 philosophers",
            program("philosophers.c", 7, 1),
            vec![
                ("states", &states),
                ("states, unreduced", &unreduced),
                ("dpor", &dpor),
            ],
        ),
        (
            "2 producers, 2 consumers",
            program("buffer.c", 2, 2),
            vec![("states", &states), ("states, unreduced", &unreduced)],
        ),
        (
            "lastzero(10)",
            program("lastzero.c", 10, 1),
            vec![("dpor", &dpor)],
        ),
        (
            "3 threads, 2 increments",
            program("increments.c", 3, 2),
            vec![("states", &states), ("dpor", &dpor)],
        ),
    ] {
        let mut group = criterion.benchmark_group(format!("check/{name}"));
        group.sample_size(10);
        group.bench_function("compile", |b| b.iter(|| program.compile()));
        for (strategy, options) in strategies {
            let record = program.check(options);
            assert!(record.complete, "{name} is searched to the end");
            group.throughput(Throughput::Elements(record.transitions));
            group.bench_function(strategy, |b| b.iter(|| program.check(options)));
        }
        group.finish();
    }
}

criterion_group!(benches, searches);
criterion_main!(benches);
