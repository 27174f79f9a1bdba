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
use sim_machine::{FrameId, Mark, Page, PageChange, Sharing};

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

impl Digest {
    fn use_of(&self, frame: FrameId) -> Use {
        let known = self.frames.get(frame.0 as usize);
        known.copied().unwrap_or_default()
    }

    fn set_use(&mut self, frame: FrameId, what: Use) {
        if self.use_of(frame) == what {
            return;
        }
        let frames = Arc::make_mut(&mut self.frames);
        let slot = frame.0 as usize;
        if frames.len() <= slot {
            frames.resize(slot + 1, Use::Nothing);
        }
        frames[slot] = what;
    }
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

/// All words of a page.
fn words_hash(page: u64, bytes: &[u8; PAGE_SIZE as usize]) -> u128 {
    let words = (0..PAGE_SIZE / 4).map(|index| word_hash(page, index, word_of(bytes, index)));
    words.fold(0, |all, one| all ^ one)
}

impl World {
    /// The fingerprint.
    pub fn fingerprint(&mut self) -> u128 {
        self.sync_digest();
        let mut parts = self.digest.words;
        // Sharing the table is cheaper than a list of its keys.
        let tids = self.tids.clone();
        for t in tids.values() {
            // It says whose it is, so the sum is as good as the list.
            parts ^= self.thread_digest(*t);
        }
        let mut mixer = Mixer::new(0);
        mixer.add_wide(parts);
        if self.clock_read {
            let slept = tids.values().map(|t| self.threads[*t].slept);
            slept.for_each(|ticks| mixer.add(ticks));
        }
        mixer.add_wide(self.tables_digest());
        mixer.add(u64::from(self.last_id));
        // What a run has told about itself is part of what is asked of it.
        for outcome in self.outcomes.iter() {
            mixer.add_bytes(outcome.bytes());
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
            mixer.add_bytes(bytes.iter().copied());
        }
        self.files.each_file(|inode, bytes| {
            mixer.add(u64::from(inode));
            mixer.add_bytes(bytes.iter().copied());
        });
        self.files.each_name(|name, inode| {
            mixer.add_bytes(name.bytes());
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
        let Some(mark) = self.digest.mark else {
            return self.rebuild_digest();
        };
        self.sync_words(mark);
        if self.memory.spaces_changed_since(mark) || !self.sync_pages(mark) {
            return self.rebuild_digest();
        }
        self.digest.mark = Some(self.memory.mark());
    }

    /// Words that were stored count for what their frames counted as.
    fn sync_words(&mut self, mark: Mark) {
        // Most stores are to stacks.
        let mut changed: Vec<(u64, FrameId, u32, u32)> = Vec::new();
        for change in self.memory.changes_since(mark) {
            match self.digest.use_of(change.frame) {
                Use::Nothing => {}
                Use::Stack(t) => {
                    if let Some(thread) = self.threads.get_mut(t) {
                        thread.forget_digest();
                    }
                }
                Use::Memory(page) => {
                    changed.push((page, change.frame, u32::from(change.word), change.old));
                }
            }
        }
        // A word may have changed more than once: its first old value counts, and its value now.
        changed.sort_by_key(|(_, frame, word, _)| (frame.0, *word)); // Stable: the first stays first.
        changed.dedup_by_key(|(_, frame, word, _)| (frame.0, *word));
        for (page, frame, word, old) in changed {
            let new = word_of(self.memory.read_frame(frame), word);
            self.digest.words ^= word_hash(page, word, old) ^ word_hash(page, word, new);
        }
    }

    /// Pages that came or went. `false`: some were shared, and all must be looked at anew.
    fn sync_pages(&mut self, mark: Mark) -> bool {
        let mut changed: Vec<PageChange> = self.memory.pages_changed_since(mark).collect();
        if changed.is_empty() {
            return true;
        }
        changed.sort_by_key(|c| (c.space.0, c.page)); // Stable, as above.
        changed.dedup_by_key(|c| (c.space.0, c.page));
        let is_own = |page: Option<Page>| page.is_none_or(|p| p.sharing == Sharing::Private);
        let own = |c: &PageChange| is_own(c.old) && is_own(self.memory.page(c.space, c.page));
        if !changed.iter().all(own) {
            return false;
        }
        for PageChange { old, .. } in &changed {
            let Some(page) = old else { continue };
            self.count_page(page.frame);
            self.digest.set_use(page.frame, Use::Nothing);
        }
        for PageChange { space, page, .. } in changed {
            let owner = self.pids.values().copied();
            let owner = { owner }.find(|p| self.processes[*p].space.id == space);
            let (Some(p), Some(now)) = (owner, self.memory.page(space, page)) else {
                continue;
            };
            let what = self.use_of_page(p, page, now);
            self.digest.set_use(now.frame, what);
            if let Use::Stack(t) = what
                && let Some(thread) = self.threads.get_mut(t)
            {
                thread.forget_digest();
            }
            self.count_page(now.frame);
        }
        if cfg!(debug_assertions) {
            let words = self.digest.words;
            self.rebuild_digest();
            assert_eq!(
                words, self.digest.words,
                "pages that come and go are counted"
            );
        }
        true
    }

    /// Adds the words of a frame, or, if they are counted, takes them out.
    fn count_page(&mut self, frame: FrameId) {
        if let Use::Memory(key) = self.digest.use_of(frame) {
            self.digest.words ^= words_hash(key, self.memory.read_frame(frame));
        }
    }

    fn rebuild_digest(&mut self) {
        self.digest = Digest::default();
        for thread in self.threads.values_mut() {
            thread.forget_digest();
        }
        for p in self.pids.values().copied() {
            let process = &self.processes[p];
            if process.status.is_some() {
                continue;
            }
            for (number, page) in self.memory.pages(process.space.id) {
                let what = self.use_of_page(p, number, page);
                // It may have been counted for another process.
                let known = self.digest.use_of(page.frame);
                if let Use::Memory(key) = what
                    && (page.sharing != Sharing::Shared || known == Use::Nothing)
                {
                    self.digest.words ^= words_hash(key, self.memory.read_frame(page.frame));
                }
                // Frames that are still shared since a fork cannot be written without being copied.
                if page.sharing != Sharing::CopyOnWrite {
                    self.digest.set_use(page.frame, what);
                }
            }
        }
        self.digest.mark = Some(self.memory.mark());
    }

    /// What the words of a process's page count as.
    fn use_of_page(&self, p: ProcessKey, number: u32, page: Page) -> Use {
        let process = &self.processes[p];
        let Some(area) = process.space.area_of(number) else {
            return Use::Nothing;
        };
        let slot = match area.kind {
            AreaKind::MainStack => None,
            AreaKind::ThreadStack(slot) => Some(slot),
            _ if !area.permissions.write => return Use::Nothing,
            _ if page.sharing == Sharing::Shared => {
                return Use::Memory(1 << 63 | u64::from(page.frame.0));
            }
            _ => return Use::Memory(u64::from(process.pid.0) << 20 | u64::from(number)),
        };
        let mut threads = process.threads.iter();
        let owner = threads.find(|t| self.threads[**t].stack_slot == slot);
        owner.map_or(Use::Nothing, |t| Use::Stack(*t))
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
            suspended_mask,
            interrupted_stack,
            detached,
            result,
            account: _,
        } = &*self.threads[t];
        mixer.add(u64::from(tid.0) << 32 | u64::from(stack_slot.map_or(u32::MAX, |s| s)));
        mixer.add(u64::from(pid.0));
        mixer.add(u64::from(*pending_signals) << 32 | u64::from(*signal_mask));
        mixer.add(u64::from(*detached));
        if let Some(mask) = suspended_mask {
            mixer.add(1 << 32 | u64::from(*mask));
        }
        if let Some(stack) = interrupted_stack {
            mixer.add(2 << 32 | u64::from(*stack));
        }
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
            copy_of,
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
        copy_of.iter().for_each(|tid| mixer.add(u64::from(tid.0)));
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
