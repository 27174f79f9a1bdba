//! The life of threads: `pthread_create`, their stacks and thread-local storage, exit, join and detach.
//!
//! A thread that is not detached stays until it is joined. The life of processes is in `life.rs`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::event::{ExitStatus, Fault, Misuse};
use sim_abi::image::{Image, Permissions};
use sim_abi::layout::{
    MAIN_GUARD, MAIN_STACK_SIZE, PAGE_SIZE, STACK_SLOT, STACK_TOP, THREAD_STACK_SIZE, THREAD_STACKS,
};
use sim_abi::record::ThreadRecord;
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Object, Tid};
use sim_machine::Registers;

use crate::choices::Unsettled;
use crate::process::ProcessKey;
use crate::space::AreaKind;
use crate::table::Table;
use crate::thread::{Account, State, Thread, ThreadBody, ThreadKey};
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::{Mode, World};

/// Where a thread's stack lies, and its bytes: above the page that guards it.
pub(crate) fn stack_of_slot(slot: u32) -> (u32, u32) {
    (
        THREAD_STACKS + slot * STACK_SLOT + PAGE_SIZE,
        THREAD_STACK_SIZE,
    )
}

impl World {
    pub(crate) fn add_thread(
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
            suspended_mask: None,
            interrupted_stack: None,
            detached: false,
            result: 0,
            account: Account {
                arrival: self.clock.moment,
                ..Account::default()
            },
        }));
        self.unsettled.note(t);
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
    pub(crate) fn stop_thread(&mut self, t: ThreadKey) {
        if let Some(blocked) = self.threads[t].blocked().copied() {
            self.leave_queue(t);
            let waited = self.clock.moment.0 - blocked.since.0;
            self.threads[t].account.blocked += waited;
        }
        self.retire(t);
        self.memory.forget_hart(self.threads[t].registers.hart);
        let thread = &mut self.threads[t];
        thread.state = State::Ended;
        // Somebody may join it.
        self.unsettled = Unsettled::Some;
        thread.account.finish = Some(self.clock.moment);
        self.record_thread(t);
    }

    /// Nothing is left of an ended thread.
    pub(crate) fn remove_thread(&mut self, t: ThreadKey) {
        let thread = self
            .threads
            .remove(t)
            .expect("it ended, and was not removed before");
        self.tids.remove(&thread.tid);
        let p = thread.process;
        let process = &mut self.processes[p];
        process.threads.retain(|other| *other != t);
        process.threads_created.free(thread.name.clone());
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

    /// The thread with this id, if it is of the same process.
    pub(crate) fn sibling(&self, t: ThreadKey, tid: Tid) -> Option<ThreadKey> {
        let other = *self.tids.get(&tid)?;
        (self.threads[other].process == self.threads[t].process).then_some(other)
    }

    /// `pthread_detach`
    pub(crate) fn detach(&mut self, t: ThreadKey, tid: Tid) -> Attempt {
        let Some(other) = self.sibling(t, tid) else {
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

    fn record_thread(&mut self, t: ThreadKey) {
        if self.mode == Mode::Choices {
            return;
        }
        let record = self.thread_record(t);
        self.thread_records.push(record);
    }

    /// Accounts of all threads, ended ones too, by tid.
    pub fn thread_records(&self) -> Vec<ThreadRecord> {
        let alive = self.threads.iter().filter(|(_, t)| t.state != State::Ended);
        let mut records = self.thread_records.clone();
        records.extend(alive.map(|(t, _)| self.thread_record(t)));
        records.sort_by_key(|r| r.tid);
        records
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
}

/// `main::threads[2]` → `threads[2]`: a variable without the function it is in.
fn short(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
