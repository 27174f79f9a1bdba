//! Pipes (POSIX.1-2017 `pipe`, `read`, `write`).
//!
//!   R1  bytes come out in the order in which they went in
//!   R2  reading an empty pipe waits; when no write end is open any more it gives 0: end of file
//!   R3  writing up to `PIPE_BUF` bytes is all or nothing; more may go in pieces, waiting in between
//!   R4  writing when no read end is open gives EPIPE (and SIGPIPE)
//!   R5  with `O_NONBLOCK` what would wait gives EAGAIN

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Object, PipeId};

use crate::thread::ThreadKey;
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::{Mode, World};

/// Bytes a pipe holds, as on Linux.
pub const CAPACITY: u32 = 65536;
/// A write of up to so many bytes is never mixed with others.
pub const PIPE_BUF: u32 = 4096;

/// The kernel's end of a pipe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipe {
    /// Written, not yet read; at most `CAPACITY`.
    pub bytes: VecDeque<u8>,
    /// Open file descriptions for reading.
    pub readers: u32,
    /// Open file descriptions for writing.
    pub writers: u32,
}

impl Pipe {
    /// A read would not wait.
    pub fn readable(&self) -> bool {
        !self.bytes.is_empty() || self.writers == 0
    }

    /// A write of `count` bytes would not wait (at least a part of it goes).
    pub fn writable(&self, count: u32) -> bool {
        let room = CAPACITY - self.bytes.len() as u32;
        self.readers == 0 || room >= if count <= PIPE_BUF { count } else { 1 }
    }
}

impl World {
    pub(crate) fn pipe_create(&mut self, t: ThreadKey) -> PipeId {
        self.last_pipe += 1;
        let pipe = PipeId(self.last_pipe);
        self.pipes.insert(
            pipe,
            Pipe {
                readers: 1,
                writers: 1,
                ..Pipe::default()
            },
        );
        self.tell(t, EventKind::PipeCreated { pipe });
        pipe
    }

    /// R2: there are bytes, or the end.
    pub(crate) fn pipe_read(
        &mut self,
        t: ThreadKey,
        pipe: PipeId,
        buffer: u32,
        count: u32,
    ) -> Attempt {
        let queue = &mut self
            .pipes
            .get_mut(&pipe)
            .expect("an open pipe exists")
            .bytes;
        let bytes: Vec<u8> = queue.iter().take(count as usize).copied().collect();
        // Copied first: a fault must not lose what is in the pipe.
        self.copy_out(t, buffer, &bytes)?;
        let queue = &mut self
            .pipes
            .get_mut(&pipe)
            .expect("an open pipe exists")
            .bytes;
        queue.drain(..bytes.len());
        self.charge(self.config.cost.copy.saturating_mul(bytes.len() as u64));
        self.tell(
            t,
            EventKind::PipeReads {
                pipe,
                bytes: bytes.len() as u32,
            },
        );
        self.wake(Object::Pipe(pipe));
        done(bytes.len() as u32)
    }

    /// R3: there is room, or nobody to read.
    pub(crate) fn pipe_write(
        &mut self,
        t: ThreadKey,
        pipe: PipeId,
        buffer: u32,
        count: u32,
        before: u32,
    ) -> Attempt {
        let end = &self.pipes[&pipe];
        if end.readers == 0 {
            return self.broken_pipe(t);
        }
        let room = CAPACITY - end.bytes.len() as u32;
        let size = (count - before).min(room);
        let bytes = self.copy_in(t, buffer.wrapping_add(before), size)?;
        self.pipes
            .get_mut(&pipe)
            .expect("an open pipe exists")
            .bytes
            .extend(&bytes);
        self.charge(self.config.cost.copy.saturating_mul(u64::from(size)));
        self.tell(t, EventKind::PipeWrites { pipe, bytes: size });
        self.wake(Object::Pipe(pipe));
        let part = before + size;
        if part == count {
            return done(count);
        }
        let rest = Wait::PipeWrite {
            pipe,
            buffer,
            count,
            done: part,
        };
        // A reader that waited may have made room already: nobody would tell us of it again. Each such
        // turn ends the wait of a reader, so there are no more turns than readers.
        if self.mode == Mode::Clock && self.guard(t, rest) {
            return self.pipe_write(t, pipe, buffer, count, part);
        }
        Ok(Outcome::Wait(rest))
    }

    /// A call that would wait, on a non-blocking descriptor.
    pub(crate) fn pipe_nonblocking(&mut self, t: ThreadKey, wait: Wait) -> Attempt {
        match (self.guard(t, wait), wait) {
            (true, _) => match self.effect(t, wait)? {
                Outcome::Wait(Wait::PipeWrite { done: part, .. }) => done(part),
                other => Ok(other),
            },
            (false, _) => failed(Errno::EAGAIN),
        }
    }

    /// One end of a pipe was closed for good.
    pub(crate) fn pipe_close(&mut self, t: ThreadKey, pipe: PipeId, write_end: bool) {
        let ends = self.pipes.get_mut(&pipe).expect("an open pipe exists");
        let left = if write_end {
            &mut ends.writers
        } else {
            &mut ends.readers
        };
        *left -= 1;
        let closed = *left == 0;
        let gone = ends.readers == 0 && ends.writers == 0;
        if closed {
            self.tell(t, EventKind::PipeCloses { pipe, write_end });
            self.wake(Object::Pipe(pipe));
        }
        if gone {
            self.pipes.remove(&pipe);
        }
    }
}
