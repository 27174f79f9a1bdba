//! What race detection costs for one access, in the cases that make up a run.
//!
//! The goal is in the design: `sim run` with race detection at most four times slower than without,
//! that is about 20 ns for each access.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_abi::event::{Asked, Event, EventKind, Location, MemoryAccess, Mode, Object};
use sim_abi::{Pid, Tick, Tid};
use sim_detect::heap::Heap;
use sim_detect::race::Races;

fn event(thread: u32, kind: EventKind) -> Event {
    Event {
        tick: Tick(0),
        core: None,
        thread: Tid(thread),
        process: Pid(1),
        pc: 0,
        kind,
    }
}

fn access(thread: u32, address: u32, size: u32, write: bool) -> MemoryAccess {
    MemoryAccess {
        tick: Tick(0),
        core: None,
        thread: Tid(thread),
        process: Pid(1),
        pc: 0x1_0000,
        address,
        location: Location::Private { space: 1, address },
        size,
        write,
        read: !write,
        atomic: false,
        value: 0,
        internal: false,
    }
}

/// Thread 1 has made threads 2 to 4.
fn races() -> Races {
    let mut races = Races::new();
    for child in 2..5 {
        let child = Tid(child);
        races.event(&event(1, EventKind::ThreadCreated { child }));
        races.event(&event(child.0, EventKind::Starts));
    }
    races
}

const COUNT: u32 = 4096;

fn accesses(c: &mut Criterion) {
    let mut group = c.benchmark_group("access");
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    let mut bench = |name: &str, make: &dyn Fn(u32) -> MemoryAccess| {
        let list: Vec<MemoryAccess> = (0..COUNT).map(make).collect();
        let mut races = races();
        group.bench_function(name, |b| {
            b.iter(|| list.iter().filter_map(|a| races.access(a)).count());
        });
    };
    let stack = 0xefff_0000;
    bench("same epoch: one stack", &|i| {
        access(1, stack + i % 16 * 4, 4, i % 3 == 0)
    });
    bench("same epoch: four stacks in lockstep", &|i| {
        access(
            1 + i % 4,
            stack - i % 4 * 0x2_1000 + i / 4 % 16 * 4,
            4,
            i % 3 == 0,
        )
    });
    bench("shared reads: a table of 4 KiB", &|i| {
        access(1 + i % 4, 0x2_0000 + i / 4 * 4, 4, false)
    });
    bench("bytes of strings", &|i| {
        access(1, 0x3_0000 + i, 1, i % 2 == 0)
    });
    bench("far apart: a line each", &|i| {
        access(1, 0x4_0000 + i * 4096, 4, true)
    });
    group.finish();
}

/// counter++ under a lock by two threads in turn: every access is in a new epoch.
fn locked(c: &mut Criterion) {
    let mut races = races();
    let address = 0x2_0000;
    let object = Object::Mutex(Location::Private {
        space: 1,
        address: 0x2_1000,
    });
    let mode = Mode::Exclusive;
    c.bench_function("lock, load, store, unlock", |b| {
        b.iter(|| {
            for thread in [2, 3] {
                races.event(&event(
                    thread,
                    EventKind::Locks {
                        object,
                        mode,
                        asked: Asked::Waits,
                    },
                ));
                black_box(races.access(&access(thread, address, 4, false)));
                black_box(races.access(&access(thread, address, 4, true)));
                races.event(&event(thread, EventKind::Unlocks { object, mode }));
            }
        });
    });
}

fn heap(c: &mut Criterion) {
    let mut heap = Heap::new();
    let (block, size, zeroed) = (0x2_0000, 0x1_0000, true);
    heap.event(&event(
        1,
        EventKind::HeapAllocated {
            block,
            size,
            zeroed,
        },
    ));
    let mut group = c.benchmark_group("heap");
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    for (name, base) in [("outside", 0x8000_0000), ("inside", block)] {
        let list: Vec<MemoryAccess> = (0..COUNT)
            .map(|i| access(1, base + i * 4, 4, i % 3 == 0))
            .collect();
        group.bench_function(name, |b| {
            b.iter(|| list.iter().filter_map(|a| heap.access(a)).count());
        });
    }
    group.finish();
}

criterion_group!(benches, accesses, locked, heap);
criterion_main!(benches);
