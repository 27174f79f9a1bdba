//! What a step touches: its visible operation, and all that its thread did on its own after it. Two steps
//! of different threads that touch nothing in common, or only read it, commute: the same state comes out
//! in either order, and neither makes the other possible or impossible.
//!
//! Rules:
//!   F1  an access touches its bytes; a free and an `munmap` write all bytes of what is gone;
//!   F2  an operation on a lock, a condition, a pipe … touches that object (`abi/footprint.rs` for events);
//!       a try-lock that fails only reads it;
//!   F3  a step lives by its process: it reads it; the end of a process, `exec` and `fork` write it;
//!   F4  descriptors of a process, the file system, the ends of processes and the next id are one thing each;
//!   F5  `malloc` and `free` touch the heap that the block belongs to: there is one for each stack;
//!   F6  a signal is sent to anybody: it touches everything;
//!   F7  what depends on who comes first touches the word that stands for it (`kernel/ordered.rs`).
//!
//! Not touched: the output (no verdict depends on its order), what the C library keeps for itself, and
//! private memory, which no other thread touches in any interleaving (`sharing.rs`).

use alloc::vec::Vec;

use sim_abi::syscall::Call;
use sim_abi::{Event, EventKind, Location, MemoryAccess, Object, Pid};
use sim_kernel::Operation;

/// What can be touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// Bytes from here on.
    Memory(Location, u32),
    /// A lock, a pipe …
    Object(Object),
    /// Any pipe: an end of it may have been closed.
    Pipes,
    /// The life of a process, its program, its threads.
    Process(Pid),
    /// Which files a process has open.
    Descriptors(Pid),
    /// The file system.
    Files,
    /// Who is a zombie, and whose.
    Ends,
    /// The blocks that `malloc` hands out again to the thread of a process with this stack: which depends on
    /// what has been freed.
    Heap(Pid, Option<u32>),
    /// What the program's invariants read: whatever is written might be.
    Invariants,
    /// All of these.
    Everything,
}

/// One thing that is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Touch {
    thing: Thing,
    write: bool,
}

/// What a step touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    touches: Vec<Touch>,
    /// Bits of all things, and of those that are written: footprints without a common bit have no thing
    /// in common.
    bits: u64,
    written: u64,
}

impl Footprint {
    /// Touches this too.
    pub fn add(&mut self, thing: Thing, write: bool) {
        self.bits |= bits(thing);
        if write {
            self.written |= bits(thing);
        }
        let known = self.touches.iter_mut().find(|t| t.thing == thing);
        match known {
            Some(touch) => touch.write |= write,
            None => self.touches.push(Touch { thing, write }),
        }
    }

    /// Touches all that another one touches.
    pub fn merge(&mut self, other: &Footprint) {
        let touches = other.touches.iter();
        touches.for_each(|t| self.add(t.thing, t.write));
    }

    /// Is nothing touched?
    pub fn is_empty(&self) -> bool {
        self.touches.is_empty()
    }

    /// Touches nothing.
    pub fn clear(&mut self) {
        self.touches.clear();
        (self.bits, self.written) = (0, 0);
    }

    /// Do two steps of different threads that touch this not commute?
    pub fn conflicts(&self, other: &Footprint) -> bool {
        if self.written & other.bits | self.bits & other.written == 0 {
            return false;
        }
        self.touches.iter().any(|one| {
            let mut others = other.touches.iter();
            others.any(|two| (one.write || two.write) && meet(one.thing, two.thing))
        })
    }

    /// Does it change anything?
    pub fn writes(&self) -> bool {
        self.touches.iter().any(|touch| touch.write)
    }

    /// What an operation touches for sure, as far as it is known beforehand; events tell the rest.
    pub fn add_operation(&mut self, operation: &Operation, process: Pid) {
        self.add(Thing::Process(process), false);
        match *operation {
            Operation::Access(access) => self.add_access(&access),
            // Whoever has taken the memory away, or gives it back, is in its way.
            Operation::Fault { .. } => self.add(Thing::Everything, true),
            Operation::Pause { .. } => {}
            Operation::Call { call, object, .. } => {
                if let Some(object) = object {
                    self.add_object(object, !only_looks(call));
                }
                self.add_call(call, object, process);
            }
        }
    }

    /// An access to memory.
    pub fn add_access(&mut self, access: &MemoryAccess) {
        let bytes = Thing::Memory(access.location, access.size);
        self.add(bytes, access.write);
    }

    /// What happened besides.
    pub fn add_event(&mut self, event: &Event, location: impl Fn(u32) -> Location) {
        let process = event.process;
        match event.kind {
            // Creation, start and join are told by who is moved on by them.
            EventKind::Starts | EventKind::Exits | EventKind::Joins { .. } => {}
            EventKind::ThreadCreated { .. } => self.add(Thing::Object(Object::Ids), true),
            EventKind::ProcessExits { .. } => self.add_end(process),
            EventKind::Reaps { .. } => self.add(Thing::Ends, true),
            // It comes between whatever its process does.
            EventKind::Handles { .. } => self.add(Thing::Process(process), true),
            EventKind::HeapFreed { block, size } => {
                self.add(Thing::Memory(location(block), size), true);
            }
            EventKind::MemoryReused { address, size, .. } => {
                self.add(Thing::Memory(location(address), size), true);
            }
            kind => {
                for touch in kind.footprint(event.thread, process).touches() {
                    self.add_object(touch.object, touch.releases);
                }
            }
        }
    }

    fn add_object(&mut self, object: Object, write: bool) {
        match object {
            Object::Output(_)
            | Object::Clock
            | Object::Device
            | Object::Signals
            | Object::Thread(_) => {}
            Object::File(_) => self.add(Thing::Files, true),
            Object::Process(_) | Object::Children(_) => self.add(Thing::Ends, true),
            _ => self.add(Thing::Object(object), write),
        }
    }

    fn add_end(&mut self, process: Pid) {
        self.add(Thing::Process(process), true);
        self.add(Thing::Descriptors(process), true);
        self.add(Thing::Pipes, true);
        self.add(Thing::Ends, true);
    }

    fn add_call(&mut self, call: Call, object: Option<Object>, process: Pid) {
        match call {
            Call::Read | Call::Write => self.add(Thing::Descriptors(process), false),
            Call::Lseek | Call::Fstat => {
                self.add(Thing::Descriptors(process), false);
                self.add(Thing::Files, true);
            }
            Call::Openat | Call::Unlinkat | Call::Mkdirat | Call::Fstatat => {
                self.add(Thing::Descriptors(process), true);
                self.add(Thing::Files, true);
            }
            Call::Close | Call::Dup | Call::Dup3 | Call::Fcntl | Call::Pipe2 => {
                self.add(Thing::Descriptors(process), true);
                self.add(Thing::Files, true);
                if call == Call::Dup3 {
                    self.add(Thing::Pipes, true);
                }
            }
            Call::Fork => {
                self.add(Thing::Process(process), true);
                self.add(Thing::Descriptors(process), true);
            }
            // What others may touch, and what a signal does to them.
            Call::Munmap | Call::Mprotect | Call::Sigaction => {
                self.add(Thing::Process(process), true);
            }
            Call::Execve | Call::ExitGroup | Call::AssertFailed => self.add_end(process),
            Call::Wait4 => self.add(Thing::Ends, true),
            Call::Getppid => self.add(Thing::Ends, false),
            Call::Nanosleep | Call::SchedYield | Call::Choose => {}
            // Steps only because others touch their memory, which is told as copies.
            Call::ClockGettime
            | Call::Gettimeofday
            | Call::Getcwd
            | Call::HeapFreed
            | Call::ThreadCreate
            | Call::ThreadExit
            | Call::ThreadJoin => {}
            // What it does to its objects is told by its events.
            Call::CondWait | Call::CondTimedwait => {}
            // The operation has named the one object that these are about.
            _ if object.is_some() => {}
            _ => self.add(Thing::Everything, true),
        }
    }
}

/// The bits of a thing: things that meet have one in common.
fn bits(thing: Thing) -> u64 {
    let bit = |number: u32| 1 << (number.wrapping_mul(0x9e37_79b1) >> 26);
    match thing {
        // In one word, wherever that is in its page or frame.
        Thing::Memory(Location::Private { address: at, .. }, size)
        | Thing::Memory(Location::Shared { offset: at, .. }, size)
            if at % 4 + size <= 4 =>
        {
            bit(at / 4)
        }
        Thing::Object(
            Object::Mutex(at) | Object::Condition(at) | Object::Semaphore(at) | Object::Rwlock(at),
        ) => match at {
            Location::Private { address: at, .. } | Location::Shared { offset: at, .. } => bit(!at),
        },
        Thing::Process(pid) => bit(pid.0),
        Thing::Heap(pid, slot) => bit(!(pid.0 << 8 | slot.map_or(0, |slot| slot + 1))),
        _ => u64::MAX,
    }
}

/// What it changes, if it changes anything, is told by an event.
fn only_looks(call: Call) -> bool {
    matches!(
        call,
        Call::MutexTrylock
            | Call::SemTrywait
            | Call::SemGetvalue
            | Call::RwlockTryrdlock
            | Call::RwlockTrywrlock
            | Call::RwlockRdlock
    )
}

/// Have two things a part in common?
fn meet(one: Thing, two: Thing) -> bool {
    match (one, two) {
        (Thing::Everything, _) | (_, Thing::Everything) => true,
        (Thing::Memory(one, size), Thing::Memory(two, other)) => overlap(one, size, two, other),
        (Thing::Pipes, Thing::Object(Object::Pipe(_)) | Thing::Pipes)
        | (Thing::Object(Object::Pipe(_)), Thing::Pipes) => true,
        _ => one == two,
    }
}

/// Have two ranges of bytes one in common?
pub fn overlap(one: Location, size: u32, two: Location, other_size: u32) -> bool {
    let (first, second) = match (one, two) {
        (
            Location::Private { space, address },
            Location::Private {
                space: other,
                address: at,
            },
        ) if space == other => (address, at),
        (
            Location::Shared { frame, offset },
            Location::Shared {
                frame: other,
                offset: at,
            },
        ) if frame == other => (offset, at),
        _ => return false,
    };
    first.wrapping_sub(second) < other_size || second.wrapping_sub(first) < size
}
