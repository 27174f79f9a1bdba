//! Files: descriptors of a process, open file descriptions (shared after `fork` and `dup`, with their
//! offset), and a file system in memory.
//!
//! Paths are names in one flat table of normalised absolute paths, with directories as entries of their
//! own. Nothing here reads or writes the host's files. Not here: permissions, links, times, devices
//! with a latency.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use sim_abi::PipeId;
use sim_abi::syscall::Errno;
use slotmap::SlotMap;

slotmap::new_key_type! {
    /// An open file description.
    pub struct FileKey;
}

/// Most descriptors of one process.
const DESCRIPTORS_MAX: usize = 1024;
/// Largest file, in bytes.
pub const FILE_SIZE_MAX: u32 = 16 << 20;

/// `open` flags, with Linux's values.
pub mod flags {
    #![allow(missing_docs)] // The names are POSIX's.
    pub const ACCESS_MODE: u32 = 3;
    pub const WRONLY: u32 = 1;
    pub const CREAT: u32 = 0o100;
    pub const EXCL: u32 = 0o200;
    pub const TRUNC: u32 = 0o1000;
    pub const APPEND: u32 = 0o2000;
    pub const NONBLOCK: u32 = 0o4000;
    pub const DIRECTORY: u32 = 0o200000;
    pub const CLOEXEC: u32 = 0o2000000;
}

/// What an open file description is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// What the scenario gives to a process, then end of file.
    Input(Arc<[u8]>),
    /// 1 stdout, 2 stderr of the computer.
    Output(u8),
    /// The read end of a pipe.
    PipeRead(PipeId),
    /// The write end of a pipe.
    PipeWrite(PipeId),
    /// A file in memory, by inode.
    Regular(u32),
    /// A directory.
    Directory,
}

impl FileKind {
    /// Which kind, and of what, as a number: for fingerprints.
    pub(crate) fn number(&self) -> u64 {
        match self {
            FileKind::Input(_) => 1,
            FileKind::Output(stream) => 2 << 32 | u64::from(*stream),
            FileKind::PipeRead(pipe) => 3 << 32 | u64::from(pipe.0),
            FileKind::PipeWrite(pipe) => 4 << 32 | u64::from(pipe.0),
            FileKind::Regular(inode) => 5 << 32 | u64::from(*inode),
            FileKind::Directory => 6,
        }
    }
}

/// An open file description: what descriptors share after `fork` and `dup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFile {
    /// What it is about.
    pub kind: FileKind,
    /// Next byte.
    pub offset: u32,
    /// `open` flags that can be asked for: access mode, append, non-blocking.
    pub flags: u32,
    /// Descriptors that refer to it.
    pub references: u32,
}

/// A descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// To what it refers.
    pub file: FileKey,
    /// Closed by `execve`.
    pub close_on_exec: bool,
}

/// The descriptors of a process.
#[derive(Clone, Debug, Default)]
pub struct Descriptors {
    table: Vec<Option<Descriptor>>,
}

impl Descriptors {
    /// What a descriptor refers to.
    pub fn get(&self, fd: u32) -> Result<Descriptor, Errno> {
        self.table
            .get(fd as usize)
            .copied()
            .flatten()
            .ok_or(Errno::EBADF)
    }

    /// The lowest free descriptor from `least` on.
    pub fn insert(&mut self, descriptor: Descriptor, least: u32) -> Result<u32, Errno> {
        let least = least as usize;
        if least >= DESCRIPTORS_MAX {
            return Err(Errno::EINVAL);
        }
        let fd = (least..).find(|fd| self.table.get(*fd).copied().flatten().is_none());
        let fd = fd.filter(|fd| *fd < DESCRIPTORS_MAX).ok_or(Errno::EMFILE)?;
        self.set(fd as u32, Some(descriptor))?;
        Ok(fd as u32)
    }

    /// Makes a descriptor refer to something, or to nothing.
    pub fn set(&mut self, fd: u32, descriptor: Option<Descriptor>) -> Result<(), Errno> {
        let fd = fd as usize;
        if fd >= DESCRIPTORS_MAX {
            return Err(Errno::EBADF);
        }
        if self.table.len() <= fd {
            self.table.resize(fd + 1, None);
        }
        self.table[fd] = descriptor;
        Ok(())
    }

    /// How many more there could be.
    pub fn room(&self) -> usize {
        DESCRIPTORS_MAX - self.open().count()
    }

    /// All open ones, by number.
    pub fn open(&self) -> impl Iterator<Item = (u32, Descriptor)> + '_ {
        self.table
            .iter()
            .enumerate()
            .filter_map(|(fd, d)| Some((fd as u32, (*d)?)))
    }
}

/// A name in the file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file, by inode.
    File(u32),
    /// A directory.
    Directory,
}

/// The file system and all open file descriptions.
#[derive(Clone, Debug)]
pub struct FileSystem {
    /// Open file descriptions.
    pub open: SlotMap<FileKey, OpenFile>,
    names: BTreeMap<String, Entry>,
    inodes: BTreeMap<u32, Arc<Vec<u8>>>,
    last_inode: u32,
}

impl FileSystem {
    /// With the scenario's files; `/` and `/tmp` always exist.
    pub fn new(files: &[(String, Vec<u8>)]) -> FileSystem {
        let mut fs = FileSystem {
            open: SlotMap::with_key(),
            names: BTreeMap::from([
                ("/".to_owned(), Entry::Directory),
                ("/tmp".to_owned(), Entry::Directory),
            ]),
            inodes: BTreeMap::new(),
            last_inode: 0,
        };
        for (path, bytes) in files {
            let path = normalise(path.as_bytes());
            let parents: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
            for at in parents.into_iter().filter(|at| *at > 0) {
                fs.names.insert(path[..at].to_owned(), Entry::Directory);
            }
            let inode = fs.create(&path);
            *fs.bytes_mut(inode) = bytes.clone();
        }
        fs
    }

    /// Opens a description.
    pub fn describe(&mut self, kind: FileKind, flags: u32) -> FileKey {
        self.open.insert(OpenFile {
            kind,
            offset: 0,
            flags,
            references: 1,
        })
    }

    /// What a name stands for.
    pub fn lookup(&self, path: &str) -> Option<Entry> {
        self.names.get(path).copied()
    }

    /// A new empty file under a name that must be free.
    pub fn create(&mut self, path: &str) -> u32 {
        self.last_inode += 1;
        self.inodes.insert(self.last_inode, Arc::default());
        self.names
            .insert(path.to_owned(), Entry::File(self.last_inode));
        self.last_inode
    }

    /// Each name, and its inode (0: it is a directory).
    pub(crate) fn each_name(&self, mut visit: impl FnMut(&str, u32)) {
        for (name, entry) in &self.names {
            match entry {
                Entry::File(inode) => visit(name, *inode),
                Entry::Directory => visit(name, 0),
            }
        }
    }

    /// Each file, by inode.
    pub(crate) fn each_file(&self, mut visit: impl FnMut(u32, &[u8])) {
        self.inodes
            .iter()
            .for_each(|(inode, bytes)| visit(*inode, bytes));
    }

    /// A file's bytes.
    pub fn bytes(&self, inode: u32) -> &[u8] {
        self.inodes
            .get(&inode)
            .map_or(&[], |bytes| bytes.as_slice())
    }

    /// A file's bytes, to be changed.
    pub fn bytes_mut(&mut self, inode: u32) -> &mut Vec<u8> {
        Arc::make_mut(self.inodes.entry(inode).or_default())
    }

    /// `open`'s part that concerns names.
    pub fn open_path(&mut self, path: &str, flags: u32) -> Result<FileKind, Errno> {
        let writes = flags & flags::ACCESS_MODE != 0;
        match self.lookup(path) {
            Some(_) if flags & flags::CREAT != 0 && flags & flags::EXCL != 0 => Err(Errno::EEXIST),
            Some(Entry::Directory) if writes => Err(Errno::EISDIR),
            Some(Entry::Directory) => Ok(FileKind::Directory),
            Some(Entry::File(_)) if flags & flags::DIRECTORY != 0 => Err(Errno::ENOTDIR),
            Some(Entry::File(inode)) => {
                if flags & flags::TRUNC != 0 && writes {
                    self.bytes_mut(inode).clear();
                }
                Ok(FileKind::Regular(inode))
            }
            None if flags & flags::CREAT != 0 => {
                self.parent_exists(path)?;
                Ok(FileKind::Regular(self.create(path)))
            }
            None => Err(Errno::ENOENT),
        }
    }

    /// `mkdir`
    pub fn make_directory(&mut self, path: &str) -> Result<(), Errno> {
        if self.lookup(path).is_some() {
            return Err(Errno::EEXIST);
        }
        self.parent_exists(path)?;
        self.names.insert(path.to_owned(), Entry::Directory);
        Ok(())
    }

    /// `unlink`, `rmdir`: the name goes; a file's bytes stay while somebody has it open.
    pub fn remove(&mut self, path: &str, directory: bool) -> Result<(), Errno> {
        match (self.lookup(path).ok_or(Errno::ENOENT)?, directory) {
            (Entry::File(inode), false) => {
                self.names.remove(path);
                self.forget(inode);
                Ok(())
            }
            (Entry::File(_), true) => Err(Errno::ENOTDIR),
            (Entry::Directory, false) => Err(Errno::EISDIR),
            (Entry::Directory, true) => {
                let inside = alloc::format!("{path}/");
                if path == "/" || self.names.keys().any(|name| name.starts_with(&inside)) {
                    return Err(Errno::ENOTEMPTY);
                }
                self.names.remove(path);
                Ok(())
            }
        }
    }

    /// How many names and open files there are: what [`FileSystem::forget`] looks through.
    pub fn entries(&self) -> usize {
        self.names.len() + self.open.len()
    }

    /// Drops the bytes of a file that has no name and that nobody has open.
    pub fn forget(&mut self, inode: u32) {
        let named = self
            .names
            .values()
            .any(|entry| *entry == Entry::File(inode));
        let open = self
            .open
            .values()
            .any(|file| file.kind == FileKind::Regular(inode));
        if !named && !open {
            self.inodes.remove(&inode);
        }
    }

    fn parent_exists(&self, path: &str) -> Result<(), Errno> {
        let parent = match path.rfind('/') {
            None | Some(0) => "/",
            Some(at) => &path[..at],
        };
        match self.lookup(parent) {
            Some(Entry::Directory) => Ok(()),
            Some(Entry::File(_)) => Err(Errno::ENOTDIR),
            None => Err(Errno::ENOENT),
        }
    }
}

/// An absolute path without `.`, `..` and double slashes; relative ones start at `/`.
pub fn normalise(path: &[u8]) -> String {
    let text = String::from_utf8_lossy(path);
    let mut parts: Vec<&str> = vec![];
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    alloc::format!("/{}", parts.join("/"))
}
