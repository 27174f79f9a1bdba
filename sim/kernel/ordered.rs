//! What depends on who comes first, and is in no memory that programs see: the kernel gives out ids, room in
//! the address space, stacks, the bytes of an input. Under choices each of these is known by a *word* at an
//! address where no process has memory: a call touches the words of what it takes or gives back, and whether
//! others notice that is asked as for memory ([`Visibility`]). What one thread alone touches is its own
//! business; once a second does, all calls that touch it are steps, and two of them do not commute.
//!
//! Rules:
//!   G1  creating a thread and `fork` take the next id, of all processes together;
//!   G2  creating a thread takes the lowest free stack; joining, detaching and the end of a detached thread
//!       give one back;
//!   G3  `brk`, `mmap` and `munmap` change which addresses are free;
//!   G4  detaching a thread is noticed by its end and by who joins it;
//!   G5  of an input each byte is read once;
//!   G6  reading and writing through a standard descriptor is noticed by who closes or replaces it, and by
//!       nobody else;
//!   G7  the C library says so itself where its own data depends on it (`SYS_ordered`). One thread that waits
//!       for a lock of the library gets it before another does;
//!   G8  which signals a thread blocks is noticed by who sends it one;
//!   G9  the end of a process is noticed by who has yet to free a block: ended before that, it leaks.
//!
//! Not here: descriptors, files and pipes, whose calls are steps in any case (`noticed`); `malloc`, which has
//! memory of its own for each thread.

use sim_abi::layout::PAGE_SIZE;
use sim_abi::syscall::Call;
use sim_abi::{Location, MemoryAccess, Pid, Tid};
use slotmap::Key;

use crate::choices::{Parked, Visibility};
use crate::enabled::{Enabled, Operation};
use crate::files::FileKind;
use crate::thread::{State, ThreadKey};
use crate::world::World;

/// What there is one of for all, for each process, or for each thread: the number says which.
#[derive(Clone, Copy)]
enum Word {
    Ids,
    Stacks(u32),
    Addresses(u32),
    Detached(u32),
    Joined(u32),
    Input(u32),
    Descriptor(u32, u32),
    Frees(u32),
    Signals(u32),
}

impl Word {
    /// In the space of no process.
    fn location(self) -> Location {
        const KINDS: u32 = 16;
        let (kind, number) = match self {
            Word::Ids => (0, 0),
            Word::Stacks(pid) => (1, pid),
            Word::Addresses(pid) => (2, pid),
            Word::Detached(tid) => (3, tid),
            Word::Joined(tid) => (4, tid),
            Word::Input(file) => (5, file),
            Word::Descriptor(pid, fd) => (6, pid << 2 | fd),
            Word::Frees(tid) => (7, tid),
            Word::Signals(tid) => (8, tid),
        };
        Location::Private {
            space: 0,
            address: number.wrapping_mul(4 * KINDS) + 4 * kind,
        }
    }
}

impl World {
    /// The words that a call touches.
    fn words_of(
        &self,
        t: ThreadKey,
        call: Call,
        arguments: [u32; 6],
        mut tell: impl FnMut(Location),
    ) {
        let thread = &self.threads[t];
        let (pid, first) = (thread.pid.0, arguments[0]);
        let mut word = |word: Word| tell(word.location());
        match call {
            Call::Fork => word(Word::Ids),
            Call::ThreadCreate => {
                word(Word::Ids);
                word(Word::Stacks(pid));
            }
            Call::ThreadJoin => {
                word(Word::Joined(first));
                word(Word::Stacks(pid));
            }
            Call::ThreadDetach => {
                word(Word::Detached(first));
                word(Word::Joined(first));
                if self.has_ended(Tid(first)) {
                    word(Word::Stacks(pid));
                }
            }
            Call::ThreadExit | Call::ThreadExitLinux => {
                word(Word::Detached(thread.tid.0));
                if thread.detached {
                    word(Word::Stacks(pid));
                }
            }
            Call::Brk | Call::Mmap | Call::Munmap => word(Word::Addresses(pid)),
            Call::Sigprocmask | Call::Sigsuspend => word(Word::Signals(thread.tid.0)),
            Call::Tkill => word(Word::Signals(first)),
            Call::Kill => self.each_receiver(Some(Pid(first)), word),
            Call::HeapFreed => word(Word::Frees(thread.tid.0)),
            Call::ExitGroup => {
                // Who has ended here lives on in another interleaving.
                let process = &self.processes[thread.process];
                let present = process.threads.iter().map(|other| self.threads[*other].tid);
                let all = present.chain(process.joined.iter().copied());
                { all }
                    .filter(|other| *other != thread.tid)
                    .for_each(|other| word(Word::Frees(other.0)));
                self.each_receiver(process.parent, word);
            }
            Call::Read | Call::Lseek => {
                if let Some((FileKind::Input(_), _)) = self.file_kind(t, first)
                    && let Ok(file) = self.file_of(t, first)
                {
                    word(Word::Input(file.data().as_ffi() as u32));
                }
            }
            Call::SchedYield if first == 1 => tell(self.location(t, arguments[1])),
            Call::Ordered => tell(self.location(t, first)),
            _ => {}
        }
    }

    /// Who may get a signal sent to a process.
    fn each_receiver(&self, process: Option<Pid>, mut word: impl FnMut(Word)) {
        let key = process.and_then(|pid| self.pids.get(&pid));
        let threads = key.into_iter().flat_map(|p| &self.processes[*p].threads);
        { threads }.for_each(|t| word(Word::Signals(self.threads[*t].tid.0)));
    }

    /// Could others notice the order in which this call is made among theirs?
    pub(crate) fn is_ordered<V: Visibility>(
        &self,
        t: ThreadKey,
        call: Call,
        arguments: [u32; 6],
        visibility: &V,
    ) -> bool {
        let mut noticed = false;
        self.words_of(t, call, arguments, |word| {
            noticed |= visibility.is_shared_within(word, 4);
        });
        let standard = self.standard(t, call, arguments);
        noticed || standard.is_some_and(|word| visibility.is_shared_within(word, 4))
    }

    /// The same; and tells that this thread makes the call.
    pub(crate) fn comes_in_order<V: Visibility>(
        &self,
        t: ThreadKey,
        call: Call,
        arguments: [u32; 6],
        visibility: &mut V,
    ) -> bool {
        let tid = self.threads[t].tid;
        self.words_of(t, call, arguments, |word| {
            visibility.visible(&self.touch_of(t, tid, word));
        });
        if self.replaces_standard(t, call, arguments)
            && let Some(word) = self.standard(t, call, arguments)
        {
            // Whoever uses it says nothing of it as long as it stays.
            visibility.visible(&self.touch_of(t, tid, word));
            visibility.visible(&self.touch_of(t, Tid(0), word));
        }
        self.is_ordered(t, call, arguments, visibility)
    }

    /// Does the C library wait, for this thread, for a lock of its own that is taken? It asks again and again;
    /// as long as others can move it need not.
    pub(crate) fn waits_for_library(&self, t: ThreadKey) -> bool {
        let thread = &self.threads[t];
        let yields = thread.parked == Some(Parked::Call(Call::SchedYield));
        if !yields || thread.argument(0) != 1 {
            return false;
        }
        let mut lock = [0; 4];
        let space = self.space_of(t);
        let read = self.memory.read(space, thread.argument(1), &mut lock);
        read.is_ok() && lock != [0; 4]
    }

    /// The words that the next operation of a thread touches.
    pub fn order_of(&self, enabled: &Enabled, tell: impl FnMut(Location)) {
        if let Operation::Call {
            call, arguments, ..
        } = enabled.operation
            && let Some(t) = self.tids.get(&enabled.thread)
        {
            self.words_of(*t, call, arguments, tell);
        }
    }

    /// G6: of a call on a standard descriptor that others do not notice while it stays as it is.
    fn standard(&self, t: ThreadKey, call: Call, arguments: [u32; 6]) -> Option<Location> {
        let fd = match call {
            Call::Read | Call::Write | Call::Close | Call::Lseek => arguments[0],
            Call::Dup3 => arguments[1],
            _ => return None,
        };
        let pid = self.threads[t].pid.0;
        (fd < 3).then(|| Word::Descriptor(pid, fd).location())
    }

    /// Does the call close or replace a standard descriptor that other threads may use?
    fn replaces_standard(&self, t: ThreadKey, call: Call, arguments: [u32; 6]) -> bool {
        let fd = match call {
            Call::Close => arguments[0],
            Call::Dup3 => arguments[1],
            _ => return false,
        };
        let others = self.processes[self.threads[t].process].threads.iter();
        let lives = |other: &ThreadKey| self.threads[*other].state != State::Ended;
        self.file_kind(t, fd).is_some() && { others }.any(|other| *other != t && lives(other))
    }

    /// An access that orders nothing and races with nothing.
    fn touch_of(&self, t: ThreadKey, tid: Tid, location: Location) -> MemoryAccess {
        let thread = &self.threads[t];
        let address = match location {
            Location::Private { address, .. } => address,
            Location::Shared { offset, .. } => offset % PAGE_SIZE,
        };
        MemoryAccess {
            tick: self.clock.now,
            core: None,
            thread: tid,
            process: thread.pid,
            pc: thread.registers.pc,
            address,
            location,
            size: 4,
            write: true,
            read: true,
            atomic: true,
            value: 0,
            internal: false,
        }
    }
}
