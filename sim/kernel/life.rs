//! The life of processes and threads: boot, `pthread_create`, exit and join, `fork`, `execve`, wait, and
//! death by a fault or a signal.
//!
//! A process whose parent is alive stays a zombie until it is waited for; an orphan goes at once. A
//! thread that is not detached stays until it is joined.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::event::{ExitStatus, Fault, Misuse};
use sim_abi::image::{Image, Permissions};
use sim_abi::layout::{
    MAIN_GUARD, MAIN_STACK_SIZE, PAGE_SIZE, STACK_SLOT, STACK_TOP, THREAD_STACK_SIZE, THREAD_STACKS,
};
use sim_abi::record::{ProcessRecord, ThreadRecord};
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Object, Pid, Tid};
use sim_machine::Registers;

use crate::config::{Body, ProcessSpec};
use crate::files::{Descriptor, Descriptors, FileKind, flags};
use crate::liveness::Liveness;
use crate::loader::c_strings;
use crate::process::{Process, ProcessAccount, ProcessKey};
use crate::signals::Actions;
use crate::table::Table;
use crate::thread::{Account, State, Thread, ThreadBody, ThreadKey};
use crate::thread_names::ThreadNames;
use crate::vm::{AddressSpace, AreaKind};
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::{Mode, World};

pub(crate) const SIGABRT: u8 = 6;
const SIGPIPE: u8 = 13;

/// Where a thread's stack lies, and its bytes: above the page that guards it.
pub(crate) fn stack_of_slot(slot: u32) -> (u32, u32) {
    (
        THREAD_STACKS + slot * STACK_SLOT + PAGE_SIZE,
        THREAD_STACK_SIZE,
    )
}

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

    /// Made once for each program.
    fn liveness_of(&self, image: &Arc<Image>) -> Option<Arc<Liveness>> {
        if self.mode == Mode::Clock {
            return None;
        }
        let same = |p: &&Process| p.image.as_ref().is_some_and(|i| Arc::ptr_eq(i, image));
        let known = self
            .processes
            .values()
            .find(same)
            .and_then(|p| p.liveness.clone());
        Some(known.unwrap_or_else(|| Arc::new(Liveness::of(image))))
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

    fn add_thread(
        &mut self,
        p: ProcessKey,
        tid: Tid,
        name: Arc<str>,
        body: ThreadBody,
        mut registers: Registers,
        stack_slot: Option<u32>,
    ) -> ThreadKey {
        registers.hart = tid.0;
        self.processes[p].threads_created.take(&name);
        let t = self.threads.insert(Table::new(Thread {
            tid,
            pid: self.processes[p].pid,
            process: p,
            name,
            body,
            stack_slot,
            registers,
            state: State::Ready,
            call_pc: None,
            started: false,
            parked: None,
            slept: 0,
            pending_signals: 0,
            signal_mask: 0,
            detached: false,
            result: 0,
            account: Account {
                arrival: self.clock.moment,
                ..Account::default()
            },
        }));
        self.tids.insert(tid, t);
        self.processes[p].threads.push(t);
        t
    }

    /// `pthread_create`
    pub(crate) fn thread_create(&mut self, t: ThreadKey, arguments: [u32; 6]) -> Attempt {
        let [function, argument, detached, name, finish, handle] = arguments;
        let p = self.threads[t].process;
        if self.threads.len() as u32 >= self.config.limits.threads {
            self.limit = Some("threads");
            return failed(Errno::EAGAIN);
        }
        let name = match name {
            0 => self.thread_name(t, function, handle),
            text => String::from_utf8_lossy(&self.copy_string(t, text, 15)?).into_owned(),
        };
        let Some(slot) = self.free_stack(p) else {
            // A program that tries again and again should come to an end some day.
            self.effort_of_search(1000);
            return failed(Errno::EAGAIN);
        };
        let image = self.processes[p]
            .image
            .clone()
            .expect("only programs make system calls");
        let (base, _) = stack_of_slot(slot);
        let space = &mut self.processes[p].space;
        space.stacks.insert(slot);
        space.add(
            base,
            THREAD_STACK_SIZE,
            Permissions::RW,
            AreaKind::ThreadStack(slot),
        );
        let tid = Tid(self.next_id());
        // What was known of an earlier thread's stack in this slot is over.
        self.tell_reused(t, base, THREAD_STACK_SIZE);
        if handle != 0 {
            self.copy_out(t, handle, &tid.0.to_le_bytes())?;
        }
        let tp = self.tls_block(t, &image, base + THREAD_STACK_SIZE)?;
        let mut registers = Registers {
            pc: function,
            ..Registers::default()
        };
        registers.x[1] = finish;
        registers.x[2] = tp & !15;
        registers.x[4] = tp;
        registers.x[10] = argument;
        self.processes[p].threads_created.created += 1;
        let child = self.add_thread(
            p,
            tid,
            name.as_str().into(),
            ThreadBody::Program,
            registers,
            Some(slot),
        );
        self.threads[child].detached = detached != 0;
        self.charge(self.config.cost.thread_create);
        self.tell(t, EventKind::ThreadCreated { child: tid });
        self.make_ready(child);
        done(tid.0)
    }

    fn free_stack(&self, p: ProcessKey) -> Option<u32> {
        let space = &self.processes[p].space;
        let used = &space.stacks;
        let mut slot = match used.last() {
            // The usual case: no gaps.
            Some(last) if *last as usize + 1 == used.len() => last + 1,
            _ => (0..)
                .zip(used)
                .find(|(slot, used)| slot != *used)
                .map_or(0, |(slot, _)| slot),
        };
        // A program from an ELF file may have something of its own there.
        loop {
            let start = THREAD_STACKS.checked_add(slot.checked_mul(STACK_SLOT)?)?;
            let end = start.checked_add(STACK_SLOT)?;
            if end > STACK_TOP - MAIN_STACK_SIZE - MAIN_GUARD {
                return None;
            }
            let free = !space.stacks.contains(&slot)
                && !space.overlaps(start / PAGE_SIZE, end / PAGE_SIZE);
            if free {
                return Some(slot);
            }
            slot += 1;
        }
    }

    /// A thread's TLS block at the top of its stack; its address.
    fn tls_block(&mut self, t: ThreadKey, image: &Image, top: u32) -> Result<u32, Fault> {
        let align = image.tls.align.max(16);
        let tp = (top - image.tls.size) & !(align - 1);
        let id = self.space_of(t);
        self.touch(t, tp, image.tls.size, sim_machine::AccessKind::Store)?;
        self.memory
            .write(id, tp, &image.tls.bytes)
            .expect("touched pages can be written");
        Ok(tp)
    }

    /// What a thread without a name is called: the variable its handle is in, or its function.
    fn thread_name(&mut self, t: ThreadKey, function: u32, handle: u32) -> String {
        let p = self.threads[t].process;
        let variable = self.name_of(t, handle).map(|name| short(&name).to_string());
        // A heap block's address says nothing of what the thread is for.
        let telling = |name: &String| !name.is_empty() && !name.starts_with("heap block");
        let name = variable.filter(telling).unwrap_or_else(|| {
            let image = self.processes[p].image.as_ref();
            let function = image
                .and_then(|i| i.function_at(function))
                .map(|f| f.name.clone());
            function
                .unwrap_or_else(|| format!("t{}", self.processes[p].threads_created.created + 1))
        });
        self.processes[p].threads_created.choose(&name)
    }

    /// `pthread_exit`, or return from a thread's function.
    pub(crate) fn thread_exit(&mut self, t: ThreadKey, result: u32) -> Attempt {
        let p = self.threads[t].process;
        let last = self.processes[p]
            .threads
            .iter()
            .all(|other| *other == t || self.threads[*other].state == State::Ended);
        if last {
            return self.process_exit(t, ExitStatus::Exited(0));
        }
        self.threads[t].result = result;
        self.end_thread(t);
        Ok(Outcome::Gone)
    }

    /// A thread ends; its process lives on.
    fn end_thread(&mut self, t: ThreadKey) {
        self.tell(t, EventKind::Exits);
        let tid = self.threads[t].tid;
        self.stop_thread(t);
        self.wake(Object::Thread(tid));
        if self.threads.get(t).is_some_and(|thread| thread.detached) {
            self.remove_thread(t);
        }
    }

    /// It runs no more, stands in no queue and on no core.
    fn stop_thread(&mut self, t: ThreadKey) {
        if let Some(blocked) = self.threads[t].blocked().copied() {
            self.leave_queue(t);
            let waited = self.clock.moment.0 - blocked.since.0;
            self.threads[t].account.blocked += waited;
        }
        self.retire(t);
        self.memory.forget_hart(self.threads[t].registers.hart);
        let thread = &mut self.threads[t];
        thread.state = State::Ended;
        thread.account.finish = Some(self.clock.moment);
        self.record_thread(t);
    }

    /// Nothing is left of an ended thread.
    fn remove_thread(&mut self, t: ThreadKey) {
        let thread = self
            .threads
            .remove(t)
            .expect("it ended, and was not removed before");
        self.tids.remove(&thread.tid);
        let p = thread.process;
        let process = &mut self.processes[p];
        process.threads.retain(|other| *other != t);
        process.threads_created.free(&thread.name);
        process.joined.insert(thread.tid);
        if let Some(slot) = thread.stack_slot {
            let (base, size) = stack_of_slot(slot);
            self.remove_areas(p, base / PAGE_SIZE..(base + size) / PAGE_SIZE);
            self.processes[p].space.stacks.remove(&slot);
        }
    }

    /// Has this thread ended (or never been)?
    pub(crate) fn has_ended(&self, tid: Tid) -> bool {
        self.thread(tid)
            .is_none_or(|thread| thread.state == State::Ended)
    }

    /// `pthread_join`
    pub(crate) fn join(&mut self, t: ThreadKey, tid: Tid, result: u32) -> Attempt {
        let me = &self.threads[t];
        if tid == me.tid {
            return failed(Errno::EDEADLK);
        }
        let p = me.process;
        match self.thread(tid) {
            Some(other) if other.process == p && !other.detached => {
                self.attempt(t, Wait::Join(tid, result))
            }
            Some(other) if other.process == p => {
                self.tell(
                    t,
                    EventKind::Misuses {
                        misuse: Misuse::JoinTwice(tid),
                    },
                );
                failed(Errno::EINVAL)
            }
            _ if self.processes[p].joined.contains(&tid) => {
                self.tell(
                    t,
                    EventKind::Misuses {
                        misuse: Misuse::JoinTwice(tid),
                    },
                );
                failed(Errno::ESRCH)
            }
            _ => failed(Errno::ESRCH),
        }
    }

    /// Could this thread join that one, now or later?
    pub(crate) fn joinable(&self, t: ThreadKey, tid: Tid) -> bool {
        let me = &self.threads[t];
        self.thread(tid)
            .is_some_and(|other| other.process == me.process && !other.detached && tid != me.tid)
    }

    /// Is this its child, or (of `None`) has it any?
    pub(crate) fn has_child(&self, t: ThreadKey, pid: Option<Pid>) -> bool {
        let children = &self.processes[self.threads[t].process].children;
        pid.map_or(!children.is_empty(), |pid| children.contains(&pid))
    }

    /// The thread to be joined has ended.
    pub(crate) fn join_finish(&mut self, t: ThreadKey, tid: Tid, to: u32) -> Attempt {
        let Some(child) = self.tids.get(&tid).copied() else {
            // Another thread has joined it in the meantime.
            return failed(Errno::ESRCH);
        };
        let result = self.threads[child].result;
        if to != 0 {
            self.copy_out(t, to, &result.to_le_bytes())?;
        }
        self.tell(t, EventKind::Joins { child: tid });
        self.remove_thread(child);
        done(0)
    }

    /// `pthread_detach`
    pub(crate) fn detach(&mut self, t: ThreadKey, tid: Tid) -> Attempt {
        let p = self.threads[t].process;
        let Some(other) = self
            .tids
            .get(&tid)
            .copied()
            .filter(|o| self.threads[*o].process == p)
        else {
            return failed(Errno::ESRCH);
        };
        if self.threads[other].detached {
            return failed(Errno::EINVAL);
        }
        self.threads[other].detached = true;
        if self.threads[other].state == State::Ended {
            self.remove_thread(other);
        }
        done(0)
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
        let parent = &mut self.processes[p];
        parent.forks += 1;
        parent.children.insert(pid);
        let name: Arc<str> = format!("{}.{}", parent.name, parent.forks).into();
        let child = Process {
            pid,
            name,
            parent: Some(parent.pid),
            children: BTreeSet::new(),
            forks: 0,
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
        let mask = me.signal_mask;
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

    fn record_thread(&mut self, t: ThreadKey) {
        if self.mode == Mode::Choices {
            return;
        }
        let record = self.thread_record(t);
        self.thread_records.push(record);
    }

    pub(crate) fn thread_record(&self, t: ThreadKey) -> ThreadRecord {
        let thread = &self.threads[t];
        let account = thread.account;
        let end = account.finish.unwrap_or(self.clock.moment);
        let waiting = thread.blocked().map_or(0, |b| end.0 - b.since.0.min(end.0));
        let blocked = account.blocked + waiting;
        ThreadRecord {
            tid: thread.tid,
            name: thread.name.to_string(),
            process: self.processes[thread.process].name.to_string(),
            pid: thread.pid,
            arrival: account.arrival,
            first_run: account.first_run,
            finish: account.finish,
            running: account.running,
            ready: (end.0 - account.arrival.0).saturating_sub(account.running + blocked),
            blocked,
            switches: account.switches,
            preemptions: account.preemptions,
            instructions: account.instructions,
        }
    }

    fn record_process(&mut self, p: ProcessKey) {
        if self.mode == Mode::Choices {
            return;
        }
        let record = self.process_record(p);
        self.process_records.push(record);
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

/// `main::threads[2]` → `threads[2]`: a variable without the function it is in.
fn short(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
