//! Fingerprints: 128 bits of what the future of a world depends on. Worlds with equal fingerprints
//! behave alike under equal choices (but for collisions: n states collide with probability below n²/2¹²⁹).
//!
//! In it: registers and stacks above `sp` of threads that live, all other writable memory, waits, ends,
//! descriptors, pipes, files, heap blocks, signals. Outcomes too. Not in it: time, accounts, output so
//! far, names, the kernel's own handles, stacks below `sp`. Every table's fields are listed by
//! destructuring without `..`, so that a new field does not compile until it has been thought of.
//!
//! The memory's part is a sum (xor) over words, kept up from the journal: a step that changes three words
//! costs three words. Registers count if the program may still read them (`liveness.rs`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::Tid;
use sim_abi::image::Permissions;
use sim_abi::layout::PAGE_SIZE;
use sim_abi::mixer::Mixer;
use sim_machine::{Mark, Sharing};

use crate::files::{Descriptor, FileKey, OpenFile};
use crate::ipc::pipe::Pipe;
use crate::process::{Process, ProcessKey};
use crate::properties::Invariant;
use crate::space::{AddressSpace, Area, AreaKind};
use crate::thread::{Blocked, State, Thread, ThreadKey};
use crate::world::World;

/// The memory's part of the fingerprint, as of a mark.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digest {
    mark: Option<Mark>,
    words: u128,
    /// By frame: what its words count as.
    frames: Arc<Vec<Use>>,
}

/// What the words of a frame count as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Use {
    /// Nothing, or nobody can write them.
    #[default]
    Nothing,
    /// Memory: with this number in place of its address.
    Memory(u64),
    /// A part of this thread's stack: they count with the thread.
    Stack(ThreadKey),
}

/// One word of memory; zeros count nothing, so that untouched pages do not.
#[inline]
fn word_hash(page: u64, index: u32, value: u32) -> u128 {
    if value == 0 {
        return 0;
    }
    let mut mixer = Mixer::new(page);
    mixer.add(u64::from(index) << 32 | u64::from(value));
    mixer.finish()
}

impl World {
    /// The fingerprint.
    pub fn fingerprint(&mut self) -> u128 {
        self.sync_digest();
        let mut mixer = Mixer::new(self.digest.words as u64);
        mixer.add((self.digest.words >> 64) as u64);
        for n in 0..self.tids.len() {
            let t = self.nth_thread(n);
            mixer.add_wide(self.thread_digest(t));
            if self.clock_read {
                mixer.add(self.threads[t].slept);
            }
        }
        mixer.add_wide(self.tables_digest());
        mixer.add(u64::from(self.last_id));
        // What a run has told about itself is part of what is asked of it.
        for outcome in self.outcomes.iter() {
            outcome.bytes().for_each(|byte| mixer.add(u64::from(byte)));
            mixer.add(1 << 8);
        }
        for invariant in self.invariants.iter() {
            mixer.add(self.invariant_number(invariant));
        }
        mixer.add(u64::from(self.limit.is_some()));
        mixer.finish()
    }

    /// A digest of what one thread is in: its registers, its stack, its wait. 0: there is none.
    pub fn thread_fingerprint(&mut self, tid: Tid) -> u128 {
        self.sync_digest();
        let key = self.tids.get(&tid).copied();
        key.map_or(0, |t| self.thread_digest(t))
    }

    fn nth_thread(&self, n: usize) -> ThreadKey {
        let key = self.tids.values().nth(n);
        *key.expect("the table is not changed in between")
    }

    fn thread_digest(&mut self, t: ThreadKey) -> u128 {
        if let Some(known) = self.threads[t].digest() {
            return known;
        }
        let mut mixer = Mixer::new(0);
        self.mix_thread(t, &mut mixer);
        let digest = mixer.finish();
        self.threads[t].remember(digest);
        digest
    }

    /// Of processes, their files and pipes. Remembered with the processes, whose descriptors say which
    /// files count.
    fn tables_digest(&mut self) -> u128 {
        let unchanged = self.files.digest().and(self.pipes.digest());
        if let Some(known) = unchanged.and(self.processes.digest()) {
            return known;
        }
        let mut mixer = Mixer::new(0);
        let mut open = Vec::new();
        for p in self.pids.values() {
            self.mix_process(*p, &mut open, &mut mixer);
        }
        for (id, pipe) in self.pipes.iter() {
            let Pipe {
                bytes,
                readers,
                writers,
            } = pipe;
            mixer.add(u64::from(id.0) << 32 | u64::from(*readers) << 16 | u64::from(*writers));
            mixer.add(bytes.len() as u64);
            bytes.iter().for_each(|byte| mixer.add(u64::from(*byte)));
        }
        self.files.each_file(|inode, bytes| {
            mixer.add(u64::from(inode));
            mixer.add(bytes.len() as u64);
            bytes.iter().for_each(|byte| mixer.add(u64::from(*byte)));
        });
        self.files.each_name(|name, inode| {
            name.bytes().for_each(|byte| mixer.add(u64::from(byte)));
            mixer.add(1 << 32 | u64::from(inode));
        });
        let digest = mixer.finish();
        self.files.remember(digest);
        self.pipes.remember(digest);
        self.processes.remember(digest);
        digest
    }

    /// Brings the memory's part up to date.
    pub(crate) fn sync_digest(&mut self) {
        let Some(mark) = self
            .digest
            .mark
            .filter(|m| !self.memory.structure_changed_since(*m))
        else {
            return self.rebuild_digest();
        };
        let mut words = self.digest.words;
        // A word may have changed more than once: its first old value counts, and its value now.
        let mut changed: Vec<(u32, u32, u32)> = self
            .memory
            .changes_since(mark)
            .map(|c| (c.frame.0, u32::from(c.word), c.old))
            .collect();
        changed.sort_by_key(|(frame, word, _)| (*frame, *word)); // Stable: the first stays first.
        changed.dedup_by_key(|(frame, word, _)| (*frame, *word));
        for (frame, word, old) in changed {
            let of = self.digest.frames.get(frame as usize).copied();
            match of.unwrap_or_default() {
                Use::Nothing => {}
                Use::Stack(t) => {
                    if let Some(thread) = self.threads.get_mut(t) {
                        thread.forget_digest();
                    }
                }
                Use::Memory(page) => {
                    let bytes = self.memory.read_frame(sim_machine::FrameId(frame));
                    let new = word_of(bytes, word);
                    words ^= word_hash(page, word, old) ^ word_hash(page, word, new);
                }
            }
        }
        self.digest.words = words;
        self.digest.mark = Some(self.memory.mark());
    }

    fn rebuild_digest(&mut self) {
        let mut words = 0;
        let mut frames: Vec<Use> = Vec::new();
        for thread in self.threads.values_mut() {
            thread.forget_digest();
        }
        for p in self.pids.values() {
            let process = &self.processes[*p];
            if process.status.is_some() {
                continue;
            }
            for (number, page) in self.memory.pages(process.space.id) {
                let Some(area) = process.space.area_of(number) else {
                    continue;
                };
                let slot = page.frame.0 as usize;
                if frames.len() <= slot {
                    frames.resize(slot + 1, Use::Nothing);
                }
                let slot_of_stack = match area.kind {
                    AreaKind::MainStack => Some(None),
                    AreaKind::ThreadStack(slot) => Some(Some(slot)),
                    _ => None,
                };
                if let Some(stack) = slot_of_stack {
                    let mut threads = process.threads.iter();
                    let owner = threads.find(|t| self.threads[**t].stack_slot == stack);
                    if page.sharing != Sharing::CopyOnWrite {
                        frames[slot] = owner.map_or(Use::Nothing, |t| Use::Stack(*t));
                    }
                    continue;
                }
                if !area.permissions.write {
                    continue;
                }
                let shared = page.sharing == Sharing::Shared;
                let key = match shared {
                    true => 1 << 63 | u64::from(page.frame.0),
                    false => u64::from(process.pid.0) << 20 | u64::from(number),
                };
                if shared && frames[slot] != Use::Nothing {
                    continue; // Counted for another process.
                }
                // Frames that are still shared since a fork cannot be written without being copied.
                if page.sharing != Sharing::CopyOnWrite {
                    frames[slot] = Use::Memory(key);
                }
                let bytes = self.memory.read_frame(page.frame);
                for index in 0..PAGE_SIZE / 4 {
                    words ^= word_hash(key, index, word_of(bytes, index));
                }
            }
        }
        self.digest = Digest {
            mark: Some(self.memory.mark()),
            words,
            frames: Arc::new(frames),
        };
    }

    fn mix_thread(&self, t: ThreadKey, mixer: &mut Mixer) {
        let Thread {
            tid,
            pid,
            process,
            name: _,
            body: _,
            stack_slot,
            registers,
            state,
            call_pc,
            started: _,
            // What it stands right before follows from its registers and memory.
            parked: _,
            // Counts once somebody has read the clock.
            slept: _,
            pending_signals,
            signal_mask,
            detached,
            result,
            account: _,
        } = &*self.threads[t];
        mixer.add(u64::from(tid.0) << 32 | u64::from(stack_slot.map_or(u32::MAX, |s| s)));
        mixer.add(u64::from(pid.0));
        mixer.add(u64::from(*pending_signals) << 32 | u64::from(*signal_mask));
        mixer.add(u64::from(*detached));
        match state {
            State::Ended => {
                mixer.add(1 << 32 | u64::from(*result));
                return;
            }
            State::Ready | State::Running(_) => mixer.add(2),
            State::Blocked(blocked) => {
                let Blocked {
                    wait,
                    on: _,
                    since: _,
                    until,
                    pc: _,
                } = blocked;
                mixer.add(3 + u64::from(until.is_some()));
                wait.words().into_iter().for_each(|word| mixer.add(word));
            }
        }
        mixer.add(u64::from(call_pc.is_some()));
        mixer.add(u64::from(registers.pc));
        // What a waiting call gives is not known yet: its register counts for nothing.
        let result_register = u32::from(call_pc.is_some()) << 10;
        let mut live = self.liveness(*process, registers.pc) & !result_register;
        mixer.add(u64::from(live));
        while live != 0 {
            mixer.add(u64::from(registers.x[live.trailing_zeros() as usize]));
            live &= live - 1;
        }
        self.mix_stack(t, mixer);
    }

    fn liveness(&self, p: ProcessKey, pc: u32) -> u32 {
        self.processes[p]
            .liveness
            .as_ref()
            .map_or(u32::MAX, |l| l.at(pc))
    }

    /// The live part of a thread's stack, with its thread-local storage above it.
    fn mix_stack(&self, t: ThreadKey, mixer: &mut Mixer) {
        let thread = &self.threads[t];
        let space = &self.processes[thread.process].space;
        let sp = thread.registers.x[2] & !3;
        let Some(area) = space.area_of(sp / PAGE_SIZE) else {
            return;
        };
        let end = area.end;
        for number in sp / PAGE_SIZE..end {
            let Some(page) = self.memory.page(space.id, number) else {
                continue;
            };
            let bytes = self.memory.read_frame(page.frame);
            let first = if number == sp / PAGE_SIZE {
                sp % PAGE_SIZE / 4
            } else {
                0
            };
            for index in (first..PAGE_SIZE / 4).step_by(2) {
                let low = word_of(bytes, index);
                let high = if index + 1 < PAGE_SIZE / 4 {
                    word_of(bytes, index + 1)
                } else {
                    0
                };
                if low | high != 0 {
                    mixer.add(u64::from(low) << 32 | u64::from(high));
                    mixer.add(u64::from(number) << 32 | u64::from(index));
                }
            }
        }
    }

    /// `open`: the open files met so far, in order. Which descriptors share one is part of the state.
    fn mix_process(&self, p: ProcessKey, open: &mut Vec<FileKey>, mixer: &mut Mixer) {
        let Process {
            pid,
            name: _,
            parent,
            children,
            forks: _,
            daemon: _,
            affinity: _,
            image,
            // Follows from the image.
            liveness: _,
            bursts: _,
            threads: _,
            threads_created: _,
            space,
            descriptors,
            actions,
            status,
            joined,
            account: _,
        } = &self.processes[p];
        mixer.add(u64::from(pid.0) << 32 | u64::from(parent.map_or(0, |p| p.0)));
        children
            .iter()
            .for_each(|child| mixer.add(u64::from(child.0)));
        if let Some(status) = status {
            mixer.add(match status {
                sim_abi::event::ExitStatus::Exited(code) => 0x100 | u64::from(*code),
                sim_abi::event::ExitStatus::Killed(signal) => 0x200 | u64::from(*signal),
            });
            return;
        }
        let programs = &self.config.programs;
        let is_program = |i: &Arc<_>| programs.iter().position(|p| Arc::ptr_eq(&p.image, i));
        let program = image.as_ref().and_then(is_program);
        mixer.add(program.map_or(u64::MAX, |n| n as u64));
        joined.iter().for_each(|tid| mixer.add(u64::from(tid.0)));
        let AddressSpace {
            id: _,
            areas,
            heap_start: _,
            heap_end,
            blocks,
            freed: _,
            stacks,
        } = space;
        mixer.add(u64::from(*heap_end));
        mixer.add(areas.len() as u64);
        areas.values().for_each(|area| self.mix_area(area, mixer));
        blocks
            .iter()
            .for_each(|(at, size)| mixer.add(u64::from(*at) << 32 | u64::from(*size)));
        stacks.iter().for_each(|slot| mixer.add(u64::from(*slot)));
        for (
            fd,
            Descriptor {
                file,
                close_on_exec,
            },
        ) in descriptors.open()
        {
            let OpenFile {
                kind,
                offset,
                flags,
                references: _,
            } = &self.files.open[file];
            let known = open.iter().position(|other| *other == file);
            mixer.add(known.unwrap_or(open.len()) as u64);
            if known.is_none() {
                open.push(file);
            }
            mixer.add(u64::from(fd) << 32 | u64::from(close_on_exec));
            mixer.add(u64::from(*offset) << 32 | u64::from(*flags));
            mixer.add(kind.number());
        }
        for action in &actions.table {
            let crate::signals::Action {
                handler,
                flags,
                restorer: _,
                mask,
            } = action;
            if handler | flags | mask != 0 {
                mixer.add(u64::from(*handler) << 32 | u64::from(*flags));
                mixer.add(u64::from(*mask));
            }
        }
    }
}

impl World {
    /// What an area may be used for and what it is.
    fn mix_area(&self, area: &Area, mixer: &mut Mixer) {
        let Area {
            start,
            end,
            permissions,
            kind,
        } = *area;
        let Permissions {
            read,
            write,
            execute,
        } = permissions;
        mixer.add(u64::from(start) << 32 | u64::from(end));
        let rights = u64::from(read) << 2 | u64::from(write) << 1 | u64::from(execute);
        // What a private mapping is called does not matter, nor which page of it came first.
        let (kind, first) = match kind {
            AreaKind::Image => (0, 0),
            AreaKind::Heap => (1, 0),
            AreaKind::MainStack => (2, 0),
            AreaKind::ThreadStack(slot) => (3, slot),
            AreaKind::Mapping { made: _, first: _ } => (4, 0),
            AreaKind::Shared(key, first) => {
                mixer.add(u64::from(self.shared.first_frame(key)));
                (5, first)
            }
        };
        mixer.add(u64::from(first) << 32 | rights << 8 | kind);
    }

    /// Whose it is, and where it begins.
    fn invariant_number(&self, invariant: &Invariant) -> u64 {
        let process = self.processes.get(invariant.process);
        let pid = process.map_or(0, |process| process.pid.0);
        u64::from(pid) << 32 | u64::from(invariant.function)
    }
}

fn word_of(bytes: &[u8; PAGE_SIZE as usize], index: u32) -> u32 {
    let at = 4 * index as usize;
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
