//! Names for people: what lies at an address, where a thread is in its source, who called whom.
//!
//! From symbols, frame tables, live heap blocks and mappings; the stack is unwound by the functions' tables
//! (`Image::functions`). A foreign ELF file has no tables: only its symbols are known.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::finding::StackFrame;
use sim_abi::image::Image;
use sim_abi::layout::{PAGE_SIZE, STACK_TOP};
use sim_abi::{CoreId, Location, Object, Pid, Tid};

use crate::process::Process;
use crate::space::AreaKind;
use crate::thread::{State, ThreadKey};
use crate::world::World;

/// Longest call stack that is shown.
const FRAMES_MAX: usize = 64;

/// A function on a stack: where it is, and its stack pointer.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) pc: u32,
    pub(crate) sp: u32,
}

impl World {
    /// `bank/t1`
    pub fn thread_name_of(&self, tid: Tid) -> Option<String> {
        let thread = self.thread(tid)?;
        Some(format!(
            "{}/{}",
            self.processes[thread.process].name, thread.name
        ))
    }

    /// What a thread calls an object.
    pub fn object_name(&self, tid: Tid, object: Object) -> String {
        match object {
            Object::Mutex(at)
            | Object::Condition(at)
            | Object::Semaphore(at)
            | Object::Rwlock(at)
            | Object::Barrier(at)
            | Object::Once(at) => self.location_name(tid, at),
            Object::Pipe(pipe) => format!("pipe {pipe}"),
            Object::Thread(child) => self
                .thread_name_of(child)
                .unwrap_or_else(|| format!("thread {child}")),
            Object::Process(pid) => self.process_name_of(pid),
            Object::Children(_) => "any child".to_string(),
            Object::Clock => "the clock".to_string(),
            Object::Device => "its device".to_string(),
            Object::Signals => "a signal".to_string(),
            Object::Ids => "the next id".to_string(),
            Object::Output(1) => "stdout".to_string(),
            Object::Output(_) => "stderr".to_string(),
            Object::File(inode) => format!("file {inode}"),
        }
    }

    /// A process's name.
    pub fn process_name_of(&self, pid: Pid) -> String {
        self.process(pid)
            .map_or_else(|| format!("process {pid}"), |p| p.name.to_string())
    }

    /// What lies at a place, as the thread would call it.
    pub fn location_name(&self, tid: Tid, location: Location) -> String {
        let named = |t: ThreadKey| {
            let address = self.address_of(t, location)?;
            Some(
                self.name_of(t, address)
                    .unwrap_or_else(|| format!("{address:#010x}")),
            )
        };
        let own = self.tids.get(&tid).copied().and_then(named);
        // A thread that is gone, or another process's memory: ask whoever can see it.
        own.or_else(|| self.tids.values().copied().find_map(named))
            .unwrap_or_else(|| "memory".to_string())
    }

    /// Does the thread call the object the same as long as it runs its program, whatever it does? Variables
    /// on stacks and heap blocks come and go.
    pub fn has_lasting_name(&self, tid: Tid, object: Object) -> bool {
        let at = object.location();
        at.is_none_or(|at| self.is_global(tid, at))
    }

    /// Is this in a variable with static storage, in memory of the thread's own process?
    fn is_global(&self, tid: Tid, location: Location) -> bool {
        let Location::Private { space, address } = location else {
            return false;
        };
        self.tids.get(&tid).copied().is_some_and(|t| {
            let image = self.processes[self.threads[t].process].image.as_deref();
            space == self.space_number(t) && image.is_some_and(|i| i.object_at(address).is_some())
        })
    }

    /// Has `pc` the same source line as long as the thread runs its program, whoever called whom?
    pub fn has_lasting_line(&self, tid: Tid, pc: u32) -> bool {
        self.tids.get(&tid).copied().is_some_and(|t| {
            let image = self.processes[self.threads[t].process].image.as_deref();
            image.is_some_and(|i| !i.library_text.contains(&pc))
        })
    }

    /// Where a thread finds a place in its address space.
    fn address_of(&self, t: ThreadKey, location: Location) -> Option<u32> {
        let id = self.space_of(t);
        match location {
            Location::Private { space, address } => {
                (space == self.space_number(t)).then_some(address)
            }
            Location::Shared { frame, offset } => self
                .memory
                .pages(id)
                .find(|(_, page)| page.frame.0 == frame)
                .map(|(number, _)| number * PAGE_SIZE + offset),
        }
    }

    /// What lies at an address: `counter`, `table[2]`, `main::t1`, `malloc at pool.c:30 + 8` …
    pub fn name_of(&self, t: ThreadKey, address: u32) -> Option<String> {
        let process = &self.processes[self.threads[t].process];
        let image = process.image.as_deref()?;
        if let Some((symbol, offset)) = image.object_at(address) {
            return Some(part(&symbol.name, &symbol.type_name, symbol.size, offset));
        }
        // Its own first: there may be thousands of others.
        for other in core::iter::once(&t).chain(&process.threads) {
            if let Some(name) = self.local_name(*other, image, address) {
                return Some(name);
            }
        }
        if let Some((block, size)) = process.space.blocks.range(..=address).next_back()
            && address - block < (*size).max(1)
        {
            return Some(with_offset(
                format!("heap block {block:#x}"),
                address - block,
            ));
        }
        self.mapping_name(process, image, address)
    }

    /// Memory from `mmap` is named after the line that asked for it.
    fn mapping_name(&self, process: &Process, image: &Image, address: u32) -> Option<String> {
        let area = process.space.area_of(address / PAGE_SIZE)?;
        let (what, made, first) = match area.kind {
            AreaKind::Mapping { made, first } => ("memory", made, first),
            AreaKind::Shared(key, first) => ("shared memory", self.shared.made(key), first),
            AreaKind::Image | AreaKind::Heap | AreaKind::MainStack | AreaKind::ThreadStack(_) => {
                return None;
            }
        };
        // Whoever has a mapping runs the program that made it: exec lets go of all.
        let (file, line) = image.line_at(made)?;
        // The file of `main` goes without saying: names are long enough.
        let main = image.functions.iter().find(|f| f.name == "main");
        let home = main.and_then(|main| image.line_at(main.start));
        let place = match home.is_some_and(|(home, _)| home == file) {
            true => format!("line {line}"),
            false => format!("{file}:{line}"),
        };
        let offset = address - area.start * PAGE_SIZE + first * PAGE_SIZE;
        Some(with_offset(format!("{what} from {place}"), offset))
    }

    /// A local variable or thread-local of this thread at an address.
    fn local_name(&self, t: ThreadKey, image: &Image, address: u32) -> Option<String> {
        let tp = self.threads[t].registers.x[4];
        if tp != 0 && address.wrapping_sub(tp) < image.tls.size {
            let offset = address - tp;
            let tls = image
                .symbols
                .iter()
                .filter(|s| s.kind == sim_abi::image::SymbolKind::ThreadLocal)
                .find(|s| offset.wrapping_sub(s.address) < s.size)?;
            return Some(part(
                &tls.name,
                &tls.type_name,
                tls.size,
                offset - tls.address,
            ));
        }
        self.frames(t, self.exact_place(t))
            .into_iter()
            .find_map(|frame| {
                let function = image.function_at(frame.pc)?;
                let local = function
                    .locals
                    .iter()
                    .find(|l| address.wrapping_sub(frame.sp.wrapping_add(l.offset)) < l.size)?;
                let offset = address.wrapping_sub(frame.sp.wrapping_add(local.offset));
                let name = part(&local.name, &local.type_name, local.size, offset);
                Some(format!("{}::{}", function.name, name))
            })
    }

    /// The functions a thread is in, innermost first.
    pub fn backtrace(&self, tid: Tid) -> Vec<StackFrame> {
        let pc = self.tids.get(&tid).map(|t| self.exact_place(*t));
        pc.map_or(Vec::new(), |pc| self.backtrace_at(tid, pc))
    }

    /// The same, for a thread that was at `pc` a moment ago, in the same function.
    pub fn backtrace_at(&self, tid: Tid, pc: u32) -> Vec<StackFrame> {
        let Some(t) = self.tids.get(&tid).copied() else {
            return Vec::new();
        };
        let process = &self.processes[self.threads[t].process];
        let Some(image) = process.image.as_deref() else {
            return Vec::new();
        };
        let frames = self.frames(t, pc);
        let describe = |(depth, frame): (usize, &Frame)| {
            // A caller is at its call: the instruction before the one it returns to.
            let pc = if depth == 0 {
                frame.pc
            } else {
                frame.pc.wrapping_sub(4)
            };
            let (file, line) = image
                .line_at(pc)
                .map_or((String::new(), 0), |(f, l)| (f.to_string(), l));
            let function = image
                .function_at(pc)
                .map_or(String::new(), |f| f.name.clone());
            StackFrame {
                function,
                file,
                line,
                pc,
            }
        };
        frames.iter().enumerate().map(describe).collect()
    }

    /// The function that contains `pc` in a thread's program, and the offset in it.
    pub fn function_at(&self, tid: Tid, pc: u32) -> Option<(String, u32)> {
        let t = self.tids.get(&tid)?;
        let image = self.processes[self.threads[*t].process].image.as_deref()?;
        image
            .function_at(pc)
            .map(|f| (f.name.clone(), pc - f.start))
    }

    /// What the scenario calls the program that a thread runs.
    pub fn program_of(&self, tid: Tid) -> Option<&str> {
        let t = self.tids.get(&tid).copied()?;
        let image = self.processes[self.threads[t].process].image.as_ref()?;
        let mut programs = self.config.programs.iter();
        let program = programs.find(|p| Arc::ptr_eq(&p.image, image))?;
        Some(&program.name)
    }

    /// The core a thread runs on.
    pub fn core_of(&self, tid: Tid) -> Option<CoreId> {
        match self.thread(tid)?.state {
            State::Running(core) => Some(core),
            State::Ready | State::Blocked(_) | State::Ended => None,
        }
    }

    /// File and line of the innermost function that is not the C library's. Of a thread that has gone the
    /// line of `pc` itself, as long as its process lives.
    pub fn source_place(&self, tid: Tid, pc: u32) -> Option<(String, u32)> {
        self.source_line(tid, pc)
            .map(|(file, line)| (file.to_string(), line))
    }

    /// The same, with the file's name as the program has it.
    pub fn source_line(&self, tid: Tid, pc: u32) -> Option<(&Arc<str>, u32)> {
        let thread = self.tids.get(&tid).copied();
        let process = match thread {
            Some(t) => &self.processes[self.threads[t].process],
            None => self.process_of_gone(tid)?,
        };
        let image = process.image.as_deref()?;
        let pc = thread.map_or(pc, |t| self.program_place(t, pc));
        let library = image.library_text.contains(&pc) && thread.is_none();
        image.line_at(pc).filter(|_| !library)
    }

    /// Which of the scenario's programs a thread runs, and what of it is at `pc`: `None` in the program's own
    /// text; in the C library the call that leads there (0: nobody's). A thread that has gone is taken for
    /// one of the first program, and its calls are not known.
    pub fn call_into_library(&self, tid: Tid, pc: u32) -> (usize, Option<u32>) {
        let thread = self.tids.get(&tid).copied();
        let process = thread.map(|t| &self.processes[self.threads[t].process]);
        let mut programs = self.config.programs.iter();
        let program = match process.map(|p| p.image.as_ref()) {
            Some(Some(image)) => programs.position(|p| Arc::ptr_eq(&p.image, image)),
            Some(None) => None,
            None => Some(0),
        };
        let Some(program) = program else {
            return (usize::MAX, None);
        };
        let image = self.config.programs.get(program).map(|p| &p.image);
        let is_library = image.is_some_and(|image| image.library_text.contains(&pc));
        let call = is_library.then(|| thread.map_or(0, |t| self.program_place(t, pc)));
        (program, call)
    }

    /// The process that a thread belonged to, before it was joined. Under choices nobody keeps accounts: then
    /// it is known only if there is one process.
    fn process_of_gone(&self, tid: Tid) -> Option<&Process> {
        let record = self.thread_records.iter().find(|record| record.tid == tid);
        match record {
            Some(record) => self.process(record.pid),
            None => self
                .processes
                .values()
                .next()
                .filter(|_| self.processes.len() == 1),
        }
    }

    /// `pc`, or if that is in the C library, the call that leads there; 0, which has no line, if the
    /// library was called by nobody: after the return from `main` or from a thread's function.
    pub(crate) fn program_place(&self, t: ThreadKey, pc: u32) -> u32 {
        let Some(image) = self.processes[self.threads[t].process].image.as_deref() else {
            return pc;
        };
        if !image.library_text.contains(&pc) {
            return pc;
        }
        // The usual case, and often asked: a function that keeps its return address where it came.
        let ra = self.threads[t].registers.x[1];
        let keeps = |function: &sim_abi::image::Function| function.frame_at(pc).1.is_none();
        let call = ra.wrapping_sub(4);
        if ra != 0
            && !image.library_text.contains(&call)
            && image.function_at(pc).is_some_and(keeps)
        {
            return call;
        }
        let mut place = 0;
        let mut calls = 0;
        self.walk(t, pc, |frame| {
            let call = frame.pc.wrapping_sub(4);
            let found = calls > 0 && !image.library_text.contains(&call);
            if found {
                place = call;
            }
            calls += 1;
            !found
        });
        place
    }

    /// Functions on the stack of a thread that is at `pc`, innermost first.
    pub(crate) fn frames(&self, t: ThreadKey, pc: u32) -> Vec<Frame> {
        let mut frames = Vec::new();
        self.walk(t, pc, |frame| {
            frames.push(frame);
            true
        });
        frames
    }

    /// Visits them, as long as `visit` says so.
    fn walk(&self, t: ThreadKey, pc: u32, mut visit: impl FnMut(Frame) -> bool) {
        let thread = &self.threads[t];
        let Some(image) = self.processes[thread.process].image.as_deref() else {
            return;
        };
        let mut frame = Frame {
            pc,
            sp: thread.registers.x[2],
        };
        let mut ra = thread.registers.x[1];
        for depth in 0..FRAMES_MAX {
            let Some(function) = image.function_at(frame.pc) else {
                break;
            };
            // A caller is at its call.
            let at = frame.pc.wrapping_sub(if depth == 0 { 0 } else { 4 });
            let (size, saved) = function.frame_at(at);
            if let (Some(kept), Some(_)) = (function.frame_address, saved) {
                let base = self.peek_word(t, frame.sp.wrapping_add(kept));
                frame.sp = base.max(frame.sp);
            }
            if !visit(frame) {
                break;
            }
            if let Some(offset) = saved {
                ra = self.peek_word(t, frame.sp.wrapping_add(offset));
            } else if depth > 0 {
                break; // A caller that did not save its return address: the end.
            }
            let sp = frame.sp.wrapping_add(size);
            if ra == 0 || sp < frame.sp || sp > STACK_TOP {
                break;
            }
            frame = Frame { pc: ra, sp };
        }
    }
}

/// An element or a member of a variable by its offset: `table[2]`, `account + 4`.
fn part(name: &str, type_name: &str, size: u32, offset: u32) -> String {
    if let Some(open) = type_name.find('[')
        && let Some(close) = type_name[open..].find(']')
        && let Ok(count) = type_name[open + 1..open + close].trim().parse::<u32>()
        && let Some(element) = size.checked_div(count).filter(|e| *e > 0)
    {
        let (index, rest) = (offset / element, offset % element);
        return match rest {
            0 => format!("{name}[{index}]"),
            _ => format!("{name}[{index}] + {rest}"),
        };
    }
    with_offset(name.to_string(), offset)
}

/// `account`, `account + 4`
fn with_offset(name: String, offset: u32) -> String {
    match offset {
        0 => name,
        _ => format!("{name} + {offset}"),
    }
}
