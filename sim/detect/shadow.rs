//! Shadow memory: for each word of simulated memory that was accessed, its [`Cell`].
//!
//! A [`Key`] is a place in memory as one number, the same for all who can touch it. Memory is kept in
//! *lines* of 256 bytes, made at the first access, found through a direct-mapped cache and behind it
//! a hash map with a fixed hash function (nothing iterates over it).

use alloc::vec::Vec;
use core::hash::{BuildHasherDefault, Hasher};
use hashbrown::HashMap;
use sim_abi::event::Location;

use crate::clock::{Epoch, Thread};
use crate::word::{Cell, Conflict, Rich, Touching};

const LINE_BYTES: u64 = 256;
const LINE_CELLS: usize = 64;
/// Entries of the cache: it covers 128 KiB of simulated memory.
const CACHED: usize = 512;
const SHARED: u64 = 1 << 63;

/// A place in memory: space and address, or (top bit set) frame and offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(u64);

impl Key {
    #[inline]
    pub(crate) fn new(location: Location) -> Key {
        match location {
            Location::Private { space, address } => {
                Key((u64::from(space) << 32 | u64::from(address)) & !SHARED)
            }
            Location::Shared { frame, offset } => {
                Key(SHARED | (u64::from(frame) << 12).wrapping_add(u64::from(offset)))
            }
        }
    }

    /// Byte in its word.
    #[inline]
    pub(crate) fn byte(self) -> u32 {
        (self.0 & 3) as u32
    }

    fn line(self) -> u64 {
        self.0 / LINE_BYTES
    }

    fn cell(self) -> usize {
        (self.0 / 4) as usize % LINE_CELLS
    }
}

/// The bytes of a word that `size` bytes from `byte` on take.
#[inline]
pub(crate) fn mask(byte: u32, size: u32) -> u8 {
    (((1u32 << size.min(4)) - 1) << byte) as u8 & 0xf
}

/// The words that an access takes: offset of each part in the access, bytes of the word.
pub(crate) fn words(byte: u32, size: u32) -> impl Iterator<Item = (u32, u8)> {
    let mut done = 0;
    core::iter::from_fn(move || {
        if done >= size {
            return None;
        }
        let at = if done == 0 { byte } else { 0 };
        let take = (4 - at).min(size - done);
        let word = (done, mask(at, take));
        done += take;
        Some(word)
    })
}

/// Multiplication by 2^64/φ (Knuth, TAOCP 6.4): the same on every machine and in every run.
#[derive(Clone, Copy, Debug, Default)]
struct Fixed(u64);

impl Hasher for Fixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        // The map takes its bits from both ends: the rotation brings the good ones to the low end.
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed.rotate_left(32);
    }
}

#[derive(Clone, Debug)]
struct Line {
    number: u64,
    cells: [Cell; LINE_CELLS],
}

const NO_LINE: u64 = u64::MAX;

/// The memory's record.
#[derive(Clone, Debug)]
pub(crate) struct Shadow {
    lines: Vec<Line>,
    index: HashMap<u64, u32, BuildHasherDefault<Fixed>>,
    /// Lines nobody uses.
    unused: Vec<u32>,
    /// Line number and index, at a place that follows from the number.
    cache: Vec<(u64, u32)>,
    /// Records of words that need one; number 0 is never given out.
    rich: Vec<Rich>,
    unused_rich: Vec<u32>,
}

impl Shadow {
    pub(crate) fn new() -> Shadow {
        Shadow {
            lines: Vec::new(),
            index: HashMap::default(),
            unused: Vec::new(),
            cache: alloc::vec![(NO_LINE, 0); CACHED],
            rich: alloc::vec![Rich::default()],
            unused_rich: Vec::new(),
        }
    }

    /// The whole access lies in one word and adds nothing to what is known.
    #[inline]
    pub(crate) fn is_same_epoch(&self, key: Key, size: u32, write: bool, now: Epoch) -> bool {
        let line = key.line();
        let (number, index) = self.cache[slot(line)];
        if number != line {
            return false;
        }
        let cell = &self.lines[index as usize].cells[key.cell()];
        let mask = mask(key.byte(), size);
        cell.is_same_epoch(mask, write, now)
            || (cell.rich != 0 && self.rich[cell.rich as usize].is_same_epoch(mask, write, now))
    }

    /// Makes an access to one word. The flag: it has released (an atomic write).
    pub(crate) fn access(
        &mut self,
        key: Key,
        t: &Touching,
        thread: &mut Thread,
    ) -> (Option<Conflict>, bool) {
        let line = self.line(key.line());
        let cell = &mut self.lines[line].cells[key.cell()];
        if let Some(conflict) = cell.access(t, thread) {
            return (conflict, false);
        }
        if cell.rich == 0 {
            let rich = cell.enrich();
            let number = match self.unused_rich.pop() {
                Some(number) => number,
                None => {
                    self.rich.push(Rich::default());
                    (self.rich.len() - 1) as u32
                }
            };
            self.rich[number as usize] = rich;
            *cell = Cell {
                rich: number,
                ..Cell::default()
            };
        }
        let rich = &mut self.rich[cell.rich as usize];
        let result = rich.access(t, thread);
        if let Some(simple) = rich.simple() {
            self.unused_rich.push(cell.rich);
            *cell = simple;
        }
        result
    }

    /// What a plain write by `thread` to these bytes would conflict with, and how far from the start.
    pub(crate) fn peek(
        &self,
        start: Key,
        size: u32,
        t: &Touching,
        thread: &Thread,
    ) -> Option<(u32, Conflict)> {
        let end = start.0.saturating_add(u64::from(size));
        self.lines_in(start.0, end).into_iter().find_map(|index| {
            let line = &self.lines[index];
            bytes_in(line.number, start.0, end).find_map(|(word, mask)| {
                let cell = &line.cells[word];
                let rich = &self.rich[cell.rich as usize];
                let conflict = cell.peek(rich, &Touching { mask, ..*t }, thread)?;
                let at = line.number * LINE_BYTES + 4 * word as u64;
                Some((at.saturating_sub(start.0) as u32, conflict))
            })
        })
    }

    /// Forgets a range of bytes.
    pub(crate) fn forget(&mut self, start: Key, size: u32) {
        let end = start.0.saturating_add(u64::from(size));
        for index in self.lines_in(start.0, end) {
            self.forget_in(index, start.0, end);
        }
    }

    /// The lines with bytes of `start..end`, in order of address.
    fn lines_in(&self, start: u64, end: u64) -> Vec<usize> {
        if start >= end {
            return Vec::new();
        }
        let numbers = start / LINE_BYTES..=(end - 1) / LINE_BYTES;
        if numbers.end() - numbers.start() < self.lines.len() as u64 {
            let found = |number| Some(*self.index.get(&number)? as usize);
            numbers.filter_map(found).collect()
        } else {
            let mut all: Vec<usize> = (0..self.lines.len())
                .filter(|&index| numbers.contains(&self.lines[index].number))
                .collect();
            all.sort_unstable_by_key(|&index| self.lines[index].number);
            all
        }
    }

    /// Forgets the bytes `start..end` of one line.
    fn forget_in(&mut self, index: usize, start: u64, end: u64) {
        let base = self.lines[index].number * LINE_BYTES;
        if start <= base && base + LINE_BYTES <= end {
            self.drop_line(index);
            return;
        }
        let line = &mut self.lines[index];
        for (word, mask) in bytes_in(line.number, start, end) {
            let cell = &mut line.cells[word];
            cell.clear(mask);
            self.rich[cell.rich as usize].clear(mask);
        }
    }

    fn drop_line(&mut self, index: usize) {
        let line = &mut self.lines[index];
        for cell in &mut line.cells {
            if cell.rich != 0 {
                self.rich[cell.rich as usize] = Rich::default();
                self.unused_rich.push(cell.rich);
            }
            *cell = Cell::default();
        }
        self.index.remove(&line.number);
        let cached = &mut self.cache[slot(line.number)];
        if cached.0 == line.number {
            *cached = (NO_LINE, 0);
        }
        line.number = NO_LINE;
        self.unused.push(index as u32);
    }

    /// Forgets all of a private address space.
    pub(crate) fn forget_space(&mut self, space: u32) {
        let first = Key::new(Location::Private { space, address: 0 }).line();
        self.forget_lines(first, (1 << 32) / LINE_BYTES);
    }

    /// Forgets all of a shared frame.
    pub(crate) fn forget_frame(&mut self, frame: u32) {
        let first = Key::new(Location::Shared { frame, offset: 0 }).line();
        self.forget_lines(first, 4096 / LINE_BYTES);
    }

    fn forget_lines(&mut self, first: u64, count: u64) {
        for index in 0..self.lines.len() {
            let number = self.lines[index].number;
            if number != NO_LINE && number.wrapping_sub(first) < count {
                self.drop_line(index);
            }
        }
    }

    /// Has the line of this place been used lately?
    pub(crate) fn is_cached(&self, key: Key) -> bool {
        self.cache[slot(key.line())].0 == key.line()
    }

    /// Index of the line with this number, which is made if need be.
    fn line(&mut self, number: u64) -> usize {
        let (cached, index) = self.cache[slot(number)];
        if cached == number {
            return index as usize;
        }
        let index = match self.index.get(&number) {
            Some(&index) => index,
            None => self.make_line(number),
        };
        self.cache[slot(number)] = (number, index);
        index as usize
    }

    fn make_line(&mut self, number: u64) -> u32 {
        let index = match self.unused.pop() {
            Some(index) => {
                self.lines[index as usize].number = number;
                index
            }
            None => {
                self.lines.push(Line {
                    number,
                    cells: core::array::from_fn(|_| Cell::default()),
                });
                (self.lines.len() - 1) as u32
            }
        };
        self.index.insert(number, index);
        index
    }
}

/// The words of a line that have bytes in `start..end`, and which bytes.
fn bytes_in(line: u64, start: u64, end: u64) -> impl Iterator<Item = (usize, u8)> {
    let base = line * LINE_BYTES;
    (0..LINE_CELLS).filter_map(move |word| {
        let at = base + 4 * word as u64;
        let (from, to) = (start.max(at), end.min(at + 4));
        (from < to).then(|| (word, mask((from - at) as u32, (to - from) as u32)))
    })
}

/// Where the cache keeps a line. Neighbouring lines have different places; stacks, heap and
/// globals, which differ in high bits, too.
#[inline]
fn slot(line: u64) -> usize {
    (line ^ line >> 9 ^ line >> 20) as usize % CACHED
}
