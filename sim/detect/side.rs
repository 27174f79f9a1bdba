//! One side of a finding: who did what, where and when, in numbers.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use sim_abi::event::{Event, Location, MemoryAccess, Object};
use sim_abi::{Tick, Tid};

/// A memory access, as a finding names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Who.
    pub thread: Tid,
    /// The instruction (of a system call: the `ecall`).
    pub pc: u32,
    /// When.
    pub tick: Tick,
    /// First virtual address, as this thread saw it.
    pub address: u32,
    /// Bytes.
    pub size: u32,
    /// It changed memory.
    pub write: bool,
    /// LR, SC or AMO.
    pub atomic: bool,
    /// It was `free`, which counts as a write to the whole block.
    pub free: bool,
}

impl From<&MemoryAccess> for Side {
    fn from(access: &MemoryAccess) -> Side {
        Side {
            thread: access.thread,
            pc: access.pc,
            tick: access.tick,
            address: access.address,
            size: access.size,
            write: access.write,
            atomic: access.atomic,
            free: false,
        }
    }
}

/// Where and when a thread did something that is no memory access: took a lock, allocated, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Who.
    pub thread: Tid,
    /// The program counter.
    pub pc: u32,
    /// When.
    pub tick: Tick,
}

impl From<&Event> for Place {
    fn from(event: &Event) -> Place {
        Place {
            thread: event.thread,
            pc: event.pc,
            tick: event.tick,
        }
    }
}

/// Forgets all objects of this private address space.
pub(crate) fn forget_space<V>(map: &mut BTreeMap<Object, V>, space: u32) {
    forget_range(map, space, 0, u32::MAX);
}

/// Forgets the objects that start in these bytes of this private address space. The cost follows their
/// number, not that of all objects: memory gets a new owner at every `malloc` and every new stack.
pub(crate) fn forget_range<V>(map: &mut BTreeMap<Object, V>, space: u32, start: u32, size: u32) {
    const KINDS: [fn(Location) -> Object; 6] = [
        Object::Mutex,
        Object::Condition,
        Object::Semaphore,
        Object::Rwlock,
        Object::Barrier,
        Object::Once,
    ];
    let Some(last) = size.checked_sub(1).map(|rest| start.saturating_add(rest)) else {
        return;
    };
    let at = |kind: fn(Location) -> Object, address| kind(Location::Private { space, address });
    for kind in KINDS {
        let gone = map.range(at(kind, start)..=at(kind, last));
        let gone: Vec<Object> = gone.map(|(&object, _)| object).collect();
        for object in gone {
            map.remove(&object);
        }
    }
}
