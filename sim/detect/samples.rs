//! Events and accesses for tests, one line each.

use sim_abi::event::{Event, EventKind, Location, MemoryAccess, Object};
use sim_abi::{Pid, Tick, Tid};

pub(crate) fn at(address: u32) -> Location {
    Location::Private { space: 1, address }
}

pub(crate) fn mutex(address: u32) -> Object {
    Object::Mutex(at(address))
}

/// An event of `thread` in process 1; its tick is its pc.
pub(crate) fn event(thread: u32, pc: u32, kind: EventKind) -> Event {
    Event {
        tick: Tick(u64::from(pc)),
        core: None,
        thread: Tid(thread),
        process: Pid(1),
        pc,
        kind,
    }
}

/// A plain access of a word or less in space 1; its tick is its pc.
pub(crate) fn access(thread: u32, pc: u32, address: u32, size: u32, write: bool) -> MemoryAccess {
    MemoryAccess {
        tick: Tick(u64::from(pc)),
        core: None,
        thread: Tid(thread),
        process: Pid(1),
        pc,
        address,
        location: at(address),
        size,
        write,
        read: !write,
        atomic: false,
        value: 0,
        internal: false,
    }
}

pub(crate) fn read(thread: u32, pc: u32, address: u32) -> MemoryAccess {
    access(thread, pc, address, 4, false)
}

pub(crate) fn write(thread: u32, pc: u32, address: u32) -> MemoryAccess {
    access(thread, pc, address, 4, true)
}

/// So many random cases; failures are not written into the tree.
pub(crate) fn cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        failure_persistence: None,
        ..Default::default()
    }
}
