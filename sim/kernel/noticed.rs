//! Which system calls others can notice: those are steps under choices, the others are local (`choices.rs`,
//! rules C3 to C5); and so are those whose order others notice (`ordered.rs`). What a blocking call waits for, and what object a call is about.

use sim_abi::syscall::Call;
use sim_abi::{Object, Tid};

use crate::choices::{OUTCOMES_MAX, Parked, Visibility};
use crate::files::FileKind;
use crate::sync::mutex::acquires_at_once;
use crate::thread::{Blocked, State, ThreadKey};
use crate::wait::Wait;
use crate::world::World;

impl World {
    /// A thread is at an `ecall`. `true`: it stays there, because others could notice the call, or
    /// because it waits; `false`: the call is local, and to be made now.
    pub(crate) fn park_at_call<V: Visibility>(
        &mut self,
        t: ThreadKey,
        alone: bool,
        visibility: &mut V,
    ) -> bool {
        let Some(call) = Call::from_number(self.threads[t].registers.x[17]) else {
            return false;
        };
        let arguments = core::array::from_fn(|n| self.threads[t].argument(n));
        if call == Call::Choose {
            if arguments[0] > OUTCOMES_MAX {
                self.limit = Some("outcomes of one choice");
            }
            self.threads[t].parked = Some(Parked::Call(call));
            return true;
        }
        if alone {
            return false;
        }
        let is_ordered = self.comes_in_order(t, call, arguments, visibility);
        if let Some((wait, until)) = self.wait_of(t, call, arguments) {
            if self.joins_by_itself(t, wait, visibility) {
                return false;
            }
            if !wait.is_slow() || !self.has_handlers(t) {
                self.await_at_call(t, wait, until);
                return true;
            }
        }
        let is_local = !is_noticed(call) || !self.concerns_others(t, call, arguments);
        if is_local && !is_ordered && !self.touches_shared(t, call, arguments, visibility) {
            return false;
        }
        self.threads[t].parked = Some(Parked::Call(call));
        true
    }

    /// C3: the join of a thread that has ended.
    pub(crate) fn joins_by_itself<V: Visibility>(
        &self,
        t: ThreadKey,
        wait: Wait,
        visibility: &V,
    ) -> bool {
        match wait {
            Wait::Join(tid, to) => {
                let arguments = [tid.0, to, 0, 0, 0, 0];
                self.guard(t, wait)
                    && !self.has_shared_stack(tid, visibility)
                    && !self.is_ordered(t, Call::ThreadJoin, arguments, visibility)
            }
            _ => false,
        }
    }

    /// The thread waits at its call: it is enabled when the guard is true, and its step is the effect.
    fn await_at_call(&mut self, t: ThreadKey, wait: Wait, timed: bool) {
        let pc = self.exact_place(t);
        let on = self.object_of(t, wait);
        let since = self.clock.moment;
        let thread = &mut self.threads[t];
        thread.call_pc = Some(thread.registers.pc);
        thread.registers.pc = thread.registers.pc.wrapping_add(4);
        let until = timed.then_some(sim_abi::Tick(u64::MAX));
        self.unsettled.note(t);
        thread.state = State::Blocked(Blocked {
            wait,
            on,
            since,
            until,
            pc,
        });
    }

    /// The wait that a blocking call is, if it does nothing else before; and whether it has a deadline.
    fn wait_of(&self, t: ThreadKey, call: Call, arguments: [u32; 6]) -> Option<(Wait, bool)> {
        let [a, b, c, ..] = arguments;
        let plain = |wait| Some((wait, false));
        match call {
            Call::MutexLock if acquires_at_once(self, t, a) => plain(Wait::Lock(a)),
            Call::MutexTimedlock if acquires_at_once(self, t, a) => Some((Wait::Lock(a), b != 0)),
            Call::SemWait => plain(Wait::Semaphore(a)),
            Call::SemTimedwait => Some((Wait::Semaphore(a), b != 0)),
            Call::RwlockRdlock => plain(Wait::ReadLock(a)),
            Call::RwlockWrlock => plain(Wait::WriteLock(a)),
            Call::OnceBegin => plain(Wait::Once(a)),
            Call::ThreadJoin if self.joinable(t, Tid(a)) => plain(Wait::Join(Tid(a), b)),
            Call::Wait4 => {
                let wanted = if (a as i32) > 0 {
                    Some(sim_abi::Pid(a))
                } else {
                    None
                };
                let has = self.has_child(t, wanted);
                (has && c & 1 == 0).then_some((Wait::Child(wanted, b), false))
            }
            Call::Read if c > 0 => match self.file_kind(t, a)? {
                (FileKind::PipeRead(pipe), true) => plain(Wait::PipeRead {
                    pipe: *pipe,
                    buffer: b,
                    count: c,
                }),
                _ => None,
            },
            Call::Write => match self.file_kind(t, a)? {
                (FileKind::PipeWrite(pipe), true) => plain(Wait::PipeWrite {
                    pipe: *pipe,
                    buffer: b,
                    count: c,
                    done: 0,
                }),
                _ => None,
            },
            _ => None,
        }
    }

    /// Of calls on descriptors: those on output and on the process's own input are nobody else's business.
    fn concerns_others(&self, t: ThreadKey, call: Call, arguments: [u32; 6]) -> bool {
        match call {
            Call::Read | Call::Write | Call::Close | Call::Lseek => {
                match self.file_kind(t, arguments[0]) {
                    Some((FileKind::Output(_) | FileKind::Input(_) | FileKind::Directory, _)) => {
                        false
                    }
                    Some(_) => true,
                    None => false,
                }
            }
            _ => true,
        }
    }

    pub(crate) fn object_of_call(
        &self,
        t: ThreadKey,
        call: Call,
        arguments: [u32; 6],
    ) -> Option<Object> {
        let at = self.location(t, arguments[0]);
        match call {
            Call::MutexTrylock
            | Call::MutexUnlock
            | Call::MutexLock
            | Call::MutexTimedlock
            | Call::MutexInit
            | Call::MutexDestroy => Some(Object::Mutex(at)),
            // It gives the mutex back too: about two objects.
            Call::CondWait | Call::CondTimedwait => None,
            Call::CondInit | Call::CondSignal | Call::CondBroadcast | Call::CondDestroy => {
                Some(Object::Condition(at))
            }
            Call::SemInit
            | Call::SemPost
            | Call::SemTrywait
            | Call::SemGetvalue
            | Call::SemDestroy => Some(Object::Semaphore(at)),
            Call::RwlockTryrdlock
            | Call::RwlockTrywrlock
            | Call::RwlockUnlock
            | Call::RwlockInit
            | Call::RwlockDestroy => Some(Object::Rwlock(at)),
            Call::BarrierInit | Call::BarrierWait | Call::BarrierDestroy => {
                Some(Object::Barrier(at))
            }
            Call::OnceDone => Some(Object::Once(at)),
            Call::Read | Call::Write | Call::Close => match self.file_kind(t, arguments[0])?.0 {
                FileKind::PipeRead(pipe) | FileKind::PipeWrite(pipe) => Some(Object::Pipe(*pipe)),
                FileKind::Regular(inode) => Some(Object::File(*inode)),
                FileKind::Input(_) | FileKind::Output(_) | FileKind::Directory => None,
            },
            Call::Fork => Some(Object::Ids),
            _ => None,
        }
    }
}

/// Can another thread notice this call? Blocking ones and those that concern descriptors are looked at
/// more closely.
fn is_noticed(call: Call) -> bool {
    match call {
        Call::MutexLock
        | Call::MutexTrylock
        | Call::MutexTimedlock
        | Call::MutexUnlock
        | Call::MutexDestroy
        | Call::CondWait
        | Call::CondTimedwait
        | Call::CondSignal
        | Call::CondBroadcast
        | Call::CondDestroy
        | Call::SemWait
        | Call::SemTrywait
        | Call::SemTimedwait
        | Call::SemPost
        | Call::SemGetvalue
        | Call::SemDestroy
        | Call::RwlockRdlock
        | Call::RwlockTryrdlock
        | Call::RwlockWrlock
        | Call::RwlockTrywrlock
        | Call::RwlockUnlock
        | Call::RwlockDestroy
        | Call::BarrierWait
        | Call::BarrierDestroy
        | Call::OnceBegin
        | Call::OnceDone
        | Call::Read
        | Call::Write
        | Call::Close
        | Call::Lseek
        | Call::Openat
        | Call::Unlinkat
        | Call::Mkdirat
        | Call::Fstat
        | Call::Fstatat
        | Call::Dup
        | Call::Dup3
        | Call::Pipe2
        | Call::Fcntl
        | Call::Kill
        | Call::Sigaction
        | Call::Sigsuspend
        | Call::Getppid
        | Call::MutexInit
        | Call::CondInit
        | Call::SemInit
        | Call::RwlockInit
        | Call::BarrierInit
        | Call::Tkill
        | Call::Fork
        | Call::Execve
        | Call::ExitGroup
        | Call::Wait4
        | Call::Nanosleep
        | Call::SchedYield
        | Call::AssertFailed
        | Call::Choose => true,
        Call::ThreadExitLinux
        | Call::Getcwd
        | Call::Fsync
        | Call::ClockGettime
        | Call::Sigprocmask
        | Call::Sigreturn
        | Call::Gettimeofday
        | Call::Getpid
        | Call::Gettid
        | Call::Brk
        | Call::Munmap
        | Call::Mmap
        | Call::Mprotect
        | Call::ThreadCreate
        | Call::ThreadExit
        | Call::ThreadJoin
        | Call::ThreadDetach
        | Call::ThreadSetName
        | Call::HeapAllocated
        | Call::HeapFreed
        | Call::HeapOfThread
        | Call::Ordered
        | Call::Outcome
        | Call::Progress
        | Call::Sometimes
        | Call::Invariant => false,
    }
}
