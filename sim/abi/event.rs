//! Events: what the world tells whoever listens. The waist between the kernel and everything that
//! looks at it: detectors and reports see events and read-only facts, nothing else.
//!
//! What an event reads, writes, acquires and releases is in `footprint.rs`, defined once.

use crate::ids::{CoreId, Pid, PipeId, Tick, Tid};
use crate::syscall::Call;

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When. Under `check` there is no clock: the number of the step.
    pub tick: Tick,
    /// On which core the thread did it; `None`: on none. It was moved on by another one, a device or a timer.
    /// Under `check` there are no cores.
    pub core: Option<CoreId>,
    /// Which thread it is about.
    pub thread: Tid,
    /// The thread's process.
    pub process: Pid,
    /// The thread's program counter: at the instruction or system call that did it; 0 if none did.
    pub pc: u32,
    /// What happened.
    pub kind: EventKind,
}

/// A place in memory, the same for all who can touch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// In a private mapping.
    Private {
        /// Which address space: its process's pid.
        space: u32,
        /// Virtual address.
        address: u32,
    },
    /// In a shared mapping: the same bytes may have other addresses elsewhere.
    Shared {
        /// Which physical frame.
        frame: u32,
        /// Byte in the frame.
        offset: u32,
    },
}

impl Location {
    /// The location `bytes` further on, in the same page.
    pub fn plus(self, bytes: u32) -> Location {
        match self {
            Location::Private { space, address } => Location::Private {
                space,
                address: address.wrapping_add(bytes),
            },
            Location::Shared { frame, offset } => Location::Shared {
                frame,
                offset: offset.wrapping_add(bytes),
            },
        }
    }

    /// Another number for each location, below 2⁶³: for digests.
    pub fn number(self) -> u64 {
        match self {
            Location::Private { space, address } => u64::from(space) << 32 | u64::from(address),
            Location::Shared { frame, offset } => {
                1 << 62 | u64::from(frame) << 16 | u64::from(offset)
            }
        }
    }
}

/// Something that threads synchronise on, wait for, or that two operations can both touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// `pthread_mutex_t`
    Mutex(Location),
    /// `pthread_cond_t`
    Condition(Location),
    /// `sem_t`
    Semaphore(Location),
    /// `pthread_rwlock_t`
    Rwlock(Location),
    /// `pthread_barrier_t`
    Barrier(Location),
    /// `pthread_once_t`
    Once(Location),
    /// A pipe.
    Pipe(PipeId),
    /// A thread: its end is what `join` waits for.
    Thread(Tid),
    /// A process: its end is what `waitpid(pid)` waits for.
    Process(Pid),
    /// Any child of a process: what `wait()` waits for.
    Children(Pid),
    /// The simulated clock: `sleep`.
    Clock,
    /// The device of a synthetic process, or a disk.
    Device,
    /// Any signal that has a handler: `pause`.
    Signals,
    /// The next free pid or tid: creations on different threads do not commute.
    Ids,
    /// An output stream: 1 stdout, 2 stderr.
    Output(u8),
    /// A file in memory, by inode.
    File(u32),
}

impl Object {
    /// Where it lies, if it lies in memory.
    pub fn location(self) -> Option<Location> {
        match self {
            Object::Mutex(at)
            | Object::Condition(at)
            | Object::Semaphore(at)
            | Object::Rwlock(at)
            | Object::Barrier(at)
            | Object::Once(at) => Some(at),
            Object::Pipe(_)
            | Object::Thread(_)
            | Object::Process(_)
            | Object::Children(_)
            | Object::Clock
            | Object::Device
            | Object::Signals
            | Object::Ids
            | Object::Output(_)
            | Object::File(_) => None,
        }
    }
}

/// How a thread asks for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked {
    /// It waits as long as need be.
    Waits,
    /// It waits until some time, then goes without.
    WaitsUntil,
    /// It goes without if the lock is taken: a try-lock.
    Tries,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Mutex, writer.
    Exclusive,
    /// Reader.
    Shared,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExitStatus {
    /// By `exit` or return from main, status 0 to 255.
    Exited(u8),
    /// By a signal: its number (11 segmentation fault, 6 abort …).
    Killed(u8),
}

/// Why a core changed what it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Switch {
    /// It goes on with the thread it ran before, or ran nothing yet: free.
    Free,
    /// Another thread of the same process.
    Thread,
    /// A thread of another process: another address space.
    Process,
}

/// Why a page fault was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageFault {
    /// First touch of a reserved page: a zeroed frame.
    Zero,
    /// First write to a page shared since `fork`: copied.
    Copy,
}

/// What can be wrong with the simulated program at the moment it stops there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Load from an address that is not mapped or not readable.
    Load(u32),
    /// Store to an address that is not mapped or not writable.
    Store(u32),
    /// Jump to an address that is not mapped or not executable.
    Execute(u32),
    /// The guard page under a stack was touched at this address.
    StackOverflow(u32),
    /// Not an RV32IMA instruction; the word.
    IllegalInstruction(u32),
    /// A jump to an address that is no multiple of 4.
    MisalignedFetch(u32),
    /// LR, SC or AMO at an address that is no multiple of 4.
    MisalignedAtomic(u32),
    /// `ebreak`.
    Breakpoint,
}

/// A wrong use of a kernel object that POSIX leaves undefined or answers with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Misuse {
    /// Unlock by a thread that does not hold the lock; who does.
    UnlockNotOwner(Object, Option<Tid>),
    /// Destroy while it is locked or waited for.
    DestroyBusy(Object),
    /// Use after destroy.
    UseDestroyed(Object),
    /// `free` or `realloc` of something that is no heap block.
    FreeInvalid(u32),
    /// `free` of a block that has been freed.
    FreeTwice(u32),
    /// `pthread_cond_wait` without holding the mutex.
    WaitWithoutLock(Object),
    /// Join of a detached or already joined thread.
    JoinTwice(Tid),
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A process exists (boot or fork; `thread` is its first thread); the parent, if it has one.
    ProcessCreated {
        /// Who forked it.
        parent: Option<Pid>,
    },
    /// This thread made another one (in its process, or the first one of a forked child).
    ThreadCreated {
        /// The new thread.
        child: Tid,
    },
    /// The thread runs for the first time.
    Starts,
    /// The thread has ended.
    Exits,
    /// The process has ended, all its threads too.
    ProcessExits {
        /// How.
        status: ExitStatus,
    },
    /// A parent has taken note of a child's end: the zombie is gone.
    Reaps {
        /// The child.
        child: Pid,
        /// How it had ended.
        status: ExitStatus,
    },
    /// The process continues as another program.
    Executes,
    /// The thread gets a core.
    Dispatched {
        /// At what price.
        switch: Switch,
        /// What the core ran before.
        previous: Option<Tid>,
    },
    /// Its time slice is over and others are ready.
    Preempted,
    /// It gives its core away.
    Yields,
    /// It has a lock now.
    Locks {
        /// Mutex or rwlock.
        object: Object,
        /// Alone or with other readers.
        mode: Mode,
        /// How it asked.
        asked: Asked,
    },
    /// A try-lock found the lock taken.
    TryFails {
        /// Mutex, rwlock or semaphore.
        object: Object,
        /// Who has it.
        holder: Option<Tid>,
    },
    /// It gives a lock back.
    Unlocks {
        /// Mutex or rwlock.
        object: Object,
        /// As it was held.
        mode: Mode,
    },
    /// It cannot go on and leaves its core.
    Blocks {
        /// What it waits for.
        on: Object,
        /// Who holds that, if one thread does.
        holder: Option<Tid>,
    },
    /// It can go on: it is ready again.
    Wakes {
        /// What it had waited for.
        on: Object,
    },
    /// The time given with a wait is over.
    TimesOut {
        /// What it had waited for.
        on: Object,
    },
    /// First half of `pthread_cond_wait`: gives the mutex back and waits, in one step.
    /// (`Unlocks` and `Blocks` are not told besides.)
    ConditionWaits {
        /// The condition.
        condition: Object,
        /// The mutex it gives back.
        mutex: Object,
    },
    /// Signal or broadcast.
    Signals {
        /// The condition.
        condition: Object,
        /// All waiters, or one.
        broadcast: bool,
        /// How many were woken.
        woken: u32,
    },
    /// The thread was picked by a signal on this condition, and needs the mutex next.
    Signalled {
        /// The condition.
        condition: Object,
    },
    /// `sem_post`
    Posts {
        /// The semaphore.
        object: Object,
        /// Its value now.
        value: u32,
    },
    /// `sem_wait`, `sem_trywait` or `sem_timedwait` succeeds.
    Takes {
        /// The semaphore.
        object: Object,
        /// Its value now.
        value: u32,
    },
    /// Arrives at a barrier.
    Arrives {
        /// The barrier.
        object: Object,
        /// How many are there now.
        arrived: u32,
        /// How many it takes.
        needed: u32,
    },
    /// Goes on after a barrier: all have arrived.
    Passes {
        /// The barrier.
        object: Object,
    },
    /// Runs the function of a `pthread_once`, or is done with it.
    Once {
        /// The `pthread_once_t`.
        object: Object,
        /// The function has run.
        done: bool,
    },
    /// Bytes went into a pipe.
    PipeWrites {
        /// Which.
        pipe: PipeId,
        /// How many.
        bytes: u32,
    },
    /// Bytes came out of a pipe; 0: end of file.
    PipeReads {
        /// Which.
        pipe: PipeId,
        /// How many.
        bytes: u32,
    },
    /// A pipe was made.
    PipeCreated {
        /// Which.
        pipe: PipeId,
    },
    /// The last end of this kind was closed.
    PipeCloses {
        /// Which.
        pipe: PipeId,
        /// The write end (readers now see end of file), or the read end (writers get EPIPE).
        write_end: bool,
    },
    /// Has seen the end of another thread.
    Joins {
        /// Which.
        child: Tid,
    },
    /// Sleeps (told instead of `Blocks`).
    Sleeps {
        /// Until this tick.
        until: Tick,
    },
    /// A synthetic process waits for its device (told instead of `Blocks`).
    WaitsForDevice {
        /// Until this tick.
        until: Tick,
    },
    /// Bytes went to stdout or stderr; the bytes are in the world's output.
    Writes {
        /// 1 stdout, 2 stderr.
        stream: u8,
        /// Where they start in the world's output.
        start: u32,
        /// How many.
        bytes: u32,
    },
    /// A page was made or copied.
    PageFault {
        /// Which address needed it.
        address: u32,
        /// Why.
        why: PageFault,
    },
    /// A system call, when it returns to the program.
    SystemCall {
        /// Which; `None`: no such number.
        call: Option<Call>,
        /// `a0` to `a5`.
        arguments: [u32; 6],
        /// What it gave: a value or `-errno`.
        result: u32,
    },
    /// A heap block was handed out.
    HeapAllocated {
        /// Its address.
        block: u32,
        /// Its size in bytes.
        size: u32,
        /// By `calloc`: all bytes count as written.
        zeroed: bool,
    },
    /// A heap block was given back.
    HeapFreed {
        /// Its address.
        block: u32,
        /// Its size in bytes.
        size: u32,
    },
    /// Memory was mapped, unmapped or given a new owner: what was known of it is over.
    MemoryReused {
        /// The address space.
        space: u32,
        /// First address.
        address: u32,
        /// Bytes.
        size: u32,
    },
    /// The program did what it must not; its process is killed (`ProcessExits` follows).
    Faults {
        /// What.
        fault: Fault,
    },
    /// `assert` failed; its process is killed (`ProcessExits` follows). The text is in the world's assertion.
    AssertFails,
    /// A condition that must be true some time was looked at; its name is the world's `condition`.
    Sometimes {
        /// It is true now.
        holds: bool,
    },
    /// A signal has come: its handler runs before the thread goes on.
    Handles {
        /// Its number.
        signal: u8,
    },
    /// `abort` or another deadly signal.
    KilledBySignal {
        /// Its number.
        signal: u8,
    },
    /// Wrong use of an object; the call returned an error.
    Misuses {
        /// What.
        misuse: Misuse,
    },
    /// `sim_outcome`: the text is the last of the world's outcomes.
    Outcome,
    /// `sim_progress`
    Progress,
}

/// A load, store or atomic of a program, or the kernel's copy for a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryAccess {
    /// When.
    pub tick: Tick,
    /// On which core.
    pub core: Option<CoreId>,
    /// Who.
    pub thread: Tid,
    /// The thread's process.
    pub process: Pid,
    /// The instruction (of a system call: the `ecall`).
    pub pc: u32,
    /// The virtual address.
    pub address: u32,
    /// The same place for all who can touch it.
    pub location: Location,
    /// Bytes: 1, 2 or 4 of an instruction, any number for the kernel's copies (never across a page).
    pub size: u32,
    /// It changes memory (a failed SC does not).
    pub write: bool,
    /// It reads memory.
    pub read: bool,
    /// LR, SC or AMO.
    pub atomic: bool,
    /// The value loaded or stored (first word of a longer copy).
    pub value: u32,
    /// Made by the C library on its own data (allocator, stdio buffers): locked inside, no race.
    pub internal: bool,
}

impl EventKind {
    /// An end, a death, a misuse: its place in the program is looked for even for those who do without the
    /// places of others.
    pub fn needs_place(&self) -> bool {
        matches!(
            self,
            EventKind::Exits
                | EventKind::ProcessExits { .. }
                | EventKind::Faults { .. }
                | EventKind::AssertFails
                | EventKind::Sometimes { .. }
                | EventKind::KilledBySignal { .. }
                | EventKind::Misuses { .. }
        )
    }
}
