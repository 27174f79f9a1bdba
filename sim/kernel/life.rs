//! The life of processes: boot, `fork`, `execve`, exit, wait, and death by a fault or a signal.
//!
//! A process whose parent is alive stays a zombie until it is waited for; an orphan goes at once. The
//! life of threads is in `thread_life.rs`.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::event::{ExitStatus, Fault};
use sim_abi::image::Image;
use sim_abi::layout::{PAGE_SIZE, STACK_SLOT, THREAD_STACK_SIZE, THREAD_STACKS};
use sim_abi::record::ProcessRecord;
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Object, Pid, Tid};
use sim_machine::Registers;

use crate::config::{Body, ProcessSpec};
use crate::files::{Descriptor, Descriptors, FileKind, flags};
use crate::liveness::Liveness;
use crate::loader::c_strings;
use crate::process::{Process, ProcessAccount, ProcessKey};
use crate::signals::Actions;
use crate::space::AddressSpace;
use crate::thread::{State, ThreadBody, ThreadKey};
use crate::thread_names::ThreadNames;
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::{Mode, World};

pub(crate) const SIGABRT: u8 = 6;
const SIGPIPE: u8 = 13;

impl World {
    /// A process of the scenario begins.
    pub(crate) fn spawn(&mut self, index: usize) {
        let config = self.config.clone();
        let spec: &ProcessSpec = &config.processes[index];
        let (image, space, registers, body) = match &spec.body {
            Body::Program {
                program, args, env, ..
            } => {
                let program = &config.programs[*program];
                let mut argv = c_strings([&program.name].into_iter());
                argv.extend(c_strings(args.iter()));
                let env = c_strings(env.iter());
                let (space, sp) = self
                    .load(&program.image, &argv, &env)
                    // Arguments are checked when a scenario is read; a name of a megabyte is left out.
                    .or_else(|| self.load(&program.image, &[], &[]))
                    .expect("there is always room for no arguments");
                let mut registers = Registers {
                    pc: program.image.entry,
                    ..Registers::default()
                };
                registers.x[2] = sp;
                (
                    Some(program.image.clone()),
                    space,
                    registers,
                    ThreadBody::Program,
                )
            }
            Body::Bursts(bursts) => {
                let space = AddressSpace::new(self.memory.create_space());
                let left = bursts.first().copied().unwrap_or(0);
                (
                    None,
                    space,
                    Registers::default(),
                    ThreadBody::Bursts { index: 0, left },
                )
            }
        };
        let pid = Pid(self.next_id());
        let descriptors = self.standard_files(&spec.body);
        let bursts = match &spec.body {
            Body::Bursts(bursts) => bursts.as_slice().into(),
            Body::Program { .. } => Arc::default(),
        };
        let liveness = image.as_ref().and_then(|image| self.liveness_of(image));
        let p = self.processes.insert(Process {
            pid,
            name: spec.name.as_str().into(),
            parent: None,
            children: BTreeSet::new(),
            forks: 0,
            copy_of: Vec::new(),
            daemon: spec.daemon,
            affinity: spec.affinity.as_slice().into(),
            liveness,
            image,
            bursts,
            threads: Vec::new(),
            threads_created: ThreadNames::default(),
            space,
            descriptors,
            actions: Actions::default(),
            status: None,
            joined: BTreeSet::new(),
            account: ProcessAccount::default(),
        });
        self.pids.insert(pid, p);
        let t = self.add_thread(p, Tid(pid.0), "main".into(), body, registers, None);
        self.processes[p].account.pages_max = self.memory.resident(self.space_of(t));
        self.tell(t, EventKind::ProcessCreated { parent: None });
        self.make_ready(t);
    }

    /// Of a program's registers; under the clock nobody asks.
    fn liveness_of(&self, image: &Arc<Image>) -> Option<Arc<Liveness>> {
        let mut programs = self.config.programs.iter();
        let program = programs.find(|p| Arc::ptr_eq(&p.image, image))?;
        program.liveness.clone()
    }

    fn standard_files(&mut self, body: &Body) -> Descriptors {
        let input: Arc<[u8]> = match body {
            Body::Program { stdin, .. } => stdin.as_slice().into(),
            Body::Bursts(_) => Arc::default(),
        };
        let mut descriptors = Descriptors::default();
        let kinds = [
            (FileKind::Input(input), 0),
            (FileKind::Output(1), flags::WRONLY),
            (FileKind::Output(2), flags::WRONLY),
        ];
        for (fd, (kind, how)) in kinds.into_iter().enumerate() {
            let file = self.files.describe(kind, how);
            descriptors
                .set(
                    fd as u32,
                    Some(Descriptor {
                        file,
                        close_on_exec: false,
                    }),
                )
                .expect("0, 1 and 2 are descriptors");
        }
        descriptors
    }

    /// Is this its child, or (of `None`) has it any?
    pub(crate) fn has_child(&self, t: ThreadKey, pid: Option<Pid>) -> bool {
        let children = &self.processes[self.threads[t].process].children;
        pid.map_or(!children.is_empty(), |pid| children.contains(&pid))
    }

    /// `exit`, return from `main`, or death: the process ends, all its threads too.
    pub(crate) fn process_exit(&mut self, t: ThreadKey, status: ExitStatus) -> Attempt {
        let p = self.threads[t].process;
        let pid = self.processes[p].pid;
        let threads = self.processes[p].threads.clone();
        for other in threads.iter().copied() {
            if self.threads[other].state != State::Ended {
                self.tell(other, EventKind::Exits);
            }
        }
        self.tell(t, EventKind::ProcessExits { status });
        // First: closing a pipe must not wake a thread of the process that ends.
        for other in threads.iter().copied() {
            if self.threads[other].state != State::Ended {
                self.stop_thread(other);
            }
        }
        let files: Vec<_> = self.processes[p].descriptors.open().collect();
        self.processes[p].descriptors = Descriptors::default();
        for (_, descriptor) in files {
            self.release_file(t, descriptor.file);
        }
        let resident = self.memory.resident(self.processes[p].space.id);
        let account = &mut self.processes[p].account;
        account.pages_max = account.pages_max.max(resident);
        self.drop_space(p);
        self.processes[p].status = Some(status);
        self.record_process(p);
        for child in core::mem::take(&mut self.processes[p].children) {
            self.orphan(child);
        }
        match self.processes[p].parent {
            Some(parent) => {
                self.wake(Object::Process(pid));
                self.wake(Object::Children(parent));
                self.child_ended(parent);
            }
            None => self.graves.push(p),
        }
        Ok(Outcome::Gone)
    }

    /// The parent has ended: nobody will wait for this process.
    fn orphan(&mut self, pid: Pid) {
        let p = self.pids[&pid];
        self.processes[p].parent = None;
        if self.processes[p].status.is_some() {
            self.remove_process(p);
        }
    }

    /// Nothing is left of a process that has ended.
    pub(crate) fn remove_process(&mut self, p: ProcessKey) {
        let process = self
            .processes
            .remove(p)
            .expect("it ended, and was not removed before");
        self.pids.remove(&process.pid);
        for t in process.threads {
            let thread = self.threads.remove(t).expect("a process's threads exist");
            self.tids.remove(&thread.tid);
        }
    }

    /// `fork`: a child with a copy of everything, and one thread: the caller's twin.
    pub(crate) fn fork(&mut self, t: ThreadKey) -> Attempt {
        let p = self.threads[t].process;
        if self.processes.len() as u32 >= self.config.limits.processes {
            self.limit = Some("processes");
            return failed(Errno::EAGAIN);
        }
        let space = self.fork_memory(p);
        let pages = u64::from(self.memory.resident(space.id));
        let cost = &self.config.cost;
        self.charge(
            cost.process_create
                .saturating_add(cost.page_copy.saturating_mul(pages)),
        );
        self.effort_of_process();
        self.effort((pages as u32).saturating_mul(PAGE_SIZE / 64));
        let pid = Pid(self.next_id());
        let me = self.threads[t].tid;
        let parent = &mut self.processes[p];
        let mut copy_of = Vec::from([me]);
        if me.0 == parent.pid.0 {
            copy_of.extend(&parent.copy_of);
        }
        parent.forks += 1;
        parent.children.insert(pid);
        let name: Arc<str> = format!("{}.{}", parent.name, parent.forks).into();
        let child = Process {
            pid,
            name,
            parent: Some(parent.pid),
            children: BTreeSet::new(),
            forks: 0,
            copy_of,
            threads: Vec::new(),
            threads_created: ThreadNames::default(),
            space,
            joined: BTreeSet::new(),
            account: ProcessAccount {
                pages_max: pages as u32,
                page_faults: 0,
            },
            ..parent.clone()
        };
        for (_, descriptor) in child.descriptors.open() {
            self.files.open[descriptor.file].references += 1;
        }
        let p = self.processes.insert(child);
        self.pids.insert(pid, p);
        let me = &self.threads[t];
        let (slot, mut registers) = (me.stack_slot, me.registers);
        let (mask, interrupted) = (me.signal_mask, me.interrupted_stack);
        registers.x[10] = 0;
        // The child has the caller's stack only.
        let stacks: Vec<u32> = self.processes[p].space.stacks.iter().copied().collect();
        for other in stacks.into_iter().filter(|s| Some(*s) != slot) {
            let base = THREAD_STACKS + other * STACK_SLOT + PAGE_SIZE;
            self.remove_areas(p, base / PAGE_SIZE..(base + THREAD_STACK_SIZE) / PAGE_SIZE);
            self.processes[p].space.stacks.remove(&other);
        }
        let child = self.add_thread(
            p,
            Tid(pid.0),
            "main".into(),
            ThreadBody::Program,
            registers,
            slot,
        );
        self.threads[child].signal_mask = mask;
        self.threads[child].interrupted_stack = interrupted;
        self.tell(t, EventKind::ThreadCreated { child: Tid(pid.0) });
        let parent = Some(self.threads[t].pid);
        self.tell(child, EventKind::ProcessCreated { parent });
        self.make_ready(child);
        done(pid.0)
    }

    /// `execve`: the process goes on as another program of the scenario.
    pub(crate) fn exec(&mut self, t: ThreadKey, path: u32, argv: u32, envp: u32) -> Attempt {
        let path = self.path_argument(t, path)?;
        let args = self.string_list(t, argv)?;
        let env = self.string_list(t, envp)?;
        let Some(image) = self.find_program(&path) else {
            return failed(Errno::ENOENT);
        };
        let Some((space, sp)) = self.load(&image, &args, &env) else {
            return failed(Errno::E2BIG);
        };
        let p = self.threads[t].process;
        for other in self.processes[p].threads.clone() {
            if other != t {
                if self.threads[other].state != State::Ended {
                    self.tell(other, EventKind::Exits);
                    self.stop_thread(other);
                }
                self.remove_thread(other);
            }
        }
        self.drop_space(p);
        self.processes[p].space = space;
        self.processes[p].image = Some(image.clone());
        self.processes[p].copy_of.clear();
        self.processes[p].liveness = self.liveness_of(&image);
        // Handlers are gone with the program that had them; what is ignored stays ignored.
        for action in &mut self.processes[p].actions.table {
            if action.handler > 1 {
                *action = Default::default();
            }
        }
        let closed: Vec<(u32, Descriptor)> = self.processes[p]
            .descriptors
            .open()
            .filter(|(_, d)| d.close_on_exec)
            .collect();
        for (fd, descriptor) in closed {
            self.processes[p]
                .descriptors
                .set(fd, None)
                .expect("it was open");
            self.release_file(t, descriptor.file);
        }
        let thread = &mut self.threads[t];
        let hart = thread.registers.hart;
        thread.registers = Registers {
            pc: image.entry,
            hart,
            ..Registers::default()
        };
        thread.registers.x[2] = sp;
        thread.stack_slot = None;
        thread.call_pc = None;
        thread.interrupted_stack = None;
        self.charge(self.config.cost.process_create);
        self.effort_of_process();
        self.tell(t, EventKind::Executes);
        Ok(Outcome::Gone)
    }

    /// A program by the last part of a path, with or without its extension.
    fn find_program(&self, path: &str) -> Option<Arc<Image>> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = |n: &str| {
            n.rsplit('/')
                .next()
                .unwrap_or(n)
                .rsplit_once('.')
                .map(|(s, _)| s.to_string())
        };
        self.config
            .programs
            .iter()
            .find(|p| {
                p.name.rsplit('/').next() == Some(name) || stem(&p.name).as_deref() == Some(name)
            })
            .map(|p| p.image.clone())
    }

    fn string_list(&mut self, t: ThreadKey, mut list: u32) -> Result<Vec<Vec<u8>>, Fault> {
        const STRINGS_MAX: usize = 4096;
        let mut strings = Vec::new();
        while list != 0 && strings.len() < STRINGS_MAX {
            match self.load_word(t, list)? {
                0 => break,
                string => strings.push(self.copy_string(t, string, 1 << 17)?),
            }
            list = list.wrapping_add(4);
        }
        Ok(strings)
    }

    /// A child that has ended and was not waited for: the one asked for, or the lowest pid.
    pub(crate) fn zombie_child(&self, t: ThreadKey, pid: Option<Pid>) -> Option<Pid> {
        let children = &self.processes[self.threads[t].process].children;
        children
            .iter()
            .copied()
            .filter(|child| pid.is_none_or(|pid| pid == *child))
            .find(|child| self.process(*child).is_some_and(|p| p.status.is_some()))
    }

    /// `waitpid`
    pub(crate) fn wait4(&mut self, t: ThreadKey, pid: u32, status: u32, options: u32) -> Attempt {
        const WNOHANG: u32 = 1;
        let pid = if (pid as i32) > 0 {
            Some(Pid(pid))
        } else {
            None
        };
        if !self.has_child(t, pid) {
            return failed(Errno::ECHILD);
        }
        if options & WNOHANG != 0 && self.zombie_child(t, pid).is_none() {
            return done(0);
        }
        self.attempt(t, Wait::Child(pid, status))
    }

    /// A child has ended: the parent takes note, and the zombie goes.
    pub(crate) fn reap(&mut self, t: ThreadKey, pid: Option<Pid>, to: u32) -> Attempt {
        let Some(child) = self.zombie_child(t, pid) else {
            return failed(Errno::ECHILD);
        };
        let key = self.pids[&child];
        let status = self.processes[key].status.expect("a zombie has a status");
        let word = match status {
            ExitStatus::Exited(code) => u32::from(code) << 8,
            ExitStatus::Killed(signal) => u32::from(signal),
        };
        if to != 0 {
            self.copy_out(t, to, &word.to_le_bytes())?;
        }
        self.tell(t, EventKind::Reaps { child, status });
        let p = self.threads[t].process;
        self.processes[p].children.remove(&child);
        self.remove_process(key);
        // Other threads that wait for it, or for any child, may wait for nobody now.
        self.wake(Object::Process(child));
        if self.processes[p].children.is_empty() {
            self.wake(Object::Children(self.threads[t].pid));
        }
        done(child.0)
    }

    /// The program did what it must not: its process is killed.
    pub(crate) fn fault(&mut self, t: ThreadKey, fault: Fault) {
        const SIGILL: u8 = 4;
        const SIGTRAP: u8 = 5;
        const SIGBUS: u8 = 7;
        const SIGSEGV: u8 = 11;
        let signal = match fault {
            Fault::Load(_) | Fault::Store(_) | Fault::Execute(_) | Fault::StackOverflow(_) => {
                SIGSEGV
            }
            Fault::IllegalInstruction(_) => SIGILL,
            Fault::MisalignedFetch(_) | Fault::MisalignedAtomic(_) => SIGBUS,
            Fault::Breakpoint => SIGTRAP,
        };
        self.obituary = self.backtrace(self.threads[t].tid);
        self.tell(t, EventKind::Faults { fault });
        self.kill_process(t, signal);
    }

    /// A failed `assert`: told, and the process is killed by SIGABRT.
    pub(crate) fn assertion_failed(&mut self, t: ThreadKey, arguments: [u32; 6]) -> Attempt {
        let expression = self.copy_string(t, arguments[0], 1024)?;
        self.assertion = String::from_utf8_lossy(&expression).into_owned();
        self.obituary = self.backtrace(self.threads[t].tid);
        self.tell(t, EventKind::AssertFails);
        self.kill_process(t, SIGABRT);
        Ok(Outcome::Gone)
    }

    /// Writing to a pipe nobody reads.
    pub(crate) fn broken_pipe(&mut self, t: ThreadKey) -> Attempt {
        match self.signal_kills(t, SIGPIPE) {
            true => {
                self.tell(t, EventKind::KilledBySignal { signal: SIGPIPE });
                self.kill_process(t, SIGPIPE);
                Ok(Outcome::Gone)
            }
            false => failed(Errno::EPIPE),
        }
    }

    pub(crate) fn kill_process(&mut self, t: ThreadKey, signal: u8) {
        let ended = self.process_exit(t, ExitStatus::Killed(signal));
        debug_assert_eq!(ended, Ok(Outcome::Gone), "a dead process does not return");
    }

    fn record_process(&mut self, p: ProcessKey) {
        if self.mode == Mode::Choices {
            return;
        }
        let record = self.process_record(p);
        self.process_records.push(record);
    }

    /// Accounts of all processes, ended ones too, by pid.
    pub fn process_records(&self) -> Vec<ProcessRecord> {
        let alive = self.processes.iter().filter(|(_, p)| p.status.is_none());
        let mut records = self.process_records.clone();
        records.extend(alive.map(|(p, _)| self.process_record(p)));
        records.sort_by_key(|r| r.pid);
        records
    }

    pub(crate) fn process_record(&self, p: ProcessKey) -> ProcessRecord {
        let process = &self.processes[p];
        ProcessRecord {
            pid: process.pid,
            name: process.name.to_string(),
            parent: process.parent,
            status: process.status,
            pages_max: process.account.pages_max,
            page_faults: process.account.page_faults,
        }
    }
}
