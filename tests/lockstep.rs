//! Cores in lockstep, the fast road and the slow one. While no core needs the kernel, several cores run on
//! copies of their registers (`sim/kernel/lockstep.rs`); who wants to see the world after each instruction
//! makes it go tick by tick. Both must be the same run: every event at the same tick and every access
//! in the same order, the same accounts, the same timeline.

use std::sync::Arc;

use sim_abi::trace::Trace;
use sim_abi::{CoreId, Event, EventKind, MemoryAccess, Tick};
use sim_explore::run::{Options, TraceLevel, run};
use sim_kernel::{Body, Config, Mode, Observer, World};

/// Three threads that compute, lock, share memory and are preempted; the fourth is `main`. `END` is what
/// `main` does after `DELAY` rounds, while the others still run.
const PROGRAM: &str = r"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
volatile int shared, turns, plain[4];
void *work(void *number) {
    for (int i = 0; i < 60; i++) {
        plain[(int)number] += i * (int)number;
        pthread_mutex_lock(&lock);
        shared += plain[(int)number];
        pthread_mutex_unlock(&lock);
        __sync_fetch_and_add(&turns, 1);
        LAST
    }
    return 0;
}
int main(void) {
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], 0, work, (void *)(i + 1));
    for (int i = 0; i < DELAY; i++)
        plain[0] += i;
    END
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], 0);
    return 0;
}
";

/// Writes down all that it is told. `SLOW`: wants to look at the world after each instruction.
#[derive(Default)]
struct Log<const SLOW: bool> {
    events: Vec<Event>,
    accesses: Vec<MemoryAccess>,
}

impl<const SLOW: bool> Observer for Log<SLOW> {
    const ACCESSES: bool = true;
    const SETTLES: bool = SLOW;

    fn event(&mut self, _: &World, event: &Event) {
        self.events.push(*event);
    }

    fn access(&mut self, access: &MemoryAccess) {
        // While one core is busy alone, accesses have the tick in which its stretch began.
        let tick = Tick(0);
        self.accesses.push(MemoryAccess { tick, ..*access });
    }
}

fn log<const SLOW: bool>(config: &Arc<Config>) -> (Log<SLOW>, World) {
    let mut world = World::boot(config, Mode::Clock);
    let mut log = Log::default();
    while world.tick(&mut log, Tick(u64::MAX)).is_none() {}
    (log, world)
}

fn config(cores: u16, quantum: u64, delay: u32, end: &str, last: &str) -> Config {
    let source = PROGRAM
        .replace("DELAY", &delay.to_string())
        .replace("END", end)
        .replace("LAST", last);
    let files = [("program.c".to_string(), source.into_bytes())].into();
    let options = sim_scenario::Options::default();
    let scenario = sim_scenario::program(&["program.c"], &[], &files, &options);
    let mut config = scenario.expect("the program is right").config;
    config.cores = cores;
    config.quantum = quantum;
    config
}

/// Runs on both roads; returns what happened.
#[track_caller]
fn same_on_both_roads(config: Config) -> Vec<Event> {
    let config = Arc::new(config);
    let (fast, fast_world) = log::<false>(&config);
    let (slow, slow_world) = log::<true>(&config);
    assert_eq!(fast.events, slow.events);
    assert_eq!(fast.accesses, slow.accesses);
    assert_eq!(fast_world.thread_records(), slow_world.thread_records());
    assert_eq!(fast_world.process_records(), slow_world.process_records());
    assert_eq!(fast_world.core_records(), slow_world.core_records());
    assert_eq!(fast_world.instructions(), slow_world.instructions());
    // The whole record too, the trace left out: each memory access is in one of them.
    let record = |trace| {
        let mut record = run(
            &config,
            &Options {
                trace,
                timeline: true,
            },
        );
        (record.trace, record.trace_left_out) = (Trace::default(), 0);
        record
    };
    assert_eq!(record(TraceLevel::None), record(TraceLevel::Memory));
    fast.events
}

#[test]
fn threads_on_several_cores() {
    for cores in [2, 3, 4] {
        for quantum in [7, 100] {
            let mut config = config(cores, quantum, 50, "", "");
            // A process on paper beside them.
            let mut paper = config.processes[0].clone();
            paper.name = "paper".to_string();
            paper.body = Body::Bursts(vec![40, 13, 25]);
            config.processes.push(paper);
            same_on_both_roads(config);
        }
    }
}

/// The core on which the process was ended.
fn end_of(events: &[Event]) -> Option<CoreId> {
    let ends = |e: &&Event| matches!(e.kind, EventKind::ProcessExits { .. });
    let end = events.iter().find(ends).expect("the process ends");
    end.core
}

/// The process ends in the middle of a tick, by a lower core and by a higher one: the threads of the cores
/// behind that one do not execute in this tick any more, those before it have. At 32 points one after the
/// other, so that each instruction of the loops is hit.
#[test]
fn a_process_ends_while_its_threads_run() {
    let mut cores = std::collections::BTreeSet::new();
    for delay in 100..132 {
        // Main is on core 0, the threads are on higher ones.
        for end in ["_exit(3);", "*(volatile int *)0 = 1;", "kill(getpid(), 9);"] {
            let events = same_on_both_roads(config(4, 100, delay, end, ""));
            cores.insert(end_of(&events));
        }
        let last = format!("if ((int)number == 2 && turns >= {}) _exit(4);", delay - 90);
        let events = same_on_both_roads(config(4, 100, delay, "while (1) plain[0]++;", &last));
        cores.insert(end_of(&events));
    }
    let ended_by = |wanted: u16| cores.contains(&Some(CoreId(wanted)));
    assert!(
        (0..3).any(ended_by),
        "a core with others behind it: {cores:?}"
    );
    assert!(
        (1..4).any(ended_by) && cores.len() > 1,
        "another one: {cores:?}"
    );
}
