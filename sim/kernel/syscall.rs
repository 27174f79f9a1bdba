//! System calls: from `ecall` to the function that does it, and back.
//!
//! Not here: what the calls do. Each group has a file of its own.

use alloc::string::String;
use alloc::sync::Arc;

use sim_abi::event::{Fault, Misuse, Mode as LockMode};
use sim_abi::syscall::{Call, Errno};
use sim_abi::{EventKind, Tick, Tid};

use crate::thread::ThreadKey;
use crate::wait::{Attempt, Outcome, Wait, done, failed, unit, value};
use crate::world::World;

impl World {
    /// The thread is at an `ecall`: the kernel does what it asks. `alternative`: under choices, which of
    /// several outcomes.
    pub(crate) fn system_call(&mut self, t: ThreadKey, alternative: Option<u32>) {
        let thread = &mut self.threads[t];
        let number = thread.registers.x[17];
        let arguments = core::array::from_fn(|n| thread.registers.x[10 + n]);
        thread.call_pc = Some(thread.registers.pc);
        thread.registers.pc = thread.registers.pc.wrapping_add(4);
        let call = Call::from_number(number);
        // What the library tells for the detectors costs nothing: a real library would not tell it.
        if !call.is_some_and(tells_only) {
            self.charge(self.config.cost.system_call);
        }
        let mut until = None;
        let attempt = match call {
            Some(call) => self.perform(t, call, arguments, &mut until, alternative),
            None => failed(Errno::ENOSYS),
        };
        match attempt {
            Ok(Outcome::Return(result)) => self.return_from_call(t, result),
            Ok(Outcome::Wait(wait)) => self.block(t, wait, until),
            Ok(Outcome::Gone) => {}
            Err(fault) => self.fault(t, fault),
        }
    }

    /// The call is over: its result goes into `a0`, and it is told.
    pub(crate) fn return_from_call(&mut self, t: ThreadKey, result: u32) {
        let thread = &self.threads[t];
        let call = Call::from_number(thread.registers.x[17]);
        let arguments = core::array::from_fn(|n| thread.argument(n));
        self.tell(
            t,
            EventKind::SystemCall {
                call,
                arguments,
                result,
            },
        );
        let thread = &mut self.threads[t];
        thread.registers.x[10] = result;
        thread.call_pc = None;
    }

    fn perform(
        &mut self,
        t: ThreadKey,
        call: Call,
        arguments: [u32; 6],
        until: &mut Option<Tick>,
        alternative: Option<u32>,
    ) -> Attempt {
        let [a, b, c, d, ..] = arguments;
        match call {
            Call::Getcwd => self.getcwd(t, a, b),
            Call::Dup => self.dup(t, a, 0, false),
            Call::Dup3 => self.dup_to(t, a, b, c),
            Call::Fcntl => self.fcntl(t, a, b, c),
            Call::Mkdirat => self.mkdir(t, b),
            Call::Unlinkat => self.unlink(t, b, c),
            Call::Openat => self.open(t, b, c),
            Call::Close => self.close(t, a),
            Call::Pipe2 => self.pipe(t, a, b),
            Call::Lseek => self.lseek(t, a, b, c),
            Call::Read => self.read(t, a, b, c),
            Call::Write => self.write(t, a, b, c),
            Call::Fstat => self.fstat(t, a, b),
            Call::Fstatat => self.stat(t, b, c),
            Call::Fsync => done(0),
            Call::ThreadExitLinux => self.linux_exit(t, a),
            Call::ExitGroup => self.process_exit(t, exited(a)),
            Call::Nanosleep => self.nanosleep(t, a, until),
            Call::ClockGettime => self.clock_gettime(t, a, b),
            Call::SchedYield => self.sched_yield(t, a == 1),
            Call::Kill => self.kill(t, a, b, alternative),
            Call::Tkill => self.tkill(t, a, b),
            Call::Sigaction => self.sigaction(t, a, b, c),
            Call::Sigprocmask => self.sigprocmask(t, a, b, c),
            Call::Sigsuspend => self.sigsuspend(t, a),
            Call::Sigreturn => self.sigreturn(t),
            Call::Gettimeofday => self.gettimeofday(t, a),
            Call::Getpid => done(self.threads[t].pid.0),
            Call::Getppid => {
                let parent = self.processes[self.threads[t].process].parent;
                done(parent.map_or(0, |pid| pid.0))
            }
            Call::Gettid => done(self.threads[t].tid.0),
            Call::Brk => done(self.brk(t, a, b)),
            Call::Munmap => unit(self.munmap(t, a, b)),
            Call::Execve => self.exec(t, a, b, c),
            Call::Mmap => value(self.mmap(t, [a, b, c, d])),
            Call::Mprotect => unit(self.mprotect(t, a, b, c)),
            Call::Wait4 => self.wait4(t, a, b, c),
            Call::Fork => self.fork(t),
            Call::ThreadCreate => self.thread_create(t, arguments),
            Call::ThreadExit => self.thread_exit(t, a),
            Call::ThreadJoin => self.join(t, Tid(a), b),
            Call::ThreadDetach => self.detach(t, Tid(a)),
            Call::ThreadSetName => self.set_name(t, Tid(a), b),
            Call::MutexInit => self.mutex_init(t, a, b),
            Call::MutexDestroy => self.mutex_destroy(t, a),
            Call::MutexLock => self.mutex_lock(t, a),
            Call::MutexTrylock => self.mutex_trylock(t, a),
            Call::MutexTimedlock => {
                *until = self.deadline(t, b)?;
                self.mutex_lock(t, a)
            }
            Call::MutexUnlock => self.mutex_unlock(t, a),
            Call::CondInit => self.condition_init(t, a, b),
            Call::CondDestroy => self.condition_destroy(t, a),
            Call::CondWait => self.condition_wait(t, a, b),
            Call::CondTimedwait => {
                *until = self.deadline(t, c)?;
                self.condition_wait(t, a, b)
            }
            Call::CondSignal => self.condition_signal(t, a, false, alternative),
            Call::CondBroadcast => self.condition_signal(t, a, true, None),
            Call::SemInit => self.semaphore_init(t, a, b, c),
            Call::SemDestroy => self.semaphore_destroy(t, a),
            Call::SemWait => self.semaphore_wait(t, a),
            Call::SemTrywait => self.semaphore_trywait(t, a),
            Call::SemTimedwait => {
                *until = self.deadline(t, b)?;
                self.semaphore_wait(t, a)
            }
            Call::SemPost => self.semaphore_post(t, a),
            Call::SemGetvalue => self.semaphore_value(t, a, b),
            Call::RwlockInit => self.rwlock_init(t, a, b),
            Call::RwlockDestroy => self.rwlock_destroy(t, a),
            Call::RwlockRdlock => {
                self.load_word(t, a)?;
                self.attempt(t, Wait::ReadLock(a))
            }
            Call::RwlockTryrdlock => self.rwlock_try(t, a, LockMode::Shared),
            Call::RwlockWrlock => {
                self.load_word(t, a)?;
                self.attempt(t, Wait::WriteLock(a))
            }
            Call::RwlockTrywrlock => self.rwlock_try(t, a, LockMode::Exclusive),
            Call::RwlockUnlock => self.rwlock_unlock(t, a),
            Call::BarrierInit => self.barrier_init(t, a, b),
            Call::BarrierDestroy => self.barrier_destroy(t, a),
            Call::BarrierWait => self.barrier_wait(t, a),
            Call::OnceBegin => self.once_wait(t, a),
            Call::OnceDone => self.once_done(t, a),
            Call::HeapAllocated | Call::HeapFreed if !self.knows_library(t) => {
                failed(Errno::ENOSYS)
            }
            Call::HeapAllocated => self.heap_allocated(t, a, b, c),
            Call::HeapFreed => self.heap_freed(t, a),
            Call::HeapOfThread => done(self.heap_of_thread(t, a)),
            Call::Ordered => done(0),
            Call::AssertFailed => self.assertion_failed(t, arguments),
            Call::Choose => self.choose(a, alternative),
            Call::Outcome => self.outcome(t, a),
            Call::Progress => {
                self.tell(t, EventKind::Progress);
                done(0)
            }
            Call::Sometimes => self.sometimes(t, a != 0, b),
            Call::Invariant => self.register_invariant(t, a),
        }
    }

    /// Linux's `exit` ends one thread; programs from other compilers use it to end their only one.
    fn linux_exit(&mut self, t: ThreadKey, status: u32) -> Attempt {
        let p = self.threads[t].process;
        match self.processes[p].threads.len() {
            1 => self.process_exit(t, exited(status)),
            _ => self.thread_exit(t, status),
        }
    }

    fn set_name(&mut self, t: ThreadKey, tid: Tid, name: u32) -> Attempt {
        let name = self.copy_string(t, name, 16)?;
        let Some(other) = self.sibling(t, tid) else {
            return failed(Errno::ESRCH);
        };
        if name.len() > 15 {
            return failed(Errno::ERANGE);
        }
        let name: Arc<str> = String::from_utf8_lossy(&name).as_ref().into();
        let p = self.threads[other].process;
        let names = &mut self.processes[p].threads_created;
        names.free(self.threads[other].name.clone());
        names.take(&name);
        self.threads[other].name = name;
        done(0)
    }

    /// Is it known which accesses are the library's own? In an ELF file it is not: its allocator would look
    /// like a program that reads outside of its blocks.
    fn knows_library(&self, t: ThreadKey) -> bool {
        let image = &self.processes[self.threads[t].process].image;
        image.as_ref().is_some_and(|i| !i.library_text.is_empty())
    }

    fn heap_allocated(&mut self, t: ThreadKey, block: u32, size: u32, what: u32) -> Attempt {
        const ZEROED: u32 = 1;
        const OF_THE_LIBRARY: u32 = 2;
        let p = self.threads[t].process;
        let space = &mut self.processes[p].space;
        // Blocks freed before and now covered by this one are forgotten.
        let end = block.saturating_add(size.max(1));
        if !space.is_heap(block) || !space.is_heap(end - 1) {
            return failed(Errno::EINVAL);
        }
        while let Some(start) = space
            .freed
            .range(block..end)
            .next()
            .map(|(start, _)| *start)
        {
            space.freed.remove(&start);
        }
        if what == OF_THE_LIBRARY {
            return done(0);
        }
        space.blocks.insert(block, size);
        let zeroed = what == ZEROED;
        self.tell(
            t,
            EventKind::HeapAllocated {
                block,
                size,
                zeroed,
            },
        );
        done(0)
    }

    fn heap_freed(&mut self, t: ThreadKey, block: u32) -> Attempt {
        let p = self.threads[t].process;
        let space = &mut self.processes[p].space;
        match space.blocks.remove(&block) {
            Some(size) => {
                space.freed.insert(block, size);
                self.tell(t, EventKind::HeapFreed { block, size });
                done(0)
            }
            None => {
                let misuse = match space.freed.contains_key(&block) {
                    true => Misuse::FreeTwice(block),
                    false => Misuse::FreeInvalid(block),
                };
                self.tell(t, EventKind::Misuses { misuse });
                failed(Errno::EINVAL)
            }
        }
    }

    fn choose(&mut self, n: u32, alternative: Option<u32>) -> Attempt {
        match (n, alternative) {
            (0, _) => failed(Errno::EINVAL),
            (_, Some(choice)) => done(choice.min(n - 1)),
            (_, None) => done(self.random_below(u64::from(n)) as u32),
        }
    }

    /// An absolute time as a tick; `None`: the pointer is null.
    fn deadline(&mut self, t: ThreadKey, timespec: u32) -> Result<Option<Tick>, Fault> {
        if timespec == 0 {
            return Ok(None);
        }
        // One that has passed is due at once.
        let at = Tick(self.timespec(t, timespec)?);
        Ok(Some(at.max(self.clock.moment)))
    }
}

/// The status of a process that ends by itself: the low byte counts.
fn exited(status: u32) -> sim_abi::event::ExitStatus {
    sim_abi::event::ExitStatus::Exited(status as u8)
}

/// Calls that only this computer's library makes, for the kernel to know what it does.
fn tells_only(call: Call) -> bool {
    matches!(
        call,
        Call::HeapAllocated | Call::HeapFreed | Call::HeapOfThread | Call::Ordered
    )
}
