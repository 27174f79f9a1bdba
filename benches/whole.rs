//! The whole computer: kernel, timer and machine together, with and without who listens.
//!
//!   * `run/…`   a program of one thread, of two on one core and of four on four: instructions a second, with
//!     nobody listening, with the detectors (of races too, from two threads on) and with the trace of the
//!     kernel's events;
//!   * `switches` two threads that share a core and change places every hundred ticks, up to the report: with
//!     findings alone, and with a trace of 250,000 lines;
//!   * `command` all of `sim run scenarios/deadlock.toml` but the process itself;
//!   * `world`   what a branch of a search costs: copy and step, save, step and go back, fingerprint.

#![allow(missing_docs)] // `criterion_group!` writes a public function.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_abi::{Choice, Location, MemoryAccess, Tick};
use sim_explore::run::{Options, TraceLevel};
use sim_kernel::{Config, Mode, Visibility, World};
use sim_report::{Heading, Part};
use sim_scenario::Scenario;

/// Works on memory of its own, in as many threads as it is told.
const WORK: &str = r"
#include <pthread.h>
#include <stdlib.h>

static void *work(void *unused) {
    unsigned table[256];
    for (int i = 0; i < 256; i++) table[i] = i;
    for (int round = 0; round < 100; round++)
        for (int i = 1; i < 256; i++) table[i] = table[i - 1] * 31 + (table[i] ^ round);
    return (void *)table[255];
}

int main(int argc, char **argv) {
    pthread_t threads[4];
    int more = atoi(argv[1]) - 1;
    for (int i = 0; i < more; i++) pthread_create(&threads[i], NULL, work, NULL);
    work(NULL);
    for (int i = 0; i < more; i++) pthread_join(threads[i], NULL);
    return 0;
}
";

fn compile(name: &str, source: &[u8], args: &[String]) -> Scenario {
    let files = [(name.to_string(), source.to_vec())].into();
    sim_scenario::program(&[name], args, &files, &sim_scenario::Options::default())
        .expect("the benchmark's program is right")
}

fn work(threads: u16, cores: u16) -> Config {
    let mut config = compile("work.c", WORK.as_bytes(), &[threads.to_string()]).config;
    config.cores = cores;
    config
}

/// To the end, with nobody listening; how many instructions.
fn plain(config: &Arc<Config>) -> u64 {
    let mut world = World::boot(config, Mode::Clock);
    while world.tick(&mut (), Tick(u64::MAX)).is_none() {}
    world.instructions()
}

fn runs(criterion: &mut Criterion) {
    for (name, threads, cores) in [
        ("1 thread", 1, 1),
        ("2 threads, 1 core", 2, 1),
        ("4 threads, 4 cores", 4, 4),
    ] {
        let config = Arc::new(work(threads, cores));
        let mut group = criterion.benchmark_group(format!("run/{name}"));
        group.throughput(Throughput::Elements(plain(&config)));
        group.bench_function("nobody listens", |b| b.iter(|| plain(&config)));
        for (name, trace) in [
            ("detectors", TraceLevel::None),
            ("detectors and events", TraceLevel::Events),
        ] {
            group.bench_function(name, |b| {
                b.iter(|| {
                    sim_explore::run::run(
                        &config,
                        &Options {
                            trace,
                            timeline: false,
                        },
                    )
                })
            });
        }
        group.finish();
    }
}

/// Computes in two threads: of a trace that long, nothing is left out.
const SWITCHES: &str = r"
#include <pthread.h>

static void *work(void *unused) {
    unsigned x = 1;
    for (int i = 0; i < 890000; i++) x = x * 31 + i;
    return (void *)x;
}

int main(void) {
    pthread_t a, b;
    pthread_create(&a, NULL, work, NULL);
    pthread_create(&b, NULL, work, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return 0;
}
";

/// Takes a report, and counts its bytes.
struct Reader(usize);

impl Write for Reader {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// Runs and reports; the length of the report.
fn report(config: &Config, trace: TraceLevel) -> usize {
    let asked = Options {
        trace,
        ..Options::default()
    };
    let record = sim_explore::run::run(config, &asked);
    let mut reader = Reader(0);
    let heading = Heading::default();
    let plain = sim_report::Style::PLAIN;
    sim_report::write(&Part::ALL, &heading, &record, &|_| None, plain, &mut reader)
        .expect("the reader takes all");
    reader.0
}

fn switches(criterion: &mut Criterion) {
    let config = compile("switches.c", SWITCHES.as_bytes(), &[]).config;
    let mut group = criterion.benchmark_group("switches");
    group.sample_size(20);
    for (name, trace) in [
        ("findings", TraceLevel::None),
        ("findings and trace", TraceLevel::Events),
    ] {
        group.bench_function(name, |b| b.iter(|| report(&config, trace)));
    }
    group.finish();
}

/// The text of a file in `scenarios/`.
fn scenario_file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(name);
    std::fs::read(path).expect("the scenario can be read")
}

fn deadlock() -> Scenario {
    let document = sim_scenario::parse("deadlock.toml", &scenario_file("deadlock.toml"))
        .expect("the scenario is right");
    let files = [("deadlock.c".to_string(), scenario_file("deadlock.c"))].into();
    sim_scenario::build(&document, &files, &sim_scenario::Options::default())
        .expect("its program is right")
}

fn command(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("command");
    group.bench_function("compile deadlock.c", |b| b.iter(deadlock));
    group.bench_function("run deadlock.toml", |b| {
        b.iter(|| sim_explore::run::run(&deadlock().config, &Options::default()))
    });
    group.finish();
}

/// Every access is an operation of its own.
struct Everything;

impl Visibility for Everything {
    fn visible(&mut self, _: &MemoryAccess) -> bool {
        true
    }

    fn is_shared_within(&self, _: Location, _: u32) -> bool {
        true
    }
}

fn go(world: &mut World, choice: Choice) {
    let went = world.step(choice, &mut Everything, &mut ());
    went.expect("an enabled choice is possible");
}

fn world(criterion: &mut Criterion) {
    let config = deadlock().config.for_choices();
    let mut world = World::boot(&config, Mode::Choices);
    world.settle(&mut Everything, &mut ());
    let mut enabled = Vec::new();
    // Into the middle, where all three threads live.
    for _ in 0..12 {
        world.enabled(&mut enabled);
        let choice = enabled.last().expect("somebody can go on").choice;
        go(&mut world, choice);
    }
    world.enabled(&mut enabled);
    let choice = enabled[0].choice;
    let mut group = criterion.benchmark_group("world");
    group.bench_function("clone", |b| b.iter(|| world.clone()));
    group.bench_function("clone and step", |b| {
        b.iter(|| {
            let mut copy = world.clone();
            go(&mut copy, choice);
            copy
        })
    });
    group.bench_function("save, step, fingerprint, restore", |b| {
        b.iter(|| {
            let saved = world.save();
            go(&mut world, choice);
            let fingerprint = world.fingerprint();
            world.restore(&saved);
            fingerprint
        })
    });
    group.finish();
}

criterion_group!(benches, runs, switches, command, world);
criterion_main!(benches);
