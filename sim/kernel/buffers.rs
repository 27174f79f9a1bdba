//! The memory that system calls read and write for a program, known before they are made: so that a
//! chooser sees which calls others could notice, and which of two next operations race (design: the
//! kernel's copies are accesses).
//!
//! Not here: the words of locks, conditions and semaphores, which are objects and not memory to whoever
//! uses them; names and paths.

use alloc::vec::Vec;

use sim_abi::layout::PAGE_SIZE;
use sim_abi::syscall::Call;
use sim_abi::{Location, MemoryAccess, Tid};

use crate::choices::Visibility;
use crate::enabled::{Enabled, Operation};
use crate::files::FileKind;
use crate::io::STAT_SIZE;
use crate::ipc::pipe::CAPACITY;
use crate::thread::ThreadKey;
use crate::world::World;

/// Memory that a call touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Buffer {
    pub(crate) address: u32,
    pub(crate) size: u32,
    pub(crate) write: bool,
}

/// Of what is unmapped, so many pages are asked about that are not there.
const PAGES_ASKED: usize = 256;

impl World {
    /// The memory that the next operation of a thread touches: an access's own, or a call's buffer.
    pub fn accesses_of(&self, enabled: &Enabled, accesses: &mut Vec<MemoryAccess>) {
        match enabled.operation {
            Operation::Access(access) => accesses.push(access),
            Operation::Call {
                call,
                arguments,
                pc,
                ..
            } if !enabled.timeout => {
                let t = self.tids[&enabled.thread];
                if let Some(buffer) = self.buffer_of(t, call, arguments) {
                    self.copies(t, pc, buffer, |copy| accesses.push(copy));
                }
            }
            Operation::Call { .. } | Operation::Fault { .. } | Operation::Pause { .. } => {}
        }
    }

    /// Would others notice the memory that a call touches, or that it takes away?
    pub(crate) fn touches_shared<V: Visibility>(
        &self,
        t: ThreadKey,
        call: Call,
        arguments: [u32; 6],
        visibility: &V,
    ) -> bool {
        match call {
            Call::ThreadExit => self.has_shared_stack(self.threads[t].tid, visibility),
            Call::Munmap | Call::Mprotect => {
                let [from, size, ..] = arguments;
                let pages = from / PAGE_SIZE..from.saturating_add(size).div_ceil(PAGE_SIZE);
                // Pages that nobody has touched yet in this interleaving have been in another.
                let first = pages.clone().take(PAGES_ASKED);
                let resident = self.memory.pages(self.space_of(t));
                let resident = resident.map(|(number, _)| number);
                first
                    .chain(resident.filter(|number| pages.contains(number)))
                    .map(|number| self.location(t, number * PAGE_SIZE))
                    .any(|page| visibility.is_shared_within(page, PAGE_SIZE))
            }
            _ => {
                let pc = self.exact_place(t);
                let mut is_shared = false;
                if let Some(buffer) = self.buffer_of(t, call, arguments) {
                    self.copies(t, pc, buffer, |copy| {
                        let shared = || visibility.is_shared_within(copy.location, copy.size);
                        is_shared |= !copy.internal && shared();
                    });
                }
                is_shared
            }
        }
    }

    /// Has another thread touched the stack of this one? Then it notices when the stack goes.
    pub(crate) fn has_shared_stack<V: Visibility>(&self, tid: Tid, visibility: &V) -> bool {
        self.stack_of(tid)
            .is_some_and(|(stack, size)| visibility.is_shared_within(stack, size))
    }

    /// A thread's stack and its bytes; `None` for the first thread of a process, whose stack stays.
    pub fn stack_of(&self, tid: Tid) -> Option<(Location, u32)> {
        let t = *self.tids.get(&tid)?;
        let slot = self.threads[t].stack_slot?;
        let (address, size) = crate::thread_life::stack_of_slot(slot);
        let space = self.space_number(t);
        Some((Location::Private { space, address }, size))
    }

    /// What a call copies if it is made now.
    fn buffer_of(&self, t: ThreadKey, call: Call, arguments: [u32; 6]) -> Option<Buffer> {
        let [a, b, c, ..] = arguments;
        let written = |address, size| Some((address, size, true));
        let (address, size, write) = match call {
            Call::Read => written(b, self.readable(t, a, c)),
            Call::Write => Some((b, self.writable(t, a, c), false)),
            Call::Pipe2 | Call::Gettimeofday => written(a, 8),
            Call::ClockGettime => written(b, 8),
            Call::Fstat => written(b, STAT_SIZE),
            Call::Fstatat => written(c, STAT_SIZE),
            Call::Wait4 | Call::ThreadJoin => written(b, 4),
            Call::ThreadCreate => written(arguments[5], 4),
            Call::Getcwd => written(a, b.min(2)),
            _ => None,
        }?;
        (address != 0 && size != 0).then_some(Buffer {
            address,
            size,
            write,
        })
    }

    /// Bytes that a read would get now.
    fn readable(&self, t: ThreadKey, fd: u32, count: u32) -> u32 {
        let Ok(file) = self.file_of(t, fd) else {
            return 0;
        };
        let file = &self.files.open[file];
        let rest = |size: usize| (size as u32).saturating_sub(file.offset);
        let there = match &file.kind {
            FileKind::PipeRead(pipe) => self.pipes[pipe].bytes.len() as u32,
            FileKind::Input(bytes) => rest(bytes.len()),
            FileKind::Regular(inode) => rest(self.files.bytes(*inode).len()),
            FileKind::PipeWrite(_) | FileKind::Output(_) | FileKind::Directory => 0,
        };
        count.min(there)
    }

    /// Bytes that a write would take now.
    fn writable(&self, t: ThreadKey, fd: u32, count: u32) -> u32 {
        match self.file_kind(t, fd) {
            Some((FileKind::PipeWrite(pipe), _)) => {
                let pipe = &self.pipes[pipe];
                let room = CAPACITY.saturating_sub(pipe.bytes.len() as u32);
                if pipe.readers == 0 {
                    0
                } else {
                    count.min(room)
                }
            }
            Some((FileKind::Output(_) | FileKind::Regular(_), _)) => count,
            _ => 0,
        }
    }

    /// The accesses that a copy is: one for each page.
    pub(crate) fn copies(
        &self,
        t: ThreadKey,
        pc: u32,
        buffer: Buffer,
        mut tell: impl FnMut(MemoryAccess),
    ) {
        let thread = &self.threads[t];
        let space = &self.processes[thread.process].space;
        let mut done = 0;
        while done < buffer.size {
            let address = buffer.address.wrapping_add(done);
            if space.area_of(address / PAGE_SIZE).is_none() {
                return; // The call will fail there.
            }
            let size = (buffer.size - done).min(PAGE_SIZE - address % PAGE_SIZE);
            tell(MemoryAccess {
                tick: self.clock.now,
                core: self.clock.executing,
                thread: thread.tid,
                process: thread.pid,
                pc,
                address,
                location: self.location(t, address),
                size,
                write: buffer.write,
                read: !buffer.write,
                atomic: false,
                value: 0,
                internal: self.is_internal(t, pc, address),
            });
            done += size;
        }
    }
}
