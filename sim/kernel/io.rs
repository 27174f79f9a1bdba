//! System calls on descriptors: open, read, write, close, dup, seek, stat, pipe.
//!
//! The rules are POSIX.1-2017's. A read or write on a pipe may wait (`ipc/pipe.rs`); on a file it does not.

use alloc::vec::Vec;

use sim_abi::EventKind;
use sim_abi::event::Fault;
use sim_abi::layout::PAGE_SIZE;
use sim_abi::syscall::Errno;

use crate::files::{
    Descriptor, Entry, FILE_SIZE_MAX, FileKey, FileKind, OpenFile, flags, normalise,
};
use crate::thread::ThreadKey;
use crate::wait::{Attempt, Wait, done, failed, unit, value};
use crate::world::World;

/// Most pipes at once, of all processes.
const PIPES_MAX: usize = 4096;
/// Longest path, in bytes.
const PATH_MAX: u32 = 4096;
const F_DUPFD: u32 = 0;
const F_GETFD: u32 = 1;
const F_SETFD: u32 = 2;
const F_GETFL: u32 = 3;
const F_SETFL: u32 = 4;
const F_DUPFD_CLOEXEC: u32 = 1030;
const S_IFIFO: u32 = 0o010000;
const S_IFCHR: u32 = 0o020000;
const S_IFDIR: u32 = 0o040000;
const S_IFREG: u32 = 0o100000;

impl World {
    fn descriptors(&mut self, t: ThreadKey) -> &mut crate::files::Descriptors {
        let p = self.threads[t].process;
        &mut self.processes[p].descriptors
    }

    pub(crate) fn file_of(&self, t: ThreadKey, fd: u32) -> Result<FileKey, Errno> {
        let p = self.threads[t].process;
        Ok(self.processes[p].descriptors.get(fd)?.file)
    }

    /// What a descriptor is about, and whether it waits where it must.
    pub(crate) fn file_kind(&self, t: ThreadKey, fd: u32) -> Option<(&FileKind, bool)> {
        let file = &self.files.open[self.file_of(t, fd).ok()?];
        Some((&file.kind, file.flags & flags::NONBLOCK == 0))
    }

    pub(crate) fn path_argument(
        &mut self,
        t: ThreadKey,
        address: u32,
    ) -> Result<alloc::string::String, Fault> {
        Ok(normalise(&self.copy_string(t, address, PATH_MAX)?))
    }

    pub(crate) fn open(&mut self, t: ThreadKey, path: u32, how: u32) -> Attempt {
        let path = self.path_argument(t, path)?;
        if self.files.lookup(&path).is_none() {
            self.store(path.len() + 64);
        }
        let kind = match self.files.open_path(&path, how) {
            Ok(kind) => kind,
            Err(errno) => return failed(errno),
        };
        let file = self.files.describe(
            kind,
            how & (flags::ACCESS_MODE | flags::APPEND | flags::NONBLOCK),
        );
        let descriptor = Descriptor {
            file,
            close_on_exec: how & flags::CLOEXEC != 0,
        };
        let fd = self.descriptors(t).insert(descriptor, 0);
        if fd.is_err() {
            self.release_file(t, file);
        }
        value(fd)
    }

    pub(crate) fn close(&mut self, t: ThreadKey, fd: u32) -> Attempt {
        let file = match self.file_of(t, fd) {
            Ok(file) => file,
            Err(errno) => return failed(errno),
        };
        let cleared = self.descriptors(t).set(fd, None);
        self.release_file(t, file);
        unit(cleared)
    }

    /// One descriptor less refers to a description.
    pub(crate) fn release_file(&mut self, t: ThreadKey, file: FileKey) {
        let description = &mut self.files.open[file];
        description.references -= 1;
        if description.references > 0 {
            return;
        }
        let description = self
            .files
            .open
            .remove(file)
            .expect("it was there a line ago");
        match description.kind {
            FileKind::PipeRead(pipe) => self.pipe_close(t, pipe, false),
            FileKind::PipeWrite(pipe) => self.pipe_close(t, pipe, true),
            FileKind::Regular(inode) => {
                self.effort_of_search(self.files.entries());
                self.files.forget(inode);
            }
            FileKind::Input(_) | FileKind::Output(_) | FileKind::Directory => {}
        }
    }

    pub(crate) fn pipe(&mut self, t: ThreadKey, fds: u32, how: u32) -> Attempt {
        if self.descriptors(t).room() < 2 || self.pipes.len() >= PIPES_MAX {
            return failed(Errno::EMFILE);
        }
        let id = self.pipe_create(t);
        let close_on_exec = how & flags::CLOEXEC != 0;
        let mode = how & flags::NONBLOCK;
        let read = self.files.describe(FileKind::PipeRead(id), mode);
        let write = self
            .files
            .describe(FileKind::PipeWrite(id), mode | flags::WRONLY);
        let mut numbers = Vec::new();
        for file in [read, write] {
            match self.descriptors(t).insert(
                Descriptor {
                    file,
                    close_on_exec,
                },
                0,
            ) {
                Ok(fd) => numbers.extend(fd.to_le_bytes()),
                Err(errno) => return failed(errno),
            }
        }
        self.copy_out(t, fds, &numbers)?;
        done(0)
    }

    /// `dup`, `dup2`, `dup3`, `F_DUPFD`: another descriptor for the same description.
    pub(crate) fn dup(
        &mut self,
        t: ThreadKey,
        fd: u32,
        least: u32,
        close_on_exec: bool,
    ) -> Attempt {
        let file = match self.file_of(t, fd) {
            Ok(file) => file,
            Err(errno) => return failed(errno),
        };
        let new = self.descriptors(t).insert(
            Descriptor {
                file,
                close_on_exec,
            },
            least,
        );
        if new.is_ok() {
            self.files.open[file].references += 1;
        }
        value(new)
    }

    pub(crate) fn dup_to(&mut self, t: ThreadKey, fd: u32, new: u32, how: u32) -> Attempt {
        let file = match self.file_of(t, fd) {
            Ok(file) => file,
            Err(errno) => return failed(errno),
        };
        if fd == new {
            return done(new);
        }
        let old = self.file_of(t, new).ok();
        let descriptor = Descriptor {
            file,
            close_on_exec: how & flags::CLOEXEC != 0,
        };
        if let Err(errno) = self.descriptors(t).set(new, Some(descriptor)) {
            return failed(errno);
        }
        self.files.open[file].references += 1;
        if let Some(old) = old {
            self.release_file(t, old);
        }
        done(new)
    }

    pub(crate) fn fcntl(&mut self, t: ThreadKey, fd: u32, command: u32, argument: u32) -> Attempt {
        let p = self.threads[t].process;
        let descriptor = match self.processes[p].descriptors.get(fd) {
            Ok(descriptor) => descriptor,
            Err(errno) => return failed(errno),
        };
        match command {
            F_DUPFD => self.dup(t, fd, argument, false),
            F_DUPFD_CLOEXEC => self.dup(t, fd, argument, true),
            F_GETFD => done(u32::from(descriptor.close_on_exec)),
            F_SETFD => {
                let close_on_exec = argument & 1 != 0;
                unit(self.descriptors(t).set(
                    fd,
                    Some(Descriptor {
                        close_on_exec,
                        ..descriptor
                    }),
                ))
            }
            F_GETFL => done(self.files.open[descriptor.file].flags),
            F_SETFL => {
                let may = flags::APPEND | flags::NONBLOCK;
                let file = &mut self.files.open[descriptor.file];
                file.flags = file.flags & !may | argument & may;
                done(0)
            }
            _ => failed(Errno::EINVAL),
        }
    }

    pub(crate) fn read(&mut self, t: ThreadKey, fd: u32, buffer: u32, count: u32) -> Attempt {
        let file = match self.file_of(t, fd) {
            Ok(file) => file,
            Err(errno) => return failed(errno),
        };
        let OpenFile {
            kind,
            offset,
            flags: how,
            ..
        } = self.files.open[file].clone();
        if how & flags::ACCESS_MODE == flags::WRONLY {
            return failed(Errno::EBADF);
        }
        let bytes = match kind {
            FileKind::PipeRead(pipe) => {
                let wait = Wait::PipeRead {
                    pipe,
                    buffer,
                    count,
                };
                return match how & flags::NONBLOCK {
                    _ if count == 0 => done(0),
                    0 => self.attempt(t, wait),
                    _ => self.pipe_nonblocking(t, wait),
                };
            }
            FileKind::Input(bytes) => part(&bytes, offset, count),
            FileKind::Regular(inode) => part(self.files.bytes(inode), offset, count),
            FileKind::Directory => return failed(Errno::EISDIR),
            FileKind::Output(_) => return done(0),
            FileKind::PipeWrite(_) => return failed(Errno::EBADF),
        };
        self.copy_out(t, buffer, &bytes)?;
        self.files.open[file].offset += bytes.len() as u32;
        self.charge(self.config.cost.copy.saturating_mul(bytes.len() as u64));
        done(bytes.len() as u32)
    }

    pub(crate) fn write(&mut self, t: ThreadKey, fd: u32, buffer: u32, count: u32) -> Attempt {
        let file = match self.file_of(t, fd) {
            Ok(file) => file,
            Err(errno) => return failed(errno),
        };
        let OpenFile {
            kind,
            offset,
            flags: how,
            ..
        } = self.files.open[file].clone();
        match kind {
            FileKind::PipeWrite(pipe) => {
                let wait = Wait::PipeWrite {
                    pipe,
                    buffer,
                    count,
                    done: 0,
                };
                match how & flags::NONBLOCK {
                    0 => self.attempt(t, wait),
                    _ => self.pipe_nonblocking(t, wait),
                }
            }
            FileKind::Output(stream) => self.output_bytes(t, stream, buffer, count),
            FileKind::Regular(_) if how & flags::ACCESS_MODE == 0 => failed(Errno::EBADF),
            FileKind::Regular(inode) => {
                let at = match how & flags::APPEND {
                    0 => offset,
                    _ => self.files.bytes(inode).len() as u32,
                };
                let room = FILE_SIZE_MAX.saturating_sub(at);
                if room == 0 && count > 0 {
                    self.limit = Some("file size");
                    return failed(Errno::ENOMEM);
                }
                let bytes = self.copy_in(t, buffer, count.min(room))?;
                let end = at as usize + bytes.len();
                self.store(end.saturating_sub(self.files.bytes(inode).len()));
                let to = self.files.bytes_mut(inode);
                if to.len() < end {
                    to.resize(end, 0);
                }
                to[at as usize..end].copy_from_slice(&bytes);
                self.files.open[file].offset = end as u32;
                self.charge(self.config.cost.copy.saturating_mul(bytes.len() as u64));
                done(bytes.len() as u32)
            }
            FileKind::Input(_) | FileKind::PipeRead(_) | FileKind::Directory => {
                failed(Errno::EBADF)
            }
        }
    }

    fn output_bytes(&mut self, t: ThreadKey, stream: u8, buffer: u32, count: u32) -> Attempt {
        let room = self.config.limits.output.saturating_sub(self.written);
        let size = u64::from(count).min(room) as u32;
        if size < count {
            self.limit = Some("output");
        }
        let bytes = self.copy_in(t, buffer, size)?;
        let start = self.output.len() as u32;
        self.written += u64::from(size);
        if self.keeps_output {
            self.output.extend_from_slice(&bytes);
        }
        self.tell(
            t,
            EventKind::Writes {
                stream,
                start,
                bytes: size,
            },
        );
        done(size)
    }

    pub(crate) fn lseek(&mut self, t: ThreadKey, fd: u32, offset: u32, whence: u32) -> Attempt {
        let file = match self.file_of(t, fd) {
            Ok(file) => file,
            Err(errno) => return failed(errno),
        };
        let description = &self.files.open[file];
        let size = match &description.kind {
            FileKind::Regular(inode) => self.files.bytes(*inode).len() as i64,
            FileKind::Input(bytes) => bytes.len() as i64,
            FileKind::PipeRead(_)
            | FileKind::PipeWrite(_)
            | FileKind::Output(_)
            | FileKind::Directory => return failed(Errno::ESPIPE),
        };
        let base = match whence {
            0 => 0,
            1 => i64::from(description.offset),
            2 => size,
            _ => return failed(Errno::EINVAL),
        };
        let to = base + i64::from(offset as i32);
        if !(0..=i64::from(FILE_SIZE_MAX)).contains(&to) {
            return failed(Errno::EINVAL);
        }
        self.files.open[file].offset = to as u32;
        done(to as u32)
    }

    pub(crate) fn fstat(&mut self, t: ThreadKey, fd: u32, to: u32) -> Attempt {
        let file = match self.file_of(t, fd) {
            Ok(file) => file,
            Err(errno) => return failed(errno),
        };
        let (mode, inode, size) = match &self.files.open[file].kind {
            FileKind::Regular(inode) => (S_IFREG | 0o644, *inode, self.files.bytes(*inode).len()),
            FileKind::Directory => (S_IFDIR | 0o755, 0, 0),
            FileKind::PipeRead(_) | FileKind::PipeWrite(_) => (S_IFIFO | 0o600, 0, 0),
            FileKind::Input(_) | FileKind::Output(_) => (S_IFCHR | 0o620, 0, 0),
        };
        self.copy_out(t, to, &stat_bytes(mode, inode, size as u32))?;
        done(0)
    }

    pub(crate) fn stat(&mut self, t: ThreadKey, path: u32, to: u32) -> Attempt {
        let path = self.path_argument(t, path)?;
        let bytes = match self.files.lookup(&path) {
            Some(Entry::File(inode)) => {
                stat_bytes(S_IFREG | 0o644, inode, self.files.bytes(inode).len() as u32)
            }
            Some(Entry::Directory) => stat_bytes(S_IFDIR | 0o755, 0, 0),
            None => return failed(Errno::ENOENT),
        };
        self.copy_out(t, to, &bytes)?;
        done(0)
    }

    pub(crate) fn mkdir(&mut self, t: ThreadKey, path: u32) -> Attempt {
        let path = self.path_argument(t, path)?;
        self.store(path.len() + 64);
        unit(self.files.make_directory(&path))
    }

    pub(crate) fn unlink(&mut self, t: ThreadKey, path: u32, how: u32) -> Attempt {
        const REMOVE_DIRECTORY: u32 = 0x200;
        let path = self.path_argument(t, path)?;
        unit(self.files.remove(&path, how & REMOVE_DIRECTORY != 0))
    }

    pub(crate) fn getcwd(&mut self, t: ThreadKey, buffer: u32, size: u32) -> Attempt {
        if size < 2 {
            return failed(Errno::ERANGE);
        }
        self.copy_out(t, buffer, b"/\0")?;
        done(2)
    }
}

fn part(bytes: &[u8], offset: u32, count: u32) -> Vec<u8> {
    bytes
        .iter()
        .skip(offset as usize)
        .take(count as usize)
        .copied()
        .collect()
}

/// `struct stat`: 12 words: dev, ino, mode, nlink, uid, gid, size, blksize, blocks, three times.
/// Bytes of a `struct stat`.
pub(crate) const STAT_SIZE: u32 = 48;

fn stat_bytes(mode: u32, inode: u32, size: u32) -> Vec<u8> {
    let words: [u32; STAT_SIZE as usize / 4] = [
        1,
        inode,
        mode,
        1,
        0,
        0,
        size,
        PAGE_SIZE,
        size.div_ceil(512),
        0,
        0,
        0,
    ];
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
